import { describe, expect, test } from "vitest";
import { recognizeItems } from "../../../../functions/normalize-tweets/recognize-items.ts";

const at = Date.parse("2021-03-03T10:15:00Z");
const created_at = "Wed Mar 03 10:15:00 +0000 2021";
const entities = (expanded_url: string) => ({ urls: [{ url: "https://t.co/a", expanded_url }] });
const v1 = (id_str: string, more = {}) => ({
  id: Number(id_str),
  id_str,
  created_at,
  text: "x",
  entities: entities("https://example.com/a"),
  ...more,
});
const v2 = (id: string, more = {}) => ({
  id,
  text: "x",
  author_id: "78",
  created_at: "2021-03-03T10:15:00.000Z",
  entities: entities("https://example.com/a"),
  ...more,
});

/** `place: what`: the id of a tweet or delete, else the reason. */
const recognized = (record: unknown) =>
  recognizeItems(record).map(({ place, item }) => {
    if (item.outcome === "post") {
      return `${place}: ${item.post.id} ${item.post.links.map(({ url }) => url).join(" ")}`;
    }
    return `${place}: ${item.outcome === "delete" ? `delete ${item.id}` : item.reason}`;
  });

describe("X Activity", () => {
  const event = (event_type: string, payload: unknown, includes = {}) => ({
    data: { event_uuid: "1", filter: { user_id: "77" }, event_type, payload, includes },
  });

  test.each([
    "post.create",
    "post.mention.create",
    "post.reply.create",
    "post.quote.create",
    "post.repost.create",
    "community.post.create",
    "something.new",
  ])("%s with a post is a post", (type) => {
    const record = event(type, v2("2080000000000000001"));
    expect(recognized(record)).toEqual([
      ".data.payload: x:2080000000000000001 https://example.com/a",
    ]);
  });

  test.each([{}, { data: true }])("a repost shares what an included post links to", (nested) => {
    const original = v2("5", { entities: entities("https://example.com/original") });
    const repost = v2("2080000000000000001", {
      entities: {},
      referenced_tweets: [{ type: "retweeted", id: "5" }],
    });
    const tweets = "data" in nested ? [{ data: original }] : [original];
    expect(recognized(event("post.create", repost, { tweets }))).toEqual([
      ".data.payload: x:2080000000000000001 https://example.com/original",
    ]);
  });

  test("post.delete is a delete", () => {
    expect(recognized(event("post.delete", { id: "21", author_id: "78" }))).toEqual([
      ".data.payload: delete x:21",
    ]);
  });

  test.each([
    "like.create",
    "follow.follow",
    "follow.unfollow",
    "mute.mute",
    "block.unblock",
    "dm.received",
    "dm.indicate_typing",
    "chat.conversation.member_added",
    "profile.update.bio",
    "ProfileBioUpdate",
    "spaces.start",
    "news.new",
    "trends.new",
    "TrendsNew",
    "oauth.revoke",
  ])("%s holds no post of its own", (type) => {
    expect(recognized(event(type, v2("21")))).toEqual([".data.payload: notice-activity"]);
  });

  test.each(["jobs.create", "poster.update", "", "likes"])(
    "an event %j that is not known is seen",
    (type) => {
      expect(recognized(event(type, { some_id: "1" }))).toEqual([".data.payload: unknown-shape"]);
    },
  );

  test("a post event without a post is seen", () => {
    expect(recognized(event("post.mention.create", { id: "21" }))).toEqual([
      ".data.payload: invalid-field",
    ]);
  });
});

describe("Account Activity", () => {
  test("events that hold no post are ignored, those that are not known are seen", () => {
    expect(
      recognized({
        for_user_id: "1",
        user_has_blocked: "false",
        unfollow_events: [{}],
        direct_message_mark_read_events: [{}],
        quote_events: [v1("22")],
        poll_events: [{ id: "1" }],
      }),
    ).toEqual([
      ".unfollow_events[0]: notice-activity",
      ".direct_message_mark_read_events[0]: notice-activity",
      ".quote_events[0]: x:22 https://example.com/a",
      ".poll_events[0]: unknown-shape",
    ]);
    expect(recognized({ for_user_id: "1", tweet_create_events: [] })).toEqual([
      ": notice-activity",
    ]);
    expect(recognized({ for_user_id: "1", poll: {} })).toEqual([": unknown-shape"]);
  });
});

