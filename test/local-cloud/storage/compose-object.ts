import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import * as z from "zod";
import { type ApiAnswer, type ApiRequest, readJson, type StorageContext } from "./api-request.ts";
import { appendContent } from "./append-content.ts";
import type { StoredObject } from "./catalog-schema.ts";
import { finalizeObject, requireObject } from "./change-objects.ts";
import { checkObjectName } from "./check-names.ts";
import { checkPreconditions, parsePreconditions } from "./check-preconditions.ts";
import { describeObject } from "./describe-object.ts";
import { createContentHash } from "./hash-content.ts";
import { applyObjectBody, parseObjectBody } from "./parse-object-body.ts";
import { invalidRequest } from "./storage-error.ts";

/** https://cloud.google.com/storage/docs/json_api/v1/objects/compose */
const maxSources = 32;

const generation = z.union([z.string().regex(/^\d+$/), z.int().min(0)]).transform(Number);
const composeBody = z.looseObject({
  sourceObjects: z
    .array(
      z.looseObject({
        name: z.string().min(1),
        generation: generation.nullish(),
        objectPreconditions: z.looseObject({ ifGenerationMatch: generation.nullish() }).nullish(),
      }),
    )
    .nullish(),
  destination: z.looseObject({}).nullish(),
});

/**
 * `POST b/BUCKET/o/OBJECT/compose`: one object of the bytes of 1 to 32 others, one after the other. It
 * has no MD5, and counts of how many objects its bytes once were.
 */
export async function composeObject(
  context: StorageContext,
  request: ApiRequest,
  to: { bucket: string; name: string },
): Promise<ApiAnswer> {
  const parsed = composeBody.safeParse(await readJson(request));
  if (!parsed.success) throw invalidRequest("Invalid compose request.");
  const named = parsed.data.sourceObjects ?? [];
  if (named.length === 0) {
    throw invalidRequest("You must provide at least one source component.");
  }
  if (named.length > maxSources) {
    const message = `The number of source components provided (${named.length}) exceeds the maximum (${maxSources})`;
    throw invalidRequest(message);
  }
  const settings = applyObjectBody({}, parseObjectBody(parsed.data.destination ?? {}));
  checkObjectName(to.name);
  const sources = named.map((one) => {
    const source = requireObject(context, to.bucket, one.name, one.generation ?? undefined);
    const ifGenerationMatch = one.objectPreconditions?.ifGenerationMatch ?? undefined;
    checkPreconditions(ifGenerationMatch === undefined ? {} : { ifGenerationMatch }, source);
    return source;
  });

  const content = randomUUID();
  const path = context.catalog.contentPath(content);
  const hash = createContentHash();
  try {
    await appendContent(path, bytesOf(context, sources), hash);
    const object = finalizeObject(context, {
      ...to,
      settings,
      content,
      hash,
      componentCount: sources.reduce((sum, source) => sum + (source.componentCount ?? 1), 0),
      checksums: {},
      preconditions: parsePreconditions(request.query, ""),
    });
    return { status: 200, json: describeObject(object, context.url) };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

async function* bytesOf(
  context: StorageContext,
  sources: readonly StoredObject[],
): AsyncGenerator<Uint8Array> {
  for (const { content } of sources) {
    yield* createReadStream(context.catalog.contentPath(content));
  }
}
