import { describe, expect, test } from "vitest";
import {
  hourFolder,
  hourManifest,
  manifestName,
  revisionFolder,
  revisionOf,
} from "../../../../shared/objects/hour-index.ts";
import { tryFields } from "../../../support/try-fields.ts";

describe("the manifest of an hour", () => {
  const file = { name: "indices/url_hours/dt=2019-07-03/hour=06/a.parquet", bytes: 1_234 };

  tryFields(
    hourManifest,
    {
      index: "url_hours",
      hour: "2019-07-03T06:00:00Z",
      revision: 1_562_139_000_000,
      keys: 12,
      files: [file],
    },
    {
      index: { takes: ["a"], refuses: ["", undefined] },
      hour: { refuses: ["2019-07-03T06:30:00Z"] },
      revision: { refuses: [0.5, undefined] },
      keys: { takes: [0], refuses: [-1, 0.5] },
      files: {
        takes: [[], [{ ...file, name: "a", bytes: 0 }]],
        refuses: [[{ ...file, name: "" }], [{ ...file, bytes: -1 }], undefined],
      },
    },
  );

  test("says of its files what they are called", () => {
    expect(hourManifest.shape.files.element.shape.name.description).toMatch(/^Name of the object/);
  });
});

test("an hour has a folder, its manifest in it, and a folder for each closing", () => {
  const folder = "indices/url_hours/dt=2019-07-03/hour=06/";
  expect(hourFolder("url_hours", "2019-07-03T06:00:00Z")).toBe(folder);
  expect(manifestName(folder)).toBe(`${folder}manifest.json`);
  expect(revisionFolder(folder, 17)).toBe(`${folder}revision=17/`);
});

test.each([
  ["revision=17/part-0.parquet", 17],
  ["revision=17/", undefined],
  ["revision=/a", undefined],
  ["revision=a7/a", undefined],
  ["old/revision=17/a", undefined],
  ["manifest.json", undefined],
])("%s in the folder of an hour is of closing %s", (file, revision) => {
  const folder = "indices/url_hours/dt=2019-07-03/hour=06/";
  expect(revisionOf(folder, folder + file)).toBe(revision);
});
