import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { normalizeUrl } from "../../shared/links/normalize-url.ts";
import { readSuite, suitesMissing, titled } from "./url-suites.ts";

/** What the suites must score; the most that the waivers may excuse. */
const bounds = { merged: 533, waivers: 35 };

const waivers = z
  .record(z.string(), z.string())
  .parse(JSON.parse(readFileSync(new URL("url-waivers.json", import.meta.url), "utf8")));

const poolCase = z.object({
  id: z.string(),
  suite: z.string(),
  fn: z.string(),
  input: z.string(),
  expected: z.string(),
  expected_url: z.string(),
});
const pairCase = z.object({
  id: z.string(),
  relation: z.enum(["same", "different"]),
  a: z.string(),
  b: z.string(),
  disputed: z.boolean(),
});
const trackingCase = z.object({
  id: z.string(),
  input: z.string(),
  expected: z.string(),
  initiator: z.string().optional(),
});
const inputCase = z.object({ input: z.string() });

const keyOf = (input: string) => normalizeUrl(input).urlKey;
const reasonOf = (input: string) => {
  const result = normalizeUrl(input);
  return "ignored" in result ? result.ignored : undefined;
};

describe("the waivers", () => {
  it("are few, and each names the step of the policy that refuses the case", () => {
    expect(Object.keys(waivers).length).toBeLessThanOrEqual(bounds.waivers);
    for (const reason of Object.values(waivers)) expect(reason).toMatch(/^Steps? [1-9]/);
  });
});

describe.skipIf(suitesMissing)(titled("the pool of other projects' equivalences"), () => {
  const pool = suitesMissing ? [] : readSuite("pool", poolCase);
  const merges = (c: z.infer<typeof poolCase>) => {
    const key = keyOf(c.input);
    return key !== undefined && key === keyOf(c.expected_url);
  };

  it(`merges at least ${bounds.merged} of the pairs`, () => {
    expect(pool.filter(merges).length).toBeGreaterThanOrEqual(bounds.merged);
  });

  it("merges every pair that is not waived, or finds that neither side is a link", () => {
    const missed = pool
      .filter((c) => !merges(c) && waivers[c.id] === undefined)
      .filter((c) => keyOf(c.input) !== undefined || reasonOf(c.input) !== reasonOf(c.expected_url))
      .map((c) => c.id);
    expect(missed).toEqual([]);
  });

  it("merges no two cases that a suite keeps apart, but the waived ones", () => {
    const overMerged: string[] = [];
    for (const cases of Map.groupBy(pool, (c) => `${c.suite}/${c.fn}`).values()) {
      for (const [at, a] of cases.entries()) {
        for (const b of cases.slice(0, at)) {
          if (a.expected === b.expected || a.input === b.input) continue;
          if (keyOf(a.input) === undefined || keyOf(a.input) !== keyOf(b.input)) continue;
          if (discounted(a.expected_url) === discounted(b.expected_url)) continue;
          overMerged.push(`${b.id}~${a.id}`);
        }
      }
    }
    expect(overMerged.filter((id) => waivers[id] === undefined)).toEqual([]);
    const stale = Object.keys(waivers).filter((id) => id.includes("~") && !overMerged.includes(id));
    expect(stale).toEqual([]);
  });

  it("waives no case that merges", () => {
    expect(pool.filter((c) => waivers[c.id] !== undefined && merges(c)).map((c) => c.id)).toEqual(
      [],
    );
  });

  it("gives every key back for the key itself", () => {
    const inputs = [...pool, ...readSuite("urlcanon-idempotence", inputCase)].map((c) => c.input);
    for (const input of inputs) {
      const key = keyOf(input);
      if (key !== undefined) expect(keyOf(`https://${key}`), input).toBe(key);
    }
  });
});

describe.skipIf(suitesMissing)(titled("the hand-made pairs"), () => {
  const pairs = suitesMissing ? [] : readSuite("must-not-merge", pairCase);

  it.each(pairs.filter((pair) => !pair.disputed))("$id: $a and $b are $relation", (pair) => {
    const same = keyOf(pair.a) !== undefined && keyOf(pair.a) === keyOf(pair.b);
    expect(same ? "same" : "different").toBe(pair.relation);
  });
});

describe.skipIf(suitesMissing)(titled("DuckDuckGo's URL parameter tests"), () => {
  // The suite runs with a short list of names and with exceptions of its own.
  const notApplicable = new Map([
    ["ddg-url-parameters/6", "names are compared without case here"],
    ["ddg-url-parameters/10", "an exception of the suite's own configuration"],
    ["ddg-url-parameters/11", "an exception of the suite's own configuration"],
    ["ddg-url-parameters/13", "an exception of the suite's own configuration"],
    ["ddg-url-parameters/14", "an exception of the suite's own configuration"],
    ["ddg-url-parameters/19", "the whole family utm_ and msclkid are tracking here"],
  ]);
  const cases = suitesMissing ? [] : readSuite("ddg-url-parameters", trackingCase);

  it("applies to most cases", () => {
    expect(cases.length - notApplicable.size).toBeGreaterThanOrEqual(14);
  });

  it.each(cases.filter((c) => !notApplicable.has(c.id)))("$id: the url is $expected", (c) => {
    expect(normalizeUrl(c.input).url).toBe(c.expected);
  });

  it.each(cases.filter((c) => !isException(c.initiator ?? c.input)))(
    "$id: the key of $expected",
    (c) => {
      expect(keyOf(c.input)).toBe(keyOf(c.expected));
    },
  );
});

describe.skipIf(suitesMissing)(titled("the parser tests of web-platform-tests"), () => {
  const cases = suitesMissing ? [] : readSuite("wpt-urltestdata", inputCase);

  it("have 891 inputs, and none of them throws", () => {
    expect(cases).toHaveLength(891);
    for (const { input } of cases) {
      const result = normalizeUrl(input);
      expect("ignored" in result || result.urlKey !== "", input).toBe(true);
    }
  });

  it("have IPv4 addresses in every spelling, and all of them are recognised", () => {
    const spellings = z.object({ input: z.string(), expected: z.string().nullable() });
    for (const { input, expected } of readSuite("urlcanon-funky-ipv4", spellings)) {
      if (expected !== null) expect(reasonOf(`http://${input}/`), input).toBe("ip-address");
    }
  });
});

function isException(url: string): boolean {
  return url.includes("allowlisted.com");
}

/** An expected value without the differences that the policy declares to be none. */
function discounted(url: string): string {
  const bare = url
    .trim()
    .replace(/^https?:/i, "")
    .replace(/^\/\//, "");
  const [beforeFragment = "", fragment = ""] = bare.split(/#(.*)/s);
  const [address = "", query = ""] = beforeFragment.split(/\?(.*)/s);
  const [authority = "", path = ""] = address.split(/\/(.*)/s);
  const host = authority
    .toLowerCase()
    .replace(/^.*@/, "")
    .replace(/:(?:80|443)?$/, "")
    .replace(/\.$/, "")
    .replace(/^(?:www\d*|m|mobile)\./, "");
  const page = `/${path}`
    .replaceAll(/\/+/g, "/")
    .replace(/\/(?:index|default)\.\w+$/, "/")
    .replace(/\/+$/, "");
  const parameters = query
    .split("&")
    .map((part) => part.replace(/=$/, "").replaceAll("+", " "))
    .filter((part) => part !== "" && part !== "=");
  const route = /^(?:!?\/.|!.)/.test(fragment) ? fragment : "";
  return `${decoded(host + page)}?${decoded(parameters.sort().join("&"))}#${route}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
