import { expect, test } from "vitest";
import { nameInFolder, wholeFolders } from "../../../../shared/objects/landing-folders.ts";

test("images and texts are taken whole", () => {
  expect(wholeFolders).toEqual(["images", "texts"]);
});

test.each([
  ["landing/texts/a.txt", "a.txt"],
  ["landing/texts/2026/a b.txt", "2026/a b.txt"],
  ["landing/texts/", undefined],
  ["landing/texts/2026/", undefined],
  ["landing/images/a.png", undefined],
  ["old/landing/texts/a.txt", undefined],
  ["landing/textsa.txt", undefined],
])("%s is called %s in the folder of texts", (object, name) => {
  expect(nameInFolder(object, "texts")).toBe(name);
});
