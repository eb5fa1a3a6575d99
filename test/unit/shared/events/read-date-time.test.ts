import { expect, test } from "vitest";
import { readDateTime } from "../../../../shared/events/read-date-time.ts";

test.each([
  ["2026-07-04T14:38:06.240Z", 1_783_175_886_240],
  ["2026-07-04T16:38:06.24+02:00", 1_783_175_886_240],
  ["2024-02-29T00:00:00Z", 1_709_164_800_000],
  ["2026-07-04t14:38:06.240z", 1_783_175_886_240],
  ["2016-12-31T23:59:60Z", 1_483_228_799_000],
  ["2016-12-31T23:59:60.5+00:00", 1_483_228_799_500],
  ["2016-12-31T23:59:61Z", undefined],
  ["2016-12-31T23:60:00Z", undefined],
  ["2016-12-31T24:00:00Z", undefined],
  ["2026-07-04T14:38:06+14:00", 1_783_125_486_000],
  ["2026-07-04T14:38:06+24:00", undefined],
  ["2026-02-29T00:00:00Z", undefined],
  ["2026-07-04T14:38:06", undefined],
  ["2026-07-04", undefined],
  ["yesterday", undefined],
  ["", undefined],
  [["2026-07-04T14:38:06Z"], undefined],
  [1_783_175_886_240, undefined],
  [null, undefined],
])("of %j it is %j", (written, instant) => {
  expect(readDateTime(written)).toBe(instant);
});
