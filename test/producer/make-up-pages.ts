import type { Random } from "../support/create-random.ts";
import { createZipf } from "./create-zipf.ts";

/** A page of the web that does not exist. Every page is one page under any of its spellings. */
export type MadeUpPage =
  | { kind: "page"; host: string; path: string; parameters: readonly string[] }
  | { kind: "video"; id: string };

const pageCount = 30_000;

// None of these is anybody's site on purpose; all end in a real public suffix.
const hosts = [
  "daily-example.com",
  "example-tribune.com",
  "morning-example.co.uk",
  "beispiel-zeitung.de",
  "bücher-beispiel.de",
  "ejemplo-diario.es",
  "jornal-exemplo.com.br",
  "gazette-exemple.fr",
  "reibun-shimbun.co.jp",
  "reibun-manga.jp",
  "ornek-haber.com.tr",
  "voorbeeld-krant.nl",
  "esempio-notizie.it",
  "sample-gazette.org",
  "placeholder-press.net",
  "made-up-magazine.com",
  "invented-tech.io",
  "imaginary-sports.com",
  "pretend-finance.com",
  "shop.sample-store.com",
  "blog.made-up-author.net",
  "news.placeholder-city.gov",
  "harbour-wiki-example.org",
  "petition-example.org",
  "tickets-example.com",
  "podcast-example.fm",
  "recipes-example.com",
  "weather-example.com",
  "example-university.edu",
  "open-example.dev",
] as const;

const sections = "world politics sport culture science travel local opinion".split(" ");
const slugWords =
  "harbour clock ferry tide bridge hour count lighthouse market library night storm".split(" ");
const wikiTitles = ["Jürgen", "港", "Ñandú", "الميناء", "Çay", "Harbour"];
const base64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Makes a sampler of pages by popularity (Zipf): the first few get most of the shares. */
export function makeUpPages(random: Random): () => MadeUpPage {
  const known: (MadeUpPage | undefined)[] = [];
  const sampleRank = createZipf(pageCount, 1.05, random);
  return () => {
    const rank = sampleRank();
    const page = known[rank] ?? makeUpPage(rank, random);
    known[rank] = page;
    return page;
  };
}

/** The rank stands in path or query, so that no two pages are the same one. */
function makeUpPage(rank: number, random: Random): MadeUpPage {
  // As in real streams, the hottest link may be a bare home page.
  if (rank === 0) return { kind: "page", host: hosts[0], path: "", parameters: [] };

  const style = random.fraction();
  if (style < 0.08) return { kind: "video", id: makeVideoId(rank, random) };

  const host = random.pick(hosts);
  const slug = `${random.pick(slugWords)}-${random.pick(slugWords)}-${random.pick(slugWords)}`;
  if (style < 0.2) {
    const parameters = [`id=${rank}`, `lang=${random.pick(["en", "de", "ja"])}`];
    return { kind: "page", host, path: "/story.php", parameters };
  }
  if (style < 0.28) {
    const path = `/wiki/${random.pick(wikiTitles)}_${rank}`;
    return { kind: "page", host, path, parameters: [] };
  }
  if (style < 0.4) {
    return { kind: "page", host, path: `/p/${slug}`, parameters: [`page=${rank}`] };
  }
  const year = 2015 + random.below(11);
  const path = `/${random.pick(sections)}/${year}/${slug}-${rank}`;
  return { kind: "page", host, path, parameters: [] };
}

function makeVideoId(rank: number, random: Random): string {
  let id = rank.toString(36).padStart(4, "0");
  while (id.length < 11) id += base64Url[random.below(64)];
  return id;
}
