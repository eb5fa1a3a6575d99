import { describe } from "vitest";
import { post } from "../../../../shared/events/post.v1.ts";
import { long, tryFields } from "../../../support/try-fields.ts";

describe("the receipt of a post", () => {
  const quote = {
    outcome: "post",
    source: "x",
    id: "x:20",
    event_time: "2006-03-21T20:50:14.000Z",
    author: "x:12",
    alias: "x:21",
    kind: "quote",
    language: "en",
    text: "just setting up my twttr",
    revision: "00000000.01.301.k3f9q2",
    links: [{ url: "https://a.example.com/" }],
    reason: "none",
    message_id: "77",
    position: "records[0]",
    received_at: "2019-07-03T06:29:00.000Z",
  };

  tryFields(post, quote, {
    outcome: { takes: ["post", "delete", "ignored"], refuses: ["", "edit", undefined] },
    source: { takes: ["bluesky"], refuses: ["Bluesky App"] },
    id: { takes: ["x:1", undefined], refuses: ["20"] },
    event_time: { takes: [undefined], refuses: ["2006-03-21"] },
    author: { takes: ["", long(512), undefined], refuses: [long(513)] },
    alias: { takes: [undefined], refuses: ["21"] },
    kind: { takes: ["post", "repost", "reply", undefined], refuses: ["retweet"] },
    language: { takes: ["", long(64), undefined], refuses: [long(65)] },
    text: { takes: ["", long(100_000), undefined], refuses: [long(100_001)] },
    revision: { takes: [undefined], refuses: ["1.2.3"] },
    links: { takes: [[]], refuses: [[{ url: "" }], undefined] },
    reason: { takes: ["", long(128), undefined], refuses: [long(129)] },
    message_id: { takes: ["", long(512)], refuses: [long(513), undefined] },
    position: { takes: ["", long(1_024)], refuses: [long(1_025), undefined] },
    received_at: { refuses: ["2006-03-21", undefined] },
  });
});
