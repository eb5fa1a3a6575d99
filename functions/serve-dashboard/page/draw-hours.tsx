import { nice, ticks } from "d3-array";
import { Fragment } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import type { Anomaly } from "./answers.ts";
import { SettingsContext } from "./settings.ts";
import {
  isOpenHour,
  onClockOf,
  writeClock,
  writeCompact,
  writeNumber,
  writeShortDay,
  writeTime,
  type Zone,
} from "./write-values.ts";

const hourMs = 3_600_000;
const height = 168;
const tickWidth = 45;
const margin = { top: 14, right: 4, bottom: 22, left: 44 };

type Hour = { hour: number; n: number; late?: number };

/**
 * Counts by the hour as bars: the hour that goes on is hatched, the chosen ones are marked, what came
 * late to a closed hour stands on top in another colour. The table behind it holds the same.
 */
export function DrawHours(props: {
  label: string;
  measure: string;
  from: number;
  to: number;
  hours: readonly Hour[];
  chosen?: { from: number; to: number } | undefined;
  anomalies?: readonly Anomaly[];
  now: number;
  hrefOf?: ((hour: number) => string) | undefined;
  onChoose?: ((hour: number) => void) | undefined;
}) {
  const { label, measure, from, to, chosen, now, onChoose } = props;
  const { zone } = useContext(SettingsContext);
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const [pointedAt, setPointedAt] = useState<number>();
  const counts = new Map(props.hours.map((one) => [one.hour, one]));
  const hours = Array.from({ length: (to - from) / hourMs }, (_, n): Hour => {
    const hour = from + n * hourMs;
    return counts.get(hour) ?? { hour, n: 0 };
  });
  const most = Math.max(1, ...hours.map(({ n }) => n));
  const [, top] = nice(0, most, 4);
  const y = (n: number) =>
    height - margin.bottom - (n / top) * (height - margin.bottom - margin.top);
  const step = (width - margin.left - margin.right) / Math.max(1, hours.length);
  const x = (hour: number) => margin.left + ((hour - from) / hourMs) * step;
  const gap = Math.min(2, step / 4);
  const wide = Math.max(0.5, step - gap);
  const left = (hour: number) => x(hour) + gap / 2;
  const unusual = new Map((props.anomalies ?? []).map((one) => [Date.parse(one.hour), one]));
  const isMarked = ({ hour, late = 0 }: Hour) =>
    late > 0 || isOpenHour(hour, now) || unusual.has(hour);
  const pointed = hours.find(({ hour }) => hour === pointedAt);
  const clocks = hourTicks(hours, Math.max(2, Math.floor(width / 110)), zone);
  const busiest = hours.reduce(
    (best, one) => (one.n > best.n ? one : best),
    hours[0] ?? { hour: from, n: 0 },
  );
  const summary = `${label}: ${hours.length} hours, most in the hour of ${writeTime(busiest.hour, zone)} with ${writeNumber(busiest.n)}`;
  const hourAt = (event: MouseEvent): number | undefined => {
    const at = event.clientX - (frame.current?.getBoundingClientRect().left ?? 0);
    const hour = from + Math.floor((at - margin.left) / step) * hourMs;
    return hour >= from && hour < to ? hour : undefined;
  };
  const choose = (event: MouseEvent) => {
    const hour = hourAt(event);
    if (hour !== undefined) onChoose?.(hour);
  };
  return (
    <figure class="chart">
      <div ref={frame} class="frame">
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the table behind it has a link for each hour */}
        <svg
          role="img"
          aria-label={summary}
          width={width}
          height={height}
          class={onChoose === undefined ? "" : "choosing"}
          onClick={onChoose === undefined ? undefined : choose}
          onPointerMove={(event) => setPointedAt(hourAt(event))}
          onPointerLeave={() => setPointedAt(undefined)}
        >
          <defs>
            <pattern
              id="open-hour"
              width="5"
              height="5"
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(45)"
            >
              <rect class="open-ground" width="5" height="5" />
              <rect class="open-line" width="2" height="5" />
            </pattern>
          </defs>
          {chosen !== undefined && (
            <rect
              class="chosen"
              x={x(Math.max(from, chosen.from))}
              width={Math.max(0, x(Math.min(to, chosen.to)) - x(Math.max(from, chosen.from)))}
              y={margin.top - 6}
              height={height - margin.bottom - margin.top + 6}
            />
          )}
          {ticks(0, top, 3).map((tick) => (
            <g key={tick}>
              <line
                class="grid"
                x1={margin.left}
                x2={width - margin.right}
                y1={y(tick)}
                y2={y(tick)}
              />
              <text class="tick" x={margin.left - 6} y={y(tick) + 4} text-anchor="end">
                {writeCompact(tick)}
              </text>
            </g>
          ))}
          <path
            class="bar"
            d={hours
              .filter(({ hour, n }) => n > 0 && !isOpenHour(hour, now))
              .map(({ hour, n }) => `M${left(hour)} ${y(0)}V${y(n)}h${wide}V${y(0)}z`)
              .join("")}
          />
          {hours.filter(isMarked).map(({ hour, n, late = 0 }) => (
            <Fragment key={hour}>
              {isOpenHour(hour, now) && (
                <rect class="bar open" x={left(hour)} width={wide} y={y(n)} height={y(0) - y(n)} />
              )}
              {late > 0 && (
                <rect
                  class="late"
                  x={left(hour)}
                  width={wide}
                  y={y(n)}
                  height={Math.max(2, y(n - Math.min(late, n)) - y(n))}
                />
              )}
              {unusual.has(hour) && (
                <path class="mark" d={`M${x(hour) + step / 2} ${y(n) - 3}l-5 -8h10z`} />
              )}
            </Fragment>
          ))}
          {pointed !== undefined && (
            <>
              <rect
                class="pointed"
                x={x(pointed.hour)}
                width={step}
                y={margin.top}
                height={height - margin.bottom - margin.top}
              />
              <text class="told" x={width - margin.right} y={margin.top - 3} text-anchor="end">
                {tell(pointed, measure, zone)}
              </text>
            </>
          )}
          <line class="axis" x1={margin.left} x2={width - margin.right} y1={y(0)} y2={y(0)} />
          {clocks.map(({ hour, isDay }) => (
            <text
              key={hour}
              class={isDay ? "tick day" : "tick"}
              x={x(hour) + step / 2}
              y={height - 6}
              // The last would not fit on both sides.
              text-anchor={x(hour) > width - tickWidth ? "end" : "middle"}
            >
              {isDay ? writeShortDay(hour, zone) : writeClock(hour, zone)}
            </text>
          ))}
        </svg>
      </div>
      <HourTable {...props} hours={hours} unusual={unusual} />
    </figure>
  );
}

