import { describe, expect, test } from "vitest";
import { normalizeQuery, readParameter } from "../../../../../shared/links/url/normalize-query.ts";
import { findSiteRules } from "../../../../../shared/links/url/site-rules.ts";

const normalize = (query: string, host = "example.com", domain = host) => {
  const fired: string[] = [];
  return [normalizeQuery(query, host, findSiteRules(domain, undefined), fired), fired];
};

describe("a query", () => {
  test.each([
    ["a=1&b=2", "a=1&b=2", "a=1&b=2", []],
    ["a=1&a=2", "a=1&a=2", "a=1&a=2", []],
    ["A=1&a=2", "A=1&a=2", "A=1&a=2", []],
    ["undefined=1", "undefined=1", "undefined=1", []],
    [
      "auth=abcdefghijklmnopqrstuvwx",
      "auth=abcdefghijklmnopqrstuvwx",
      "auth=abcdefghijklmnopqrstuvwx",
      [],
    ],
    ["ASPSESSIONIDQABC=ABCDEFGHIJKLMNOPQRSTUVWX&a", "a", "a", ["query-drop ASPSESSIONIDQABC"]],
    ["b=1&a=2", "b=1&a=2", "a=2&b=1", ["query-sort"]],
    ["c=1&a=2&b=3&a=1", "c=1&a=2&b=3&a=1", "a=2&a=1&b=3&c=1", ["query-sort"]],
    ["&&a=+&=&", "&&a=+&=&", "a=%20", []],
    ["a=1?b=2", "a=1?b=2", "a=1&b=2", []],
    ["gclid=x&a=1", "a=1", "a=1", ["query-drop gclid"]],
    ["a=1&UTM_x=&b", "a=1&b", "a=1&b", ["query-drop UTM_x"]],
    ["a=1?gclid=2", "a=1", "a=1", ["query-drop gclid"]],
    ["gclid", "", "", ["query-drop gclid"]],
    ["share=Twitter&nb=1", "", "", ["query-drop share", "query-drop nb"]],
    ["nb=1&SHARE=x", "", "", ["query-drop nb", "query-drop SHARE"]],
    ["nb=1", "nb=1", "nb=1", []],
    ["cfid=123456", "cfid=123456", "cfid=123456", []],
    ["taid=0123456789ABCDEF01234567", "", "", ["query-drop taid"]],
    [
      "X-Amz-Security-Token=a&b",
      "X-Amz-Security-Token=a&b",
      "b",
      ["query-share X-Amz-Security-Token"],
    ],
    ["", "", "", []],
  ])("%s is fetched as %s, compared as %s", (query, kept, canonical, fired) => {
    expect(normalize(query)).toEqual([{ kept, canonical }, fired]);
  });

  test.each([
    ["facebook.com", "fref=a&__XTS__[0]=b&c", "c", "c"],
    ["imdb.com", "pf_rd_p=a&page=2", "page=2", "page=2"],
    ["nytimes.com", "pagewanted=ALL&action=Click&smid", "", ""],
    ["nytimes.com", "pagewanted=2", "pagewanted=2", "pagewanted=2"],
    ["nytimes.com", "unlocked_article_code=a&b", "unlocked_article_code=a&b", "b"],
    ["axs.com", "gclid=a", "gclid=a", "gclid=a"],
  ])("of %s: %s", (host, query, kept, canonical) => {
    expect(normalize(query, host)[0]).toEqual({ kept, canonical });
  });

  test("of a gift link says what leaves the key alone", () => {
    expect(normalize("unlocked_article_code=a", "nytimes.com")).toEqual([
      { kept: "unlocked_article_code=a", canonical: "" },
      ["query-share unlocked_article_code"],
    ]);
  });

  test("of a host is judged by the rules of this host and those above it", () => {
    const kept = (host: string, domain: string, query: string) => {
      const [result] = normalize(query, host, domain);
      return result;
    };
    expect(kept("docs.google.com", "google.com", "ouid=1&ved=2")).toEqual({
      kept: "",
      canonical: "",
    });
    expect(kept("google.com", "google.com", "ouid=1&ved=2")).toEqual({
      kept: "ouid=1",
      canonical: "ouid=1",
    });
    expect(kept("xaxs.com", "axs.com", "gclid=a")).toEqual({ kept: "", canonical: "" });
  });
});

describe("a parameter", () => {
  test.each([
    ["a", { name: "a", value: "", text: "a" }],
    ["a=", { name: "a", value: "", text: "a" }],
    ["a=b=", { name: "a", value: "b=", text: "a=b=" }],
    ["%61=+", { name: "a", value: "%20", text: "a=%20" }],
    ["amp;a=b", { name: "a", value: "b", text: "a=b" }],
    [";amp;;a;b", { name: "a;b", value: "", text: "a;b" }],
    ["=b", { name: "", value: "", text: "" }],
    ["+%20=b", { name: "", value: "", text: "" }],
    ["+", { name: "", value: "", text: "" }],
    ["", { name: "", value: "", text: "" }],
    ["+a", { name: "%20a", value: "", text: "%20a" }],
  ])("%j", (raw, parameter) => {
    expect(readParameter(raw, 7)).toEqual({ ...parameter, start: 7 });
  });
});
