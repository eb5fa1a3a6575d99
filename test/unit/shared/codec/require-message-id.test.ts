import { expect, test } from "vitest";
import { requireMessageId } from "../../../../shared/codec/require-message-id.ts";

test("a message with an id is safe", () => {
  expect(() => requireMessageId("7")).not.toThrow();
});

test.each([[""], [undefined], [7], [null]])("with %j for an id nobody knows", (id) => {
  expect(() => requireMessageId(id)).toThrow("without the id of the message");
});
