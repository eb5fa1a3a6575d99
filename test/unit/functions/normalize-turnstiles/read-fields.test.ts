import { expect, test } from "vitest";
import { readFields } from "../../../../functions/normalize-turnstiles/read-fields.ts";

test("what a line does not have is empty", () => {
  expect(readFields({ S_C_P: " 02-00-00 ", weather: "fair", Entries: 7 })).toEqual({
    fields: {
      ca: "",
      unit: "",
      scp: "02-00-00",
      station: "",
      linename: "",
      division: "",
      date: "",
      time: "",
      desc: "",
      entries: "7",
      exits: "",
      id: "",
      timestamp: "",
    },
  });
});

test("a heading is told by its third column", () => {
  const heading = "C/A,UNIT,SCP,STATION,LINENAME,DIVISION,DATE,TIME,DESC,ENTRIES,EXITS";
  expect(readFields(heading)).toEqual({ isHeading: true });
});