describe("documented notices", () => {
  test.each<[object, string]>([
    [{ user_event: { revoke: { source: { user_id: "77" } } } }, "notice-user_event"],
    [{ for_user_id: "77", user_event: { revoke: {} } }, "notice-user_event"],
    [{ replay_job_status: { job_state: "Complete" } }, "notice-replay_job_status"],
    [
      {
        title: "ConnectionException",
        detail: "This stream is at its limit.",
        connection_issue: "TooManyConnections",
        type: "https://api.twitter.com/2/problems/streaming-connection",
      },
      "notice-problem",
    ],
    [{ title: "Unauthorized", type: "about:blank", status: 401 }, "notice-problem"],
    [
      {
        title: "operational-disconnect",
        disconnect_type: "UpstreamOperationalDisconnect",
        detail: "This stream has been disconnected upstream for operational reasons.",
        type: "https://api.twitter.com/2/problems/operational-disconnect",
      },
      "notice-problem",
    ],
    [
      {
        title: "UsageCapExceeded",
        detail: "Usage cap exceeded: Monthly product cap",
        period: "Monthly",
        scope: "Product",
        account_id: "1",
        product_name: "standard-basic",
        type: "https://api.twitter.com/2/problems/usage-capped",
      },
      "notice-problem",
    ],
    [{ disconnect: { code: 4, stream_name: "a", reason: "" } }, "notice-disconnect"],
    [{ user_withheld: { id: 123456, withheld_in_countries: ["DE"] } }, "notice-user_withheld"],
    [{ friends: [1497, 169686021] }, "notice-friends"],
    [{ errors: [{ code: 88, message: "Rate limit exceeded" }] }, "notice-errors"],
    [{ error: "Not authorized.", request: "/1.1/statuses/user_timeline.json" }, "notice-error"],
    [{ info: { message: "Replay Request Completed", activity_count: 7 } }, "notice-info"],
    [{ warning: { code: "FALLING_BEHIND", percent_full: 60 } }, "notice-warning"],
    [{ friends_str: ["1"] }, "notice-friends_str"],
    [{ event: "favorite", target_object: v1("22") }, "notice-event"],
    [{ control: { control_uri: "/1.1/site/c/1" } }, "notice-control"],
    [{ status_withheld: { id: 1 } }, "notice-status_withheld"],
  ])("%j is ignored with its reason", (record, reason) => {
    expect(recognized(record)).toEqual([`: ${reason}`]);
  });

  test.each(["direct_message", "user_update", "warn"])("%s is ignored with its reason", (name) => {
    expect(recognized({ [name]: {} })).toEqual([`: notice-${name}`]);
  });

  test.each([
    "undelete",
    "drop",
    "undrop",
    "withheld",
    "scrub_geo",
    "tweet_edit",
    "user_delete",
    "user_undelete",
    "user_withheld",
    "user_protect",
    "user_unprotect",
    "user_suspend",
    "user_unsuspend",
    "user_profile_modification",
  ])("%s of a compliance stream is ignored, in the format of either version", (name) => {
    expect(recognized({ [name]: { user: { id: "12" } } })).toEqual([`: notice-${name}`]);
    expect(recognized({ data: { [name]: {} } })).toEqual([".data: notice-compliance"]);
    expect(recognized({ data: [{ [name]: {} }] })).toEqual([".data[0]: notice-compliance"]);
  });

  test("nothing where tweets were asked for is an empty page", () => {
    for (const page of [[], { meta: { result_count: 0 } }, { search_metadata: { count: 0 } }]) {
      expect(recognized(page)).toEqual([": notice-empty-page"]);
    }
    expect(recognized({ data: [] })).toEqual([": notice-empty-page"]);
  });

  test("Site Streams say what a stream of one user would say", () => {
    expect(recognized({ for_user: 7, message: v1("22") })).toEqual([
      ".message: x:22 https://example.com/a",
    ]);
    expect(recognized({ for_user: "7", message: { friends: [1] } })).toEqual([
      ".message: notice-friends",
    ]);
    expect(recognized({ for_user: "7" })).toEqual([".message: unknown-shape"]);
  });

  test.each<object>([
    { hello: "world" },
    { title: "x" },
    { type: "https://example.com" },
    { title: "x", type: 7 },
    { title: 7, type: "https://example.com" },
    { tweet: 7 },
    { statuses: {}, results: {} },
    { toString: {} },
  ])("%j is none of them", (record) => {
    expect(recognized(record)).toEqual([": unknown-shape"]);
  });
});

