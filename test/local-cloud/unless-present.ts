import * as z from "zod";

/** The codes of gRPC and of HTTP for what exists already. */
const alreadyExists = [6, 409];
const errorCode = z.object({ code: z.number() });

/** Resolves with whether it was made now: not when it was there already. */
export async function unlessPresent(creation: Promise<unknown>): Promise<boolean> {
  try {
    await creation;
    return true;
  } catch (error) {
    const code = errorCode.safeParse(error).data?.code;
    if (code === undefined || !alreadyExists.includes(code)) throw error;
    return false;
  }
}
