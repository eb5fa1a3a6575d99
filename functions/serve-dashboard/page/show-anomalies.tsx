import { useContext } from "preact/hooks";
import { Foreign, ShowState, TableFoot } from "./parts.tsx";
import { SettingsContext } from "./settings.ts";
import { useAnswer } from "./use-answer.ts";
import type { Place } from "./use-place.ts";
import { writeNumber, writeTime } from "./write-values.ts";

/** Hours that are not as their history lets expect, and why. */
export function ShowAnomalies({ place }: { place: Place }) {
  const { zone } = useContext(SettingsContext);
  const query = place.query.toString();
  const address = query === "" ? "/anomalies" : `/anomalies?${query}`;
  const known = useAnswer(address, "anomalies");
  return (
    <>
      <header class="title">
        <h1>Anomalies</h1>
        <p class="muted">Hours that are not as the four weeks before them let expect</p>
      </header>
      <ShowState known={known}>
        {({ rows, next }) =>
          rows.length === 0 ? (
            <p class="empty">Every closed hour is as it was to be expected.</p>
          ) : (
            <>
              <section class="scroll" aria-label="Anomalies">
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Hour</th>
                      <th scope="col" class="wide">
                        Stream
                      </th>
                      <th scope="col">What</th>
                      <th scope="col" class="number wide">
                        Counted
                      </th>
                      <th scope="col" class="number wide">
                        Expected
                      </th>
                      <th scope="col">Why</th>
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map((one) => (
                      <tr key={`${one.stream} ${one.key} ${one.hour}`}>
                        <td class="nowrap">
                          <a
                            href={`/streams/${one.stream}?from=${one.hour}&to=${hourAfter(one.hour)}`}
                          >
                            {writeTime(one.hour, zone)}
                          </a>
                        </td>
                        <td class="wide">{one.stream}</td>
                        <td class={`direction ${one.direction}`}>{one.direction}</td>
                        <td class="number wide">{writeNumber(one.actual)}</td>
                        <td class="number muted wide">{writeNumber(one.expected)}</td>
                        <td class="why">
                          <Foreign text={one.reason} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </section>
              <TableFoot address={address} place={place} next={next} />
            </>
          )
        }
      </ShowState>
    </>
  );
}

const hourAfter = (hour: string): string =>
  `${new Date(Date.parse(hour) + 3_600_000).toISOString().slice(0, 13)}:00Z`;