describe("pages", () => {
  test.each(["statuses", "results"])("of API v1.1 hold tweets under %s", (name) => {
    const page = { [name]: [v1("3501"), v1("3502"), 7], search_metadata: { count: 3 } };
    expect(recognized(page)).toEqual([
      `.${name}[0]: x:3501 https://example.com/a`,
      `.${name}[1]: x:3502 https://example.com/a`,
      `.${name}[2]: invalid-field`,
    ]);
    expect(recognized({ [name]: [] })).toEqual([": notice-empty-page"]);
  });

  test.each<[object, string[]]>([
    [{ statuses: [v1("3501")] }, [".statuses[0]: x:3501 https://example.com/a"]],
    [
      { search_metadata: { max_id_str: "3502", query: "a" }, statuses: [v1("3502")] },
      [".statuses[0]: x:3502 https://example.com/a"],
    ],
    [
      { statuses: [v1("3503", { metadata: { iso_language_code: "de", result_type: "recent" } })] },
      [".statuses[0]: x:3503 https://example.com/a"],
    ],
    [{ statuses: [], search_metadata: { count: 15 } }, [": notice-empty-page"]],
    [
      { results: [v1("3504")], next: "eyJ", requestParameters: {} },
      [".results[0]: x:3504 https://example.com/a"],
    ],
  ])("of API v1.1 search, as in %j, are read as a whole", (page, expected) => {
    expect(recognized(page)).toEqual(expected);
  });

  test("of API v2 may hold whatever stands alone", () => {
    const page = {
      data: [
        v2("21"),
        { delete: { tweet: { id: "22" } } },
        { event_type: "post.create", payload: v2("23") },
      ],
    };
    expect(recognized(page)).toEqual([
      ".data[0]: x:21 https://example.com/a",
      ".data[1]: delete x:22",
      ".data[2].payload: x:23 https://example.com/a",
    ]);
  });
});

describe("what is not known is told with what it is not", () => {
  test.each<[unknown, string, string]>([
    [7, "", "no object"],
    [null, "", "no object"],
    [[7], "[0]", "no object"],
    [{ hello: "world" }, "", "neither a tweet nor a known envelope or notice"],
    [{ data: "x" }, ".data", "data is no object"],
    [{ data: null }, ".data", "data is no object"],
    [
      { data: { event_type: "jobs.create", payload: {} } },
      ".data.payload",
      "an event of an unknown type, without a post",
    ],
    [
      { for_user_id: "1", poll_events: [{ id: "1" }] },
      ".poll_events[0]",
      "an event of an unknown type",
    ],
    [{ for_user_id: "1", poll_events: [7] }, ".poll_events[0]", "an event of an unknown type"],
  ])("%j", (record, place, message) => {
    expect(recognizeItems(record)).toEqual([
      {
        place,
        item: { outcome: "failed", reason: "unknown-shape", issues: [{ path: "", message }] },
      },
    ]);
  });
});

describe("a tweet without its id", () => {
  test.each([{ text: "x" }, { full_text: "x" }, { created_at }])("is still one: %j", (record) => {
    const [{ item } = { item: undefined }] = recognizeItems({ created_at, ...record });
    expect(item).toMatchObject({ reason: "missing-id", issues: [{ path: "id_str" }] });
  });

  test("is still one where it lacks its time, too", () => {
    for (const record of [{ text: "x" }, { full_text: "x" }]) {
      const [{ item } = { item: undefined }] = recognizeItems(record);
      expect(item).toMatchObject({ reason: "invalid-field", issues: [{ path: "created_at" }] });
    }
  });
});

describe("in an envelope whose type is not known", () => {
  const places = (record: unknown) =>
    recognized(record).map((line) => line.replace(/ (?:https.*)?$/, ""));
  const activity = (payload: unknown) => ({ data: { event_type: "something.new", payload } });
  const events = (event: unknown) => ({ for_user_id: "1", new_events: [event] });

  test.each([
    ["of API v2", v2("21"), "x:21"],
    ["of API v1.1", v1("22"), "x:22"],
    ["of API v1.1 with its whole text", { ...v1("23"), text: undefined, full_text: "x" }, "x:23"],
    ["of API v1.1 with its id as text alone", { id_str: "24", text: "x", created_at }, "x:24"],
    ["of an archive", { id: "25", full_text: "x", created_at }, "x:25"],
  ])("a tweet %s is one", (_what, tweet, id) => {
    expect(places(activity(tweet))).toEqual([`.data.payload: ${id}`]);
    expect(places(events(tweet))).toEqual([`.new_events[0]: ${id}`]);
  });

  test.each([{ id: "21" }, { text: "x" }, { id: "21", text: 7 }, [], null, "x"])(
    "%j is none",
    (payload) => {
      expect(places(activity(payload))).toEqual([".data.payload: unknown-shape"]);
      expect(places(events(payload))).toEqual([".new_events[0]: unknown-shape"]);
    },
  );
});

