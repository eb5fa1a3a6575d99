import type { Random } from "../support/create-random.ts";
import { createSnowflake } from "./create-snowflake.ts";
import { createZipf } from "./create-zipf.ts";
import { languageMix, madeUpNames } from "./made-up-phrases.ts";
import { toStreamJson } from "./to-stream-json.ts";

export type MadeUpUser = {
  id: string;
  screenName: string;
  lang: string;
  /** The user object as it stands in a tweet. */
  json: string;
  /** A `user_mentions` entry without its indices and closing brace. */
  mentionHead: string;
};

const userCount = 20_000;
const firstNames = "ada bo cem dara emi finn gül hana ivo june kaya lior mina nils".split(" ");
const lastNames = "anchor bridge clock dock ebb ferry gull harbour isle jetty".split(" ");
const snowflakeUsersFrom = Date.UTC(2016, 0, 1);
const oldestAccount = Date.UTC(2009, 0, 1);
const threeYears = 3 * 365 * 24 * 3_600_000;

/** Makes a sampler of authors: a few write a lot, most hardly ever. */
export function makeUpUsers(random: Random): () => MadeUpUser {
  const known: (MadeUpUser | undefined)[] = [];
  const sampleRank = createZipf(userCount, 0.8, random);
  return () => {
    const rank = sampleRank();
    const user = known[rank] ?? makeUpUser(rank, random);
    known[rank] = user;
    return user;
  };
}

function makeUpUser(rank: number, random: Random): MadeUpUser {
  const recent = random.chance(0.5);
  const joined =
    (recent ? snowflakeUsersFrom : oldestAccount) + random.below(threeYears / 1000) * 1000;
  const id = recent ? createSnowflake(joined, rank) : String(10_000_000 + rank * 7_919);
  const first = random.pick(firstNames).replace("ü", "u");
  const screenName = `${first}_${random.pick(lastNames)}${rank}`.slice(0, 15);
  const name = toStreamJson(random.pick(madeUpNames));
  return {
    id,
    screenName,
    lang: random.pick(languageMix),
    json:
      `{"id":${id},"id_str":"${id}","name":${name},"screen_name":"${screenName}",` +
      `"verified":${rank < 50},"followers_count":${random.below(50_000)}}`,
    mentionHead: `{"screen_name":"${screenName}","name":${name},"id":${id},"id_str":"${id}"`,
  };
}
