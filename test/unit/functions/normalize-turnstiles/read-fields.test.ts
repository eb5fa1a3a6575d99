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
  expect(readFields(heading.toLowerCase())).toEqual({ isHeading: true });
});

// With an id, the registers of a row would be taken for increments.
test.each(["_id", ":id", "@timestamp", " _id", "$id"])(
  "%s is of a tool, not of a stream",
  (name) => {
    expect(readFields({ SCP: "02-00-00", [name]: "7" })).toMatchObject({
      fields: { scp: "02-00-00", id: "", timestamp: "" },
    });
  },
);

test("what is told twice must be the same", () => {
  expect(readFields({ SCP: "1", "C/A": "A002", ca: "A002 " })).toMatchObject({
    fields: { ca: "A002" },
  });
  expect(readFields({ SCP: "1", "C/A": "A002", ca: "A003" })).toEqual({
    reason: "invalid-field",
    path: "ca",
    message: "told twice, and not the same",
  });
});
