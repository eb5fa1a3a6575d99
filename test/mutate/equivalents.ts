/** A change of the code that changes nothing that anybody could tell, and why. */
export type Equivalent = {
  file: string;
  /** The code before and after, as `npm run mutate` prints it. */
  was: string;
  becomes: string;
  because: string;
};

const inFile = (
  file: string,
  changes: readonly (readonly [was: string, becomes: string, because: string])[],
): Equivalent[] => changes.map(([was, becomes, because]) => ({ file, was, becomes, because }));

export const equivalents: readonly Equivalent[] = [
  ...inFile("functions/bucket-hours/bucket-hours.ts", [
    [`typeof value === "string"`, "false", "JSON tells texts apart as well, only slower"],
    [`"string"`, `""`, "JSON tells texts apart as well, only slower"],
    ["start < members.length", "start <= members.length", "a row of no events is none"],
    ["first === undefined", "false", "only the compiler does not know that there is one"],
  ]),
  ...inFile("functions/bucket-hours/coalesce-increments.ts", [
    ["schedule !== undefined", "true", "what is undefined takes its default"],
  ]),
];
