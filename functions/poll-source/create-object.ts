import * as z from "zod";

type SaveOptions = {
  contentType: string;
  resumable: boolean;
  validation: boolean;
  preconditionOpts: { ifGenerationMatch: number };
};

/** What is needed of Google's client to create objects. */
export type CreatingBucket = {
  file: (name: string) => {
    save: (content: string | Buffer, options: SaveOptions) => Promise<unknown>;
  };
};

const preconditionFailed = 412;
const httpError = z.object({ code: z.literal(preconditionFailed) });

/** Creates an object. False when there is one of that name, which is left as it is. */
export async function createObject(
  bucket: CreatingBucket,
  name: string,
  content: string | Buffer,
  contentType: string,
): Promise<boolean> {
  try {
    await bucket.file(name).save(content, {
      contentType,
      resumable: false,
      // After a mismatch the client would delete what it wrote, which it may not.
      validation: false,
      preconditionOpts: { ifGenerationMatch: 0 },
    });
    return true;
  } catch (error) {
    if (httpError.safeParse(error).success) return false;
    throw error;
  }
}
