import { describe, expect, test } from "vitest";
import { eventId } from "../../../../shared/events/event-id.ts";
import { allPostsOf, tombstone } from "../../../../shared/events/tombstone.v1.ts";
import { tryFields } from "../../../support/try-fields.ts";

describe("a tombstone", () => {
  tryFields(
    tombstone,
    { id: "x:20", source: "x", event_time: "2006-03-21T20:50:14.000Z" },
    {
      id: { takes: ["bluesky:did:plc:abc/*"], refuses: ["20", undefined] },
      source: { refuses: ["X", undefined] },
      event_time: { takes: [undefined], refuses: ["soon"] },
    },
  );

  test("of an author names all of their posts", () => {
    expect(allPostsOf(eventId.parse("bluesky:did:plc:abc"))).toBe("bluesky:did:plc:abc/*");
  });
});
