import { describe, expect, test } from "vitest";
import {
  readComplianceV2,
  readDeleteV1,
} from "../../../../functions/normalize-tweets/read-delete.ts";

const id = "1170025343920402432";
const createdAt = Date.parse("2019-09-06T17:25:54.667Z");

describe("a delete notice of API v1.1", () => {
  const status = { id_str: id, user_id_str: "12" };

  test("names the tweet, its author and when it was deleted", () => {
    expect(readDeleteV1({ status, timestamp_ms: "1567791954667" })).toEqual({
      outcome: "delete",
      id: `x:${id}`,
      createdAt,
      author: "x:12",
      deletedAt: 1_567_791_954_667,
    });
    expect(readDeleteV1({ status: { id: 20, user_id: 12 }, timestamp_ms: 5 })).toEqual({
      outcome: "delete",
      id: "x:20",
      createdAt: undefined,
      author: "x:12",
      deletedAt: 5,
    });
  });

  test.each([undefined, null, "soon", "1.5", true, ["5"], {}])(
    "may tell no time: %j",
    (timestamp_ms) => {
      expect(readDeleteV1({ status, timestamp_ms })).toMatchObject({
        outcome: "delete",
        deletedAt: undefined,
      });
    },
  );

  test.each([{ favorite: {} }, { direct_message: {} }])(
    "of something else is ignored: %j",
    (notice) => {
      expect(readDeleteV1({ ...notice, status })).toEqual({
        outcome: "ignored",
        reason: "notice-delete",
      });
    },
  );

  test.each([{}, { status: null }, { status: "20" }, [], null, 7])(
    "fails without a status: %j",
    (notice) => {
      expect(readDeleteV1(notice)).toEqual({
        outcome: "failed",
        reason: "invalid-field",
        issues: [{ path: "delete.status", message: "Invalid input: expected object" }],
      });
    },
  );

  test.each([
    [{}, "missing-id"],
    [{ id: 1_170_025_343_920_402_400 }, "unsafe-id"],
  ])("fails without an exact id: %j", (ids, reason) => {
    const message = "neither a string of digits nor a safe integer";
    expect(readDeleteV1({ status: ids })).toEqual({
      outcome: "failed",
      reason,
      issues: [{ path: "delete.status.id_str", message }],
    });
  });
});

describe("a compliance event of API v2", () => {
  test.each([
    [{ tweet: { id, author_id: "12" }, event_at: "2019-09-07T00:00:00Z" }],
    [{ id, author_id: "12", event_at: "2019-09-07T00:00:00Z" }],
    [{ tweet: { id: 7, id_str: id, author_id: "12" }, event_at: "2019-09-07T00:00:00Z" }],
  ])("deletes a tweet: %j", (notice) => {
    expect(readComplianceV2({ delete: notice })).toEqual({
      outcome: "delete",
      id: `x:${id}`,
      createdAt,
      author: "x:12",
      deletedAt: Date.parse("2019-09-07T00:00:00Z"),
    });
  });

  test.each([undefined, null, "", "soon"])("may tell no time: %j", (event_at) => {
    expect(readComplianceV2({ delete: { id, event_at } })).toMatchObject({
      outcome: "delete",
      deletedAt: undefined,
    });
  });

  const batch = { id, action: "delete", created_at: "2019-09-06T17:25:54.667Z" };
  test("of a batch deletes what has its own time inside its id", () => {
    expect(readComplianceV2(batch)).toEqual({
      outcome: "delete",
      id: `x:${id}`,
      createdAt,
      author: undefined,
      deletedAt: undefined,
    });
  });

  test.each([
    { ...batch, action: "deactivate" },
    { ...batch, created_at: "2019-09-06T17:25:54.668Z" },
    { ...batch, id: "1482680858" },
    { ...batch, id: `${id}0` },
    { ...batch, id: `x${id}` },
    { ...batch, id: `${id}x` },
    { user_protect: { user: { id: "12" } } },
    { delete: { tweet: 7 } },
    {},
    null,
  ])("of something else is ignored: %j", (event) => {
    expect(readComplianceV2(event)).toEqual({ outcome: "ignored", reason: "notice-compliance" });
  });
});