const tell = ({ hour, n, late = 0 }: Hour, measure: string, zone: Zone): string =>
  `${writeTime(hour, zone)}: ${writeNumber(n)} ${measure}${late > 0 ? `, ${writeNumber(late)} came late` : ""}`;

/** What the chart shows, as a table with a link for each hour; made when it is opened. */
function HourTable({
  measure,
  hours,
  unusual,
  now,
  hrefOf,
}: {
  measure: string;
  hours: readonly Hour[];
  unusual: ReadonlyMap<number, Anomaly>;
  now: number;
  hrefOf?: ((hour: number) => string) | undefined;
}) {
  const { zone } = useContext(SettingsContext);
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>{`Table of ${measure} by the hour`}</summary>
      {isOpen && (
        <table class="narrow">
          <thead>
            <tr>
              <th scope="col">Hour</th>
              <th scope="col" class="number">
                {measure}
              </th>
              <th scope="col">Note</th>
            </tr>
          </thead>
          <tbody>
            {hours
              .filter(({ hour, n }) => n > 0 || unusual.has(hour))
              .toReversed()
              .map(({ hour, n, late = 0 }) => {
                const time = writeTime(hour, zone);
                return (
                  <tr key={hour}>
                    <th scope="row">
                      {hrefOf === undefined ? time : <a href={hrefOf(hour)}>{time}</a>}
                    </th>
                    <td class="number">{writeNumber(n)}</td>
                    <td>
                      {[
                        isOpenHour(hour, now) ? "goes on" : "",
                        late > 0 ? `${writeNumber(late)} came late` : "",
                        unusual.get(hour)?.reason ?? "",
                      ]
                        .filter(Boolean)
                        .join("; ")}
                    </td>
                  </tr>
                );
              })}
          </tbody>
        </table>
      )}
    </details>
  );
}

function hourTicks(hours: readonly Hour[], most: number, zone: Zone) {
  const every = [1, 2, 3, 6, 12, 24, 48, 96, 168, 336].find((n) => hours.length / n <= most) ?? 720;
  return hours.flatMap(({ hour }) => {
    const shown = Math.floor(onClockOf(zone, hour).getTime() / hourMs);
    return shown % every === 0 ? [{ hour, isDay: shown % 24 === 0 }] : [];
  });
}

/** What views leave to a chart, so that most are drawn once; asked before there is anything to lay out. */
const firstWidth = Math.max(200, Math.min(document.body.clientWidth, 1_272) - 58);

function useWidth(frame: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(firstWidth);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(Math.max(200, element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return width;
}
