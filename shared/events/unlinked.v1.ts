import * as z from "zod";
import { eventId } from "./event-id.ts";
import { eventTime } from "./event-time.ts";
import { judgedRevision } from "./revision.ts";
import { sharedLink } from "./shared-link.ts";
import { sourceName } from "./source-name.ts";

/**
 * A shared link that is not counted, and why: `merged-within-post` (another spelling of a page that
 * the post mentions already), `quoted-permalink`, or the reason why it is no countable link.
 */
export const unlinked = z.compile(
  z.object({
    id: eventId.describe("Identity of the post that shares it"),
    event_time: eventTime.describe("When the post was created, UTC"),
    source: sourceName.describe("Network of the post"),
    revision: judgedRevision.describe("Which reading of the post this is, by which rules"),
    url: sharedLink.shape.url,
    slot: sharedLink.shape.slot,
    outcome: z.string().min(1).max(128).describe("Why it is not counted"),
    url_key: z.string().min(1).max(8_192).optional().describe("Identity of the page it shows"),
  }),
);

export type Unlinked = z.infer<typeof unlinked>;
