import { useContext } from "preact/hooks";
import { DrawHours } from "./draw-hours.tsx";
import { Fact, Foreign, Outward, Posts, ShowState, TableFoot } from "./parts.tsx";
import { SettingsContext } from "./settings.ts";
import { useAnswer } from "./use-answer.ts";
import type { Place } from "./use-place.ts";
import { writeCount, writeNumber, writeTime } from "./write-values.ts";

const hourMs = 3_600_000;

/** Everything about one link. */
export function ShowLink({ linkKey, place, now }: { linkKey: string; place: Place; now: number }) {
  const { zone } = useContext(SettingsContext);
  const query = place.query.toString();
  const address = `/links/${encodeURIComponent(linkKey)}${query === "" ? "" : `?${query}`}`;
  const known = useAnswer(address, "link");
  return (
    <ShowState known={known}>
      {(link) => {
        const first = Date.parse(link.first);
        const last = Date.parse(link.hours.at(-1)?.hour ?? link.first) + hourMs;
        const from = Math.min(first - 2 * hourMs, last - 24 * hourMs);
        const reposts = link.mentions - link.originals;
        return (
          <>
            <header class="title">
              <h1>
                <Foreign text={link.title ?? link.shown} />
              </h1>
              <p class="muted">
                <Outward href={link.href}>
                  <Foreign text={link.shown} />
                </Outward>
              </p>
            </header>
            <dl class="facts">
              <Fact
                name="Mentions"
                note={`${writeCount(link.originals, "original")}, ${writeCount(reposts, "repost")}`}
              >
                {writeNumber(link.mentions)}
              </Fact>
              <Fact name="Authors" note={link.exact ? "" : "those of each hour, added up"}>
                {writeNumber(link.authors)}
              </Fact>
              <Fact name="First seen">{writeTime(link.first, zone)}</Fact>
              <Fact name="Most in the hour of">{writeTime(link.peak, zone)}</Fact>
              {link.carrier !== undefined && (
                <Fact
                  name="The post that brought it to most"
                  note={`passed on by ${writeNumber(link.carrier.reshares)}`}
                >
                  <Outward href={link.carrier.href}>
                    <Foreign text={link.carrier.id} />
                  </Outward>
                </Fact>
              )}
              <Fact name="Half of it within">{writeCount(link.halfLifeHours, "hour")}</Fact>
            </dl>
            <DrawHours
              label={`Mentions of ${link.shown}`}
              measure="mentions"
              from={from}
              to={last}
              hours={link.hours.map(({ hour, mentions }) => ({
                hour: Date.parse(hour),
                n: mentions,
              }))}
              now={now}
            />
            <div class="columns">
              <section>
                <h2>Where from</h2>
                {!link.exact && (
                  <p class="muted note">
                    Of what was shared before {writeTime(link.countedTo, zone)}
                  </p>
                )}
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Source</th>
                      <th scope="col">Kind</th>
                      <th scope="col" class="number">
                        Mentions
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {link.counts.map(({ source, kind, n }) => (
                      <tr key={`${source} ${kind}`}>
                        <td>{source}</td>
                        <td>{kind}</td>
                        <td class="number">{writeNumber(n)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </section>
              <section>
                <h2>Why these are one page</h2>
                <p class="muted note">
                  All are counted as{" "}
                  <code>
                    <Foreign text={link.key} />
                  </code>
                </p>
                <table class="spellings">
                  <thead>
                    <tr>
                      <th scope="col">Written</th>
                      <th scope="col" class="number">
                        Posts
                      </th>
                      <th scope="col">Why the same</th>
                    </tr>
                  </thead>
                  <tbody>
                    {link.spellings.map(({ spelling, n, why }) => (
                      <tr key={spelling}>
                        <td class="address">
                          <Foreign text={spelling} />
                        </td>
                        <td class="number">{writeNumber(n)}</td>
                        <td>
                          <Foreign text={why.join("; ")} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </section>
            </div>
            <section>
              <h2>Who shared it</h2>
              <Posts posts={link.rows} />
              <TableFoot address={address} place={place} next={link.next} />
            </section>
          </>
        );
      }}
    </ShowState>
  );
}
