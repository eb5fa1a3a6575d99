import { useContext } from "preact/hooks";
import { newestAddresses, valuesAddress } from "../first-addresses.ts";
import type { Anomaly, StreamInfo, TopRow } from "./answers.ts";
import { DrawHours } from "./draw-hours.tsx";
import { DrawSpark } from "./draw-spark.tsx";
import { Field, FilterForm, Foreign, Outward, ShowState, TableFoot } from "./parts.tsx";
import { SettingsContext } from "./settings.ts";
import { useAnswer } from "./use-answer.ts";
import { go, type Place, withQuery } from "./use-place.ts";
import {
  hoursBetween,
  hourText,
  writeCount,
  writeNumber,
  writeRange,
  writeRise,
  writeTime,
} from "./write-values.ts";

const hourMs = 3_600_000;
const chartHours = 48;
const usualHours = 3;
const spans = [1, 3, 6, 24, 168];
const spanNames: Record<number, string> = {
  1: "1 hour",
  3: "3 hours",
  6: "6 hours",
  24: "1 day",
  168: "7 days",
};

/** The keys of a stream that have most within some hours, and how the hours around them went. */
export function ShowStream({
  stream,
  place,
  now,
}: {
  stream: StreamInfo;
  place: Place;
  now: number;
}) {
  const { zone } = useContext(SettingsContext);
  const { query } = place;
  const newest = newestAddresses(stream.name);
  const filters = pick(query, [...stream.filters, "words"]);
  const asked = { ...filters, ...pick(query, ["from", "to", "by", "page"]) };
  const topAddress = addressOf(newest.top, asked);
  const top = useAnswer(topAddress, "top");
  const isNow = query.get("from") === null && query.get("to") === null;
  const range = rangeOf(query, stream.newest, now);
  const around = chartRange(range);
  const times = { from: hourText(around.from), to: hourText(around.to) };
  const hours = useAnswer(
    addressOf(newest.hours, isNow ? filters : { ...filters, ...times }),
    "hours",
  );
  const anomalies = useAnswer(
    isNow ? newest.anomalies : addressOf(newest.anomalies, times),
    "anomalies",
  );
  // The newest hours are those that have data, as the server knows.
  const chart =
    isNow && hours.answer !== undefined
      ? { from: Date.parse(hours.answer.from), to: Date.parse(hours.answer.to) }
      : around;
  const main = stream.measures.find(({ sums }) => sums);
  const counts = (hours.answer?.rows ?? []).map((row) => ({
    hour: Date.parse(row.hour),
    n: Number(row[main?.name ?? ""] ?? 0),
    late: Number(row.late ?? 0),
  }));
  const choose = (from: number, to: number) =>
    withQuery(place, { from: hourText(from), to: hourText(to), page: undefined });
  const length = range.to - range.from;
  const isLinks = stream.labels.some(({ name }) => name === "url");
  const shown = (anomalies.answer?.rows ?? []).filter(({ hour, state }) => {
    const at = Date.parse(hour);
    return state !== "closed" && at >= chart.from && at < chart.to;
  });
  const total = counts
    .filter(({ hour }) => hour >= range.from && hour < range.to)
    .reduce((sum, { n }) => sum + n, 0);
  return (
    <>
      <header class="title">
        <h1>{headingOf(stream, isLinks, isNow, now)}</h1>
        <p class="muted">
          {writeRange(hourText(range.from), hourText(range.to), zone)}{" "}
          {zone === "UTC" ? "UTC" : "local time"}
          {main !== undefined &&
            hours.answer !== undefined &&
            ` · ${writeNumber(total)} ${main.name}`}
        </p>
      </header>
      <nav class="range" aria-label="Time range">
        <a href={choose(range.from - length, range.from)} aria-label="Earlier">
          ←
        </a>
        {spans.map((span) => (
          <a
            key={span}
            href={choose(range.to - span * hourMs, range.to)}
            aria-current={length === span * hourMs ? "true" : undefined}
          >
            {spanNames[span]}
          </a>
        ))}
        <a href={choose(range.to, range.to + length)} aria-label="Later">
          →
        </a>
        {!isNow && (
          <a
            class="now"
            href={withQuery(place, { from: undefined, to: undefined, page: undefined })}
          >
            Newest
          </a>
        )}
      </nav>
      {hours.problem !== undefined && (
        <p role="alert" class="problem">
          {hours.problem}
        </p>
      )}
      <DrawHours
        label={stream.description}
        measure={main?.name ?? "events"}
        from={chart.from}
        to={chart.to}
        hours={counts}
        chosen={range}
        anomalies={shown}
        now={now}
        hrefOf={(hour) => choose(hour, hour + hourMs)}
        onChoose={(hour) => go(choose(hour, hour + hourMs))}
      />
      <Unusual anomalies={shown} />
      {isNow && Object.keys(filters).length === 0 && (
        <Rising stream={stream} place={place} isLinks={isLinks} />
      )}
      <Filters stream={stream} place={place} isLinks={isLinks} />
      <ShowState known={top}>
        {(answer) =>
          answer.rows.length === 0 ? (
            <p class="empty">
              Nothing is counted here between these hours.
              {Object.keys(asked).length > 0 && (
                <>
                  {" "}
                  <a href={place.path}>Leave out all filters</a>
                </>
              )}
            </p>
          ) : (
            <>
              <TopTable stream={stream} place={place} isLinks={isLinks} {...answer} />
              {!answer.exact && (
                <p class="muted note">
                  Over more than a day, different ones are those of each hour, added up.
                </p>
              )}
              <TableFoot address={topAddress} place={place} next={answer.next} />
            </>
          )
        }
      </ShowState>
    </>
  );
}

