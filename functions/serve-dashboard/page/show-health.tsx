import { useContext } from "preact/hooks";
import { Fact, ShowState, TableFoot } from "./parts.tsx";
import { SettingsContext } from "./settings.ts";
import { useAnswer } from "./use-answer.ts";
import type { Place } from "./use-place.ts";
import { writeAge, writeCount, writeDuration, writeNumber, writeTime } from "./write-values.ts";

/** How the pipeline is. */
export function ShowHealth({ place, now }: { place: Place; now: number }) {
  const { zone } = useContext(SettingsContext);
  const query = place.query.toString();
  const address = query === "" ? "/health" : `/health?${query}`;
  const known = useAnswer(address, "health");
  return (
    <ShowState known={known}>
      {(health) => (
        <>
          <header class="title">
            <h1>Health</h1>
            <p class="muted">What arrived since {writeTime(health.since, zone)}</p>
          </header>
          <p role="status" class={health.status === "ok" ? "verdict good" : "verdict bad"}>
            {health.status === "ok"
              ? "All that came is counted, or ignored for a reason that is known."
              : `${writeCount(health.open, "failed event")} to be looked at, and to be sent back once the cause is mended.`}
          </p>
          <dl class="facts">
            <Fact name="Received" note={`in ${writeCount(health.messages, "message")}`}>
              {writeNumber(health.received)}
            </Fact>
            <Fact name="Counted" note="distinct posts">
              {writeNumber(health.counted)}
            </Fact>
            <Fact name="Duplicates" note="absorbed">
              {writeNumber(health.duplicates)}
            </Fact>
            <Fact name="Deletes">{writeNumber(health.deletes)}</Fact>
            <Fact name="Ignored" note="notices">
              {writeNumber(health.ignored)}
            </Fact>
            <Fact name="Failed" note={`${writeNumber(health.open)} open`}>
              {writeNumber(health.failed)}
            </Fact>
            <Fact name="Dead letters">{writeNumber(health.deadLetters)}</Fact>
            <Fact
              name="Freshness"
              note={
                health.lagSeconds === null
                  ? ""
                  : `95 % within ${writeDuration(health.lagSeconds)}, topic to table`
              }
            >
              {health.newestArrival === null ? "–" : writeAge(health.newestArrival, now)}
            </Fact>
            <Fact name="Queries" note="of this instance">
              {writeNumber(health.queries)}
            </Fact>
          </dl>
          <div class="columns">
            <section>
              <h2>What failed</h2>
              {health.rows.length === 0 ? (
                <p class="empty">Nothing has failed.</p>
              ) : (
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Function</th>
                      <th scope="col">Reason</th>
                      <th scope="col" class="number">
                        Failed
                      </th>
                      <th scope="col" class="number">
                        Open
                      </th>
                      <th scope="col">Newest</th>
                    </tr>
                  </thead>
                  <tbody>
                    {health.rows.map((row) => (
                      <tr key={`${row.stage} ${row.reason}`}>
                        <td>{row.stage}</td>
                        <td>
                          <code>{row.reason}</code>
                        </td>
                        <td class="number">{writeNumber(row.failed)}</td>
                        <td class={row.open > 0 ? "number bad" : "number"}>
                          {writeNumber(row.open)}
                        </td>
                        <td class="nowrap">{writeTime(row.newest, zone)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              )}
            </section>
            <section>
              <h2>How far it is</h2>
              <table>
                <thead>
                  <tr>
                    <th scope="col">Stream</th>
                    <th scope="col">Newest hour</th>
                    <th scope="col">Last closed</th>
                    <th scope="col" class="number">
                      Came late
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {health.streams.map((stream) => (
                    <tr key={stream.name}>
                      <td>
                        <a href={`/streams/${stream.name}`}>{stream.name}</a>
                      </td>
                      <td class="nowrap">
                        {stream.newest === null ? "–" : writeTime(stream.newest, zone)}
                      </td>
                      <td class="nowrap">
                        {stream.closed === null ? "–" : writeTime(stream.closed, zone)}
                      </td>
                      <td class="number">{writeNumber(stream.late)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          </div>
          <TableFoot address={address} place={place} next={undefined} />
        </>
      )}
    </ShowState>
  );
}