test("a tweet that has a member `delete` is one", () => {
  expect(recognized({ ...v1("22"), delete: {} })).toEqual([": x:22 https://example.com/a"]);
});

test("X Activity whose type is no text may hold a post", () => {
  for (const event_type of [7, null, {}, { toString: "post.create" }]) {
    expect(recognized({ data: { event_type, payload: v2("21") } })).toEqual([
      ".data.payload: x:21 https://example.com/a",
    ]);
  }
});

test("what was created is a tweet, whatever it lacks", () => {
  expect(recognized({ for_user_id: "1", tweet_create_events: [{ id_str: "22" }] })).toEqual([
    ".tweet_create_events[0]: invalid-field",
  ]);
});

test.each(["post.delete", "post.mention.delete"])("X Activity deletes by %s", (event_type) => {
  const data = { event_type, payload: { id: "21" } };
  expect(recognized({ data })).toEqual([".data.payload: delete x:21"]);
});

test.each(["post.deleted", "post_delete", "xpost.delete", "post.delete.new"])(
  "X Activity deletes nothing by %s",
  (event_type) => {
    const data = { event_type, payload: v2("21") };
    expect(recognized({ data })).toEqual([".data.payload: x:21 https://example.com/a"]);
  },
);

test.each(["xlike.create", "liked.create", "myProfileBio", "Profiles", "like"])(
  "X Activity of %s may hold a post",
  (event_type) => {
    const data = { event_type, payload: v2("21") };
    expect(recognized({ data })).toEqual([".data.payload: x:21 https://example.com/a"]);
  },
);

test.each([
  "favorite_events",
  "follow_events",
  "unfollow_events",
  "block_events",
  "unblock_events",
  "mute_events",
  "unmute_events",
  "direct_message_events",
  "direct_message_indicate_typing_events",
])("Account Activity of %s holds no post", (name) => {
  expect(recognized({ for_user_id: "1", [name]: [v1("22")] })).toEqual([
    `.${name}[0]: notice-activity`,
  ]);
});

test.each([
  "favorite_events_new",
  "my_favorite_events",
  "refollow_events",
  "direct_messages_events",
])("Account Activity of %s may hold a post", (name) => {
  expect(recognized({ for_user_id: "1", [name]: [v1("22")] })).toEqual([
    `.${name}[0]: x:22 https://example.com/a`,
  ]);
});

test("tweets that are included are known by their ids, with or without a data of their own", () => {
  const retweet = v2("2080000000000000001", {
    entities: {},
    referenced_tweets: [{ type: "retweeted", id: "5" }],
  });
  const links = (includes: unknown) => recognized({ data: retweet, includes });
  const original = v2("5", { entities: entities("https://example.com/original") });
  const found = [".data: x:2080000000000000001 https://example.com/original"];
  expect(links({ tweets: [7, null, { id: 6 }, { data: null }, original] })).toEqual(found);
  expect(links({ tweets: [{ data: original }] })).toEqual(found);
  for (const none of [undefined, null, {}, { tweets: {} }, { tweets: [] }, [original]]) {
    expect(links(none)).toEqual([".data: x:2080000000000000001 "]);
  }
});

test("a post that is withheld somewhere is a post, not a notice", () => {
  const post = v2("21", { withheld: { copyright: false, country_codes: ["DE"] } });
  expect(recognized({ data: post })).toEqual([".data: x:21 https://example.com/a"]);
  expect(recognized({ data: [post] })).toEqual([".data[0]: x:21 https://example.com/a"]);
});

describe("an exact id_str beside a number that has lost digits", () => {
  const exact = "1366930000000001112";
  const lossy = v1(exact, { id: 1366930000000001300 });
  test.each<[object, string]>([
    [lossy, ""],
    [{ data: lossy }, ".data"],
    [{ data: [lossy] }, ".data[0]"],
    [{ statuses: [lossy] }, ".statuses[0]"],
    [{ tweet: lossy }, ".tweet"],
    [{ data: { event_type: "post.create", payload: lossy } }, ".data.payload"],
    [{ for_user_id: "1", tweet_create_events: [lossy] }, ".tweet_create_events[0]"],
  ])("is the identity in %j", (record, place) => {
    expect(recognized(record)).toEqual([`${place}: x:${exact} https://example.com/a`]);
  });

  test("is that of a delete, too", () => {
    const status = { id: 1366930000000001300, id_str: exact };
    expect(recognized({ delete: { status } })).toEqual([`: delete x:${exact}`]);
    expect(recognized({ data: { delete: { tweet: status } } })).toEqual([
      `.data: delete x:${exact}`,
    ]);
  });
});