/** What has more in these hours than it used to, where it is known what that was. */
function Rising({
  stream,
  place,
  isLinks,
}: {
  stream: StreamInfo;
  place: Place;
  isLinks: boolean;
}) {
  const { answer } = useAnswer(newestAddresses(stream.name).rising, "rising");
  if (answer === undefined || !answer.rows.some(({ usual }) => usual > 0)) return null;
  const hrefOf = (row: Row) =>
    isLinks
      ? `/links/${encodeURIComponent(textOf(row.url_key))}`
      : withQuery(
          place,
          Object.fromEntries(stream.keys.map(({ name }) => [name, textOf(row[name])])),
        );
  const nameOf = (row: Row) =>
    isLinks ? titleOf(row) : stream.keys.map(({ name }) => textOf(row[name])).join(" · ");
  return (
    <section class="rising" aria-labelledby="rising">
      <h2 id="rising">Rising fastest</h2>
      <ol>
        {answer.rows.map((row) => (
          <li key={stream.keys.map(({ name }) => textOf(row[name])).join("\n")}>
            <a href={hrefOf(row)}>
              <Foreign text={nameOf(row)} />
            </a>
            <span>
              {`${writeNumber(row.n)}${row.usual > 0 ? `, ${writeNumber(row.usual)} are usual` : ", new"}`}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

const mostUnusual = 3;

/** Why hours of the chart are marked, in words; the newest first. */
function Unusual({ anomalies }: { anomalies: readonly Anomaly[] }) {
  const { zone } = useContext(SettingsContext);
  if (anomalies.length === 0) return null;
  return (
    <ul class="unusual" aria-label="Unusual hours">
      {anomalies.slice(0, mostUnusual).map(({ hour, reason }) => (
        <li key={hour}>
          <time dateTime={hour}>{writeTime(hour, zone)}</time> <Foreign text={reason} />
        </li>
      ))}
      {anomalies.length > mostUnusual && (
        <li>
          <a href="/anomalies">All unusual hours</a>
        </li>
      )}
    </ul>
  );
}

function headingOf(stream: StreamInfo, isLinks: boolean, isNow: boolean, now: number): string {
  if (!isLinks) return stream.description;
  if (!isNow) return "What was shared";
  const isLate = stream.newest !== null && now - Date.parse(stream.newest) > usualHours * hourMs;
  return isLate ? "What was shared last" : "What is being shared now";
}

function Filters({
  stream,
  place,
  isLinks,
}: {
  stream: StreamInfo;
  place: Place;
  isLinks: boolean;
}) {
  const hidden = isLinks ? ["url_key", "url", "title"] : [];
  const fields = stream.filters.filter((name) => !hidden.includes(name));
  const given = [...fields, "words"].filter((name) => place.query.has(name));
  return (
    <FilterForm
      place={place}
      action="Filter"
      extra={
        given.length > 0 && (
          <a
            class="clear"
            href={withQuery(
              place,
              Object.fromEntries([...given, "page"].map((name) => [name, undefined])),
            )}
          >
            Clear
          </a>
        )
      }
    >
      <Field name="words" label="Words" query={place.query} />
      {fields.map((name) => (
        <Field
          key={name}
          name={name}
          label={labelOf(name)}
          query={place.query}
          values={stream.suggests.includes(name) ? valuesAddress(stream.name, name) : undefined}
        />
      ))}
    </FilterForm>
  );
}

function TopTable({
  stream,
  place,
  isLinks,
  rows,
  from,
  to,
  by,
}: {
  stream: StreamInfo;
  place: Place;
  isLinks: boolean;
  rows: readonly TopRow[];
  from: string;
  to: string;
  by: string;
}) {
  const main = stream.measures.find(({ sums }) => sums);
  const first = (Number(place.query.get("page") ?? "1") - 1) * 20;
  const columns = isLinks ? [] : [...stream.keys, ...stream.labels];
  const hasReposts = rows.some(({ facets }) => facets.kind !== undefined);
  const length = hoursBetween(from, to);
  return (
    <section class="scroll" aria-label="Ranking">
      <table class="top">
        <thead>
          <tr>
            <th scope="col" class="number rank">
              #
            </th>
            {isLinks ? (
              <th scope="col">Link</th>
            ) : (
              columns.map(({ name, description }) => (
                <th key={name} scope="col" title={description}>
                  {labelOf(name)}
                </th>
              ))
            )}
            <th scope="col" class="wide">
              24 hours
            </th>
            {stream.measures.map(({ name, description }) => (
              <th
                key={name}
                scope="col"
                class={name === by ? "number" : "number more"}
                title={description}
                aria-sort={name === by ? "descending" : undefined}
              >
                <a href={withQuery(place, { by: name, page: undefined })}>{labelOf(name)}</a>
              </th>
            ))}
            {hasReposts && (
              <th scope="col" class="number wide" title="Posts that repeat another one">
                Reposts
              </th>
            )}
            <th
              scope="col"
              class="number"
              title={`${main?.name} against ${writeCount(length, "hour")} before`}
            >
              Rise
            </th>
            {hasReposts && (
              <th scope="col" class="wide">
                Sources
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, n) => (
            <tr key={stream.keys.map(({ name }) => String(row[name])).join("\n")}>
              <td class="number rank">{first + n + 1}</td>
              {isLinks ? (
                <LinkCell row={row} />
              ) : (
                columns.map(({ name }) => (
                  <td key={name} class="key">
                    <a href={withQuery(place, { [name]: textOf(row[name]), page: undefined })}>
                      <Foreign text={textOf(row[name])} />
                    </a>
                  </td>
                ))
              )}
              <td class="wide">
                <DrawSpark counts={row.spark} />
              </td>
              {stream.measures.map(({ name }) => (
                <td key={name} class={name === by ? "number by" : "number more"}>
                  {writeNumber(Number(row[name] ?? 0))}
                </td>
              ))}
              {hasReposts && (
                <td class="number wide">{writeNumber(row.facets.kind?.repost ?? 0)}</td>
              )}
              <td class="number rise">
                {writeRise(Number(row[main?.name ?? ""] ?? 0), row.before)}
              </td>
              {hasReposts && (
                <td class="wide sources">
                  {Object.entries(row.facets.source ?? {})
                    .map(([source, count]) => `${source} ${writeNumber(count)}`)
                    .join(", ")}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A post that one other has passed on brought nothing. */
const worthTelling = 2;

function LinkCell({ row }: { row: TopRow }) {
  const title = readableTitle(row);
  return (
    <td class="link">
      <a class="name" href={`/links/${encodeURIComponent(String(row.url_key))}`}>
        <Foreign text={titleOf(row)} />
      </a>
      <span class="address">
        <Outward href={row.href}>
          <Foreign text={title === undefined ? textOf(row.host) : shownOf(row)} />
        </Outward>
        {row.carrier !== undefined && row.carrier.reshares >= worthTelling && (
          <>
            {" · "}
            <Outward href={row.carrier.href}>
              {`post passed on by ${writeNumber(row.carrier.reshares)}`}
            </Outward>
          </>
        )}
      </span>
    </td>
  );
}

type Row = Readonly<Record<string, unknown>>;

/** The title of a link, unless nobody could read it. */
const readableTitle = ({ title }: Row): string | undefined =>
  typeof title === "string" && /[\p{L}\p{N}]/u.test(title) ? title : undefined;
const shownOf = ({ shown, url_key }: Row): string => textOf(shown ?? url_key);
const titleOf = (row: Row): string => readableTitle(row) ?? shownOf(row);

const textOf = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

const labelOf = (name: string): string => {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const pick = (query: URLSearchParams, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = query.get(name);
      return value === null || value === "" ? [] : [[name, value]];
    }),
  );

const addressOf = (path: string, parameters: Readonly<Record<string, string>>): string => {
  const query = new URLSearchParams(parameters).toString();
  return query === "" ? path : `${path}${path.includes("?") ? "&" : "?"}${query}`;
};

type Range = { from: number; to: number };

function rangeOf(query: URLSearchParams, newest: string | null, now: number): Range {
  const floor = (ms: number) => Math.floor(ms / hourMs) * hourMs;
  const read = (name: string) => {
    const at = Date.parse(query.get(name) ?? "");
    return Number.isNaN(at) ? undefined : floor(at);
  };
  const end = (newest === null ? floor(now) : Date.parse(newest)) + hourMs;
  const [from, to] = [read("from"), read("to")];
  if (to !== undefined) return { from: from ?? to - usualHours * hourMs, to };
  if (from !== undefined) return { from, to: from + usualHours * hourMs };
  return { from: end - usualHours * hourMs, to: end };
}

/** The hours around a range: two days of them, or more when the range is longer. */
function chartRange({ from, to }: Range): Range {
  const length = Math.min(Math.max((to - from) * 1.5, chartHours * hourMs), 93 * 24 * hourMs);
  return { from: Math.ceil((to - length) / hourMs) * hourMs, to };
}
