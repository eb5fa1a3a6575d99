import { expect, test } from "vitest";
import { writeCsv } from "../../../../../functions/serve-dashboard/http/write-csv.ts";

test("texts are quoted where they must be, and are never formulas", () => {
  const rows = [
    { link: "=HYPERLINK(1)", n: -1, list: [1, 2], nothing: null },
    { link: 'a "b", c\r\nd', n: 2, list: {} },
    { link: "+1", n: 0.5, list: "@SUM(A1)" },
    { link: "\t=1", n: 1, list: "-1" },
  ];
  expect(writeCsv(["link", "n", "list", "nothing"], rows)).toBe(
    [
      "link,n,list,nothing",
      '"\'=HYPERLINK(1)",-1,"[1,2]",',
      '"a ""b"", c\r\nd",2,{},',
      '"\'+1",0.5,"\'@SUM(A1)",',
      '"\'\t=1",1,"\'-1",',
      "",
    ].join("\r\n"),
  );
});