describe("an account archive", () => {
  const archived = (more: object) => ({
    tweet: {
      id_str: "1900000000000000001",
      id: "1900000000000000001",
      created_at: "Thu Mar 13 01:02:03 +0000 2025",
      full_text: "hello https://t.co/a",
      entities: entities("https://example.com/a"),
      ...more,
    },
  });
  const postOf = (record: unknown) => {
    const [found] = recognizeItems(record);
    return found?.item.outcome === "post" ? found.item.post : found;
  };

  test.each<[string, object]>([
    ["never", { initial: { editTweetIds: ["1900000000000000001"] } }],
    ["later", { initial: { editTweetIds: ["1900000000000000001", "1900000000100000002"] } }],
  ])("has tweets that were %s edited", (_, edit_info) => {
    expect(postOf(archived({ edit_info }))).toMatchObject({
      id: "x:1900000000000000001",
      createdAt: Date.parse("2025-03-13T01:02:03Z"),
      kind: "post",
      links: [{ url: "https://example.com/a" }],
    });
  });

  test.each<[string, object, string]>([
    ["v1.1 under tweet", { tweet: v1("1203") }, ".tweet: x:1203 https://example.com/a"],
    [
      "with ids in text only",
      { tweet: v1("1204", { id: "1204", retweet_count: "0", favorite_count: "2" }) },
      ".tweet: x:1204 https://example.com/a",
    ],
    [
      "of an old archive, with its time in another form",
      v1("1205", { created_at: "2012-03-04 05:06:07 +0000" }),
      ": x:1205 https://example.com/a",
    ],
    [
      "without links",
      { tweet: v1("1206", { entities: { urls: [], hashtags: [], symbols: [] } }) },
      ".tweet: x:1206 ",
    ],
  ])("has tweets %s", (_, element, expected) => {
    expect(recognized(element)).toEqual([expected]);
  });

  test("has edits, which are versions of the first", () => {
    const edited = {
      id_str: "1900000000100000002",
      edit_info: {
        edit: {
          initialTweetId: "1900000000000000001",
          editControlInitial: { editTweetIds: ["1900000000000000001", "1900000000100000002"] },
        },
      },
    };
    expect(postOf(archived(edited))).toMatchObject({
      id: "x:1900000000000000001",
      createdAt: Date.parse("2025-03-13T01:44:34.949Z"),
    });
  });

  test("has retweets as their text", () => {
    const post = (full_text: string) => postOf(archived({ full_text }));
    expect(post("RT @NASA: look https://t.co/a")).toMatchObject({ kind: "repost" });
    expect(post("RT this @NASA: https://t.co/a")).toMatchObject({ kind: "post" });
    expect(postOf(v1("22", { user: { id_str: "12" }, text: "RT @NASA: look" }))).toMatchObject({
      kind: "post",
    });
  });
});

describe("a time that cannot be counted", () => {
  const issuesOf = (record: unknown) =>
    recognizeItems(record).map(({ item }) =>
      item.outcome === "failed" ? [item.reason, ...item.issues] : item.outcome,
    );
  const issue = (message: string) => ({ path: "created_at", message });

  test.each<[object, string, string]>([
    [v1("20", { created_at: undefined }), "invalid-field", "absent"],
    [
      v2("20", { created_at: undefined }),
      "invalid-field",
      "absent, and ids from before 2010-11 tell no time",
    ],
    [v1("1366930000000001112", { created_at: undefined }), "invalid-field", "absent"],
    [{ data: v1("21", { created_at: undefined }) }, "invalid-field", "absent"],
    [
      { data: v2("28999999999", { created_at: undefined }) },
      "invalid-field",
      "absent, and ids from before 2010-11 tell no time",
    ],
    [
      v2("20", { created_at: "2021-03-03T10:15:00+99:99" }),
      "impossible-time",
      "an offset from UTC of more than 23:59",
    ],
    [
      v1("20", { created_at: "2021-03-03T10:15:00" }),
      "impossible-time",
      "no instant: an offset from UTC is missing",
    ],
  ])("%j says what is wrong", (record, reason, message) => {
    expect(issuesOf(record)).toEqual([[reason, issue(message)]]);
  });

  test("is not one that is written in another way", () => {
    expect(
      recognizeItems(v1("20", { created_at: "Wed, 03 Mar 2021 10:15:00 +0000" })),
    ).toMatchObject([{ item: { outcome: "post", post: { createdAt: at } } }]);
  });
});
