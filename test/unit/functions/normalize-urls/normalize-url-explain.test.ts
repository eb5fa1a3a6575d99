import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { describeRule } from "../../../../shared/links/url/describe-rule.ts";

const command = fileURLToPath(
  new URL("../../../../functions/normalize-urls/explain-url.ts", import.meta.url),
);

function run(...urls: string[]): { stdout: string; stderr: string; status: number | null } {
  return spawnSync(process.execPath, [command, ...urls], { encoding: "utf8" });
}

describe("explain-url", () => {
  it("shows what each step changed and why, and the key, without colours off a terminal", () => {
    const { stdout, status } = run("http://www.example.com/a/?b=1&utm_source=x&ref=twitter#top");
    expect(status).toBe(0);
    expect(stdout).toBe(`http://www.example.com/a/?b=1&utm_source=x&ref=twitter#top

  clean     unchanged
  parse     unchanged
  unwrap    unchanged
  host      www.example.com  →  example.com
            www names no page of its own
  path      /a/  →  /a
            without its trailing slash
  query     b=1&utm_source=x&ref=twitter  →  b=1
            utm_source dropped: tracking, family utm_ (Google Analytics)
            ref dropped: tracking with this value, or on this site
  fragment  #top  →  nothing
            a fragment is a place on the page

  key       example.com/a?b=1
  url       http://www.example.com/a/?b=1#top
  version   2
`);
  });

  it("shows which of several links share a key", () => {
    const { stdout } = run(
      "https://youtu.be/dQw4w9WgXcQ",
      "https://example.com/",
      "ftp://a.org/",
      "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1",
    );
    expect(stdout).toContain(`4 links, 3 keys

  youtube.com/watch?v=dQw4w9WgXcQ  1, 4
  example.com                      2
  ignored: not-http                3
`);
  });

  it("shows no control, and no mark that turns the direction of letters, as it is", () => {
    const { stdout } = run("https://example.com/\u202ea\u001b[31m\u2066b");
    expect(stdout).toContain("https://example.com/\\u202ea\\u001b[31m\\u2066b");
    for (const mark of ["\u001b", "\u202e", "\u2066"]) expect(stdout).not.toContain(mark);
  });

  it("shows why a link is ignored", () => {
    expect(run("http://10.0.0.1/a/").stdout).toContain("ignored   ip-address: ");
  });

  it("has a help text, and names it when it is called wrongly", () => {
    expect(run("--help")).toMatchObject({ status: 0, stderr: "" });
    expect(run("--help").stdout).toContain("npm run explain-url -- <url>");
    const stderr = "explain-url: no link given. Try --help.\n";
    expect(run()).toMatchObject({ status: 2, stdout: "", stderr });
    expect(run("--colour").stderr).toContain("Unknown option '--colour'");
  });
});

describe("describeRule", () => {
  it.each([
    ["query-drop fbclid", "fbclid dropped: tracking on every site (duckduckgo"],
    ["query-drop PHPSESSID", "PHPSESSID dropped: a session id of one reader"],
    ["query-drop smid", "smid dropped: tracking on this site"],
    ["query-drop taid", "taid dropped: a token of whoever shares"],
    ["query-share gift", "gift left out of the key: a token of whoever shares"],
    ["unwrap google-url", "a redirect wrapper carries the link: google-url"],
  ])("%s", (rule, reason) => {
    expect(describeRule(rule)).toContain(reason);
  });
});
