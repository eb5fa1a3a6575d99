import { mkdirSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import * as z from "zod";
import { hasBrowser, openBrowser } from "../support/open-browser.ts";
import { type ServedDashboard, serveDashboard } from "../support/serve-dashboard.ts";
import { hasSharedData, sharedLines } from "../support/shared-data.ts";

const now = Date.parse("2019-07-03T06:40:00Z");
/** Git-ignored: to be looked at by people, who ask for them (`SCREENSHOTS=yes`), because they take a while. */
const screenshots = process.env.SCREENSHOTS && join(import.meta.dirname, "../screenshots");

const tweet = (said: {
  id: string;
  user: string;
  text?: string;
  urls: [url: string, title?: string][];
}) =>
  JSON.stringify({
    id_str: said.id,
    created_at: "Wed Jul 03 06:35:00 +0000 2019",
    text: said.text ?? `says ${said.id}`,
    lang: "en",
    user: { id_str: said.user },
    entities: {
      urls: said.urls.map(([expanded_url, title], n) => ({
        url: `https://t.co/${said.id}${n}`,
        expanded_url,
        ...(title !== undefined && { title }),
      })),
    },
  });

const reacting = (id: string, user: string, reaction: object): string =>
  `${tweet({ id, user, urls: [] }).slice(0, -1)},${JSON.stringify(reaction).slice(1)}`;

const passedOn = { retweeted_status: { id_str: "90", user: { id_str: "500" } } };
const answered = { in_reply_to_status_id_str: "92", in_reply_to_user_id_str: "502" };
/** It takes a while to tell all that is well. */
const onlyBarriers = "resultTypes: ['violations']";

/** Two users pass on what a third has said, and one of them is answered. */
const moved = [
  reacting("91", "501", passedOn),
  reacting("92", "502", passedOn),
  reacting("93", "500", answered),
];

const peak = {
  stream: "url-mentions",
  hour: "2019-07-03T05:00:00Z",
  revision: 1,
  state: "open",
  incident: "url-mentions/2019-07-03T05:00:00Z",
  since: "2019-07-03T05:00:00Z",
  direction: "peak",
  actual: 900,
  expected: 40,
  usual_low: 20,
  usual_high: 80,
  score: 20,
  reason: "900 events of url-mentions at 05 UTC; 20 to 80 are usual for a Wednesday at this hour",
};

/** An hour that was closed with ten mentions of a page, of which three had come after it was closed. */
async function closeLate({ bigquery }: ServedDashboard): Promise<void> {
  const hour = "TIMESTAMP '2019-07-03 03:00:00'";
  await bigquery.query(`
    INSERT INTO hourtally.url_hour_totals (hour, revision, url_key, url, host, mentions, authors, originals)
    VALUES (${hour}, 2, 'late.example.com', 'https://late.example.com', 'late.example.com', 10, 10, 10)`);
  await bigquery.query(`
    INSERT INTO hourtally.url_hour_totals (hour, revision, closing)
    VALUES (${hour}, 2, STRUCT(${hour} AS watermark, ${hour} AS first_landed_at, 1 AS \`keys\`,
      10 AS events, 3 AS late, 0 AS fingerprint))`);
}

const markup = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
const hostile = [
  tweet({
    id: "1",
    user: "1",
    text: `hostile ${markup}`,
    urls: [["https://hostile.com/%E2%80%AEgpj.exe", markup]],
  }),
  tweet({
    id: "2",
    user: "2",
    text: "hostile \u202eesrever\u2066\u200b",
    urls: [["https://hostile.com/%E2%80%AEgpj.exe"]],
  }),
  tweet({
    id: "3",
    user: "3",
    text: "hostile",
    urls: [["javascript:window.hacked=1"], ["https://xn--80ak6aa92e.com/"]],
  }),
  tweet({
    id: "4",
    user: "4",
    text: `hostile ${"W".repeat(1_000_000)}`,
    urls: [["https://hostile.com/\u200b", "\u200b\u2060"]],
  }),
];

describe.skipIf(!hasBrowser)("the page in a browser", () => {
  let dashboard: ServedDashboard;
  let browser: Browser;
  beforeAll(async () => {
    if (screenshots) mkdirSync(screenshots, { recursive: true });
    [dashboard, browser] = await Promise.all([
      serveDashboard(now, { REQUESTS_PER_SECOND: "10000" }),
      openBrowser(),
    ]);
    const real = hasSharedData ? sharedLines("tweets/stream-2019-07-03.jsonl.gz") : [];
    const shared = real.filter((line) => line.includes("expanded_url"));
    const some = shared.filter((line, n) => line.includes("du3a.org") || n % 200 === 0);
    const more = Array.from({ length: 30 }, (_, n) =>
      tweet({
        id: `90${n}`,
        user: `${n % 20}`,
        urls: [[`https://example.com/${n % 3}`, `Page ${n % 3}`]],
      }),
    );
    const before = tweet({ id: "89", user: "1", urls: [["https://example.com/1", "Page 1"]] });
    const earlier = before.replace("Wed Jul 03 06:35", "Tue Jul 02 20:35");
    await dashboard.count([...some, ...more, ...moved, ...hostile, earlier]);
    await dashboard.count([JSON.stringify(peak)], "anomalies");
    await closeLate(dashboard);
  });
  afterAll(async () => {
    await browser.close();
    await dashboard.close();
  });

  /** A page of its own, that must not say or ask anything of which nobody knows. */
  async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      timezoneId: "America/New_York",
      ...options,
    });
    const page = await context.newPage();
    const said: string[] = [];
    // A browser says of every refusal that it is one.
    const isRefusal = (text: string) => /the server responded with a status of 4/.test(text);
    page.on("console", (message) => isRefusal(message.text()) || said.push(message.text()));
    page.on("pageerror", (error) => said.push(error.message));
    page.on("dialog", (dialog) => said.push(`dialog: ${dialog.message()}`));
    page.on("request", (request) => {
      if (!request.url().startsWith(dashboard.url)) said.push(`asks ${request.url()}`);
    });
    onTestFinished(async () => {
      await context.close();
      expect(said).toEqual([]);
    });
    await page.clock.install({ time: now });
    await goTo(page, path);
    return page;
  }

  async function goTo(page: Page, path: string): Promise<void> {
    await page.goto(dashboard.url + path);
    await page.locator("h1").waitFor();
    await page.locator(".loading").first().waitFor({ state: "detached" });
  }

  const keep = async (page: Page, name: string) => {
    if (screenshots)
      await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
  };

  /** What axe-core finds that is serious, as `rule: element`. */
  async function barriersOf(page: Page, run: string): Promise<string[]> {
    if (await page.evaluate("typeof axe === 'undefined'")) await page.evaluate(axe.source);
    const found: unknown = await page.evaluate(run);
    const { violations } = z
      .object({
        violations: z.array(
          z.object({
            id: z.string(),
            impact: z.string().nullish(),
            nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
          }),
        ),
      })
      .parse(found);
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) =>
        nodes.map(
          ({ html, failureSummary = "" }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`,
        ),
      );
  }

  /** The page asks again every five seconds, and is given what is newer once that has come. */
  async function passTimeUntil(page: Page, selector: string): Promise<void> {
    const there = page.locator(selector);
    for (let asked = 0; asked < 30 && !(await there.isVisible()); asked += 1) {
      dashboard.clock.now += 5_000;
      await page.clock.fastForward(5_000);
      await there.waitFor({ timeout: 1_500 }).catch(() => undefined);
    }
    await there.waitFor();
  }

  const row = (page: Page, text: string) => page.locator("table.top tbody tr", { hasText: text });

  test.skipIf(!hasSharedData)("shows the numbers of the view", async () => {
    const page = await open("/");
    expect(await page.locator("h1").textContent()).toBe("What is being shared now");
    const cells = await row(page, "du3a.org").first().locator("td").allTextContents();
    expect(cells.filter((_, n) => n !== 2 && n !== 1)).toEqual([
      "1",
      "152",
      "152",
      "151",
      "1",
      "new",
      "x 152",
    ]);
    await keep(page, "links-light");
  });

  test("has no barrier in any view, light and dark", async () => {
    const page = await open("/health");
    for (const [name, path] of [
      ["health", "/health"],
      ["links", "/"],
      ["link", "/links/example.com%2F1"],
      ["search", "/search?words=says"],
      ["users", "/users"],
      ["anomalies", "/anomalies"],
      ["streams", "/streams/turnstile-readings"],
    ] as const) {
      await page.emulateMedia({ colorScheme: "light" });
      await goTo(page, path);
      expect(await barriersOf(page, `axe.run({ ${onlyBarriers} })`)).toEqual([]);
      await page.emulateMedia({ colorScheme: "dark" });
      expect(
        await barriersOf(page, `axe.run({ runOnly: ['color-contrast'], ${onlyBarriers} })`),
      ).toEqual([]);
      await keep(page, `${name}-dark`);
    }
  });

  test("marks an unusual hour, and what came late to a closed one, and says so in the table", async () => {
    const page = await open("/");
    await page.locator(".chart .mark").waitFor();
    expect(await page.locator(".chart .mark").count()).toBe(1);
    expect(await page.locator(".chart .late").count()).toBe(1);
    expect(await page.locator(".unusual").textContent()).toContain("900 events of url-mentions");
    await page.getByText("Table of mentions by the hour").click();
    const note = (hour: string) =>
      page.locator("details tr", { hasText: hour }).locator("td").last().textContent();
    expect(await note("03:00")).toBe("3 came late");
    expect(await note("05:00")).toContain("20 to 80 are usual");
    const chart = page.locator(".chart svg");
    const { width = 0 } = (await chart.boundingBox()) ?? {};
    await chart.hover({ position: { x: width - 8, y: 80 } });
    expect(await page.locator(".chart .told").textContent()).toMatch(
      /^Wed 3 Jul, 06:00: [\d,]+ mentions$/,
    );
    await page.locator("h1").hover();
    await page.locator(".chart .told").waitFor({ state: "detached" });
    await keep(page, "anomaly-light");
  });

  test("tells what rises fastest, and what is usual", async () => {
    const page = await open("/");
    const risen = page.locator(".rising li", { hasText: "Page 1" });
    expect(await risen.locator("span").textContent()).toBe("10, 0.1 are usual");
    await risen.getByRole("link").click();
    await page.locator(".facts").waitFor();
    expect(await page.locator("h1").textContent()).toBe("Page 1");
  });

  test("suggests what a filter can find", async () => {
    const page = await open("/search");
    await page.getByLabel("Language").focus();
    await page.locator('datalist option[value="en"]').waitFor({ state: "attached" });
    expect(await page.locator("input[name=language]").getAttribute("list")).toBe(
      "values-of-language",
    );
  });

  test("lists unusual hours, each with why, and leads there", async () => {
    const page = await open("/anomalies");
    const cells = await page.locator("tbody tr").first().locator("td").allTextContents();
    expect(cells).toEqual([
      "Wed 3 Jul, 05:00",
      "url-mentions",
      "peak",
      "900",
      "40",
      "900 events of url-mentions at 05 UTC; 20 to 80 are usual for a Wednesday at this hour",
    ]);
    await page.locator("tbody a").first().click();
    await page.waitForURL(/from=2019-07-03T05.*to=2019-07-03T06/);
  });

  test("tells times in UTC or as the reader's clock has them, light or dark, and remembers", async () => {
    const page = await open("/");
    const range = page.locator("main header p");
    expect(await range.textContent()).toContain("Wed, 3 Jul 2019, 04:00–07:00 UTC");
    await page.getByRole("button", { name: "UTC time" }).click();
    expect(await range.textContent()).toContain("Wed, 3 Jul 2019, 00:00–03:00 local time");
    await page.getByRole("button", { name: "Auto theme" }).click();
    await goTo(page, "/");
    expect(await range.textContent()).toContain("00:00–03:00 local time");
    expect(await page.evaluate("getComputedStyle(document.documentElement).colorScheme")).toBe(
      "dark",
    );
  });

  test("shows who moves whom, from both sides", async () => {
    const page = await open("/users");
    await row(page, "x:500").first().waitFor();
    expect(await row(page, "x:500").first().locator("td.by").textContent()).toBe("8");
    await page.getByRole("link", { name: "x:500" }).click();
    await page.locator(".facts").waitFor();
    const ties = (title: string) =>
      page.locator("section", { hasText: title }).locator("td.user").allTextContents();
    expect(await ties("Who reacts to it")).toEqual(["x:501", "x:502"]);
    expect(await ties("To whom it reacts")).toEqual(["x:502"]);
    await keep(page, "user-light");
  });

  test("filters by what is in the address, which restores the view elsewhere", async () => {
    const page = await open("/");
    await page.getByLabel("Words").fill("Page 2");
    await page.getByRole("button", { name: "Filter" }).click();
    await row(page, "Page 1").waitFor({ state: "detached" });
    expect(await row(page, "Page 2").count()).toBe(1);
    await page.getByRole("link", { name: "Mentions" }).click();
    await page.locator("th[aria-sort] >> text=Mentions").waitFor();

    const other = await open(new URL(page.url()).pathname + new URL(page.url()).search);
    expect(await other.getByLabel("Words").inputValue()).toBe("Page 2");
    expect(await other.locator("th[aria-sort]").textContent()).toBe("Mentions");
    expect(await row(other, "Page 2").locator("td.by").textContent()).toBe("10");
    await other.getByRole("link", { name: "Clear" }).click();
    await row(other, "Page 1").waitFor();
    expect(new URL(other.url()).search).toBe("?by=mentions");
  });

  test("tells of a link who shared it, and takes the focus there", async () => {
    const page = await open("/?words=Page");
    await page.getByRole("link", { name: "Page 0" }).click();
    await page.locator(".facts").waitFor();
    expect(new URL(page.url()).pathname).toBe("/links/example.com%2F0");
    expect(await page.locator("h1").textContent()).toBe("Page 0");
    expect(await page.locator(".fact dd").first().textContent()).toMatch(/^10/);
    expect(await page.locator(".posts > li").count()).toBe(10);
    await page.goBack();
    await row(page, "Page 1").waitFor();
    await page.goForward();
    await page.locator(".facts").waitFor();
    await page.locator("main:focus").waitFor();
  });

  test("finds posts by words", async () => {
    const page = await open("/search");
    await page.getByLabel("Words").fill("says 905");
    await page.getByRole("button", { name: "Search" }).click();
    await page.locator(".posts > li").nth(1).waitFor({ state: "detached" });
    expect(await page.locator(".posts p").textContent()).toBe("says 905");
  });

  test("shows one more tweet by itself", async () => {
    const page = await open("/?words=example.com");
    expect(await row(page, "Page 0").locator("td.by").textContent()).toBe("10");
    await dashboard.count([tweet({ id: "77", user: "777", urls: [["https://example.com/0"]] })]);
    await passTimeUntil(page, 'table.top tr:has-text("Page 0") td.by:has-text("11")');
  });

  test("turns red when something has failed, and says why without its bytes", async () => {
    const page = await open("/health");
    expect(await page.getByRole("status").textContent()).toMatch("All that came is counted");
    await dashboard.count(["no-json secret"]);
    await passTimeUntil(page, ".verdict.bad");
    expect(await page.locator("table").first().textContent()).toContain("malformed-json");
    await passTimeUntil(page, ".bar .dot.bad");
    expect(await page.content()).not.toContain("secret");
    await keep(page, "health-failing");
  });

  test("takes hostile texts for texts", async () => {
    const page = await open("/?words=hostile.com");
    const title = row(page, "onerror").locator("a.name");
    expect(await title.textContent()).toBe(markup);
    await row(page, "hostile.com/%E2%80%AEgpj.exe").first().waitFor();
    // A title that nobody sees is none.
    for (const name of await page.locator("a.name").allTextContents()) {
      expect(name).toMatch(/[\p{L}\p{N}]/u);
    }
    const posts = await open("/search?words=hostile");
    expect(await posts.locator(".posts > li").count()).toBe(4);
    expect(
      await posts.locator(".links >> text=javascript:window.hacked=1").locator("a").count(),
    ).toBe(0);
    expect(await posts.locator(".links >> text=xn--80ak6aa92e.com").count()).toBe(1);
    for (const one of [page, posts]) {
      expect(await one.evaluate("window.hacked")).toBeUndefined();
      expect(await one.locator("main img, main script").count()).toBe(0);
      expect(await one.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(1280);
    }
    await keep(posts, "hostile");
  });

  test("fits a phone of 320 pixels, and a zoom of 400 %", async () => {
    const phone = await open("/", { viewport: { width: 320, height: 640 } });
    const isWide = "document.documentElement.scrollWidth > 320";
    for (const path of ["/", "/links/example.com%2F1", "/search?words=hostile", "/health"]) {
      await goTo(phone, path);
      expect(await phone.evaluate(isWide), path).toBe(false);
      await keep(phone, `phone${path.replaceAll(/\W+/g, "-")}`);
    }
    // What tells one row from another, and why an hour is unusual.
    await goTo(phone, "/streams/interactions");
    expect(await phone.locator("tbody tr").first().locator("td.key:visible").count()).toBe(2);
    await goTo(phone, "/anomalies");
    const why = await phone.locator("td.why").first().boundingBox();
    expect(why?.width).toBeGreaterThan(120);
    expect((why?.x ?? 0) + (why?.width ?? 0)).toBeLessThanOrEqual(320);
    const zoomed = await open("/", { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 });
    expect(await zoomed.evaluate(isWide)).toBe(false);
    await zoomed.locator("a.name").first().click();
    await zoomed.locator(".facts").waitFor();
  });

  test("is worked by keyboard alone", async () => {
    const page = await open("/");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("To the content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
    await page.getByText("Table of mentions by the hour").press("Enter");
    await page.locator("details table a").first().press("Enter");
    await page.waitForURL(/from=2019-07-03T06/);
    await page.locator("h1", { hasText: "What was shared" }).waitFor();
  });

  test("says what is wrong, and what to do", async () => {
    const page = await open("/users");
    await page.route("**/api/v1/users", (route) => route.fulfill({ json: { rows: [{}] } }));
    await page.clock.fastForward(5_000);
    expect(await page.getByRole("alert").textContent()).toContain("load the page anew");
    expect(await row(page, "x:500").count()).toBe(1);
    await page.goto(`${dashboard.url}/links/nobody.example.net`);
    expect(await page.getByRole("alert").textContent()).toBe("There is nothing at this address");
    await page.goto(`${dashboard.url}/search?from=yesterday`);
    expect(await page.getByRole("alert").textContent()).toContain("from: not a UTC time");
    await page.goto(`${dashboard.url}/?words=nothinglikethis`);
    await page.locator(".empty").waitFor();
    await keep(page, "empty");
  });
});
