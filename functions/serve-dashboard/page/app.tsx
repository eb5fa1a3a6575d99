import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { healthAddress, streamsAddress } from "../first-addresses.ts";
import type { Answers, StreamInfo } from "./answers.ts";
import { ShowState } from "./parts.tsx";
import { keepSettings, readSettings, type Settings, SettingsContext } from "./settings.ts";
import { ShowAnomalies } from "./show-anomalies.tsx";
import { ShowHealth } from "./show-health.tsx";
import { ShowLink } from "./show-link.tsx";
import { ShowSearch } from "./show-search.tsx";
import { ShowStream } from "./show-stream.tsx";
import { ShowUser } from "./show-user.tsx";
import { ShowUsers } from "./show-users.tsx";
import { type Known, useAnswer } from "./use-answer.ts";
import { type Place, usePlace } from "./use-place.ts";

export function App() {
  const place = usePlace();
  const [settings, setSettings] = useState(readSettings);
  const now = useClock();
  const streams = useAnswer(streamsAddress, "streams");
  const health = useAnswer(healthAddress, "health");
  const main = useRef<HTMLElement>(null);
  // Before anything is painted in the other theme.
  useLayoutEffect(() => keepSettings(settings), [settings]);
  useArrival(place.path, main);
  const isFailing = health.answer !== undefined && health.answer.status !== "ok";
  return (
    <SettingsContext.Provider value={settings}>
      <a class="skip" href="#main">
        To the content
      </a>
      <header class="bar">
        <a class="brand" href="/">
          <svg width="18" height="18" viewBox="0 0 16 16" aria-hidden="true">
            <path d="M1 9h3v6H1zM6.5 1h3v14h-3zM12 6h3v9h-3z" />
          </svg>
          Hourtally
        </a>
        <nav aria-label="Views">
          {(streams.answer?.rows ?? []).map((stream, n) => (
            <Tab key={stream.name} href={n === 0 ? "/" : `/streams/${stream.name}`} place={place}>
              {n === 0 ? "Links" : nameOf(stream)}
            </Tab>
          ))}
          <Tab href="/users" place={place}>
            Users
          </Tab>
          <Tab href="/search" place={place}>
            Search
          </Tab>
          <Tab href="/anomalies" place={place}>
            Anomalies
          </Tab>
          <Tab href="/health" place={place}>
            <span class={isFailing ? "dot bad" : "dot"} aria-hidden="true" />
            Health{isFailing && <span class="sr">: something failed</span>}
          </Tab>
        </nav>
        <Choices settings={settings} onChange={setSettings} />
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <View place={place} streams={streams} now={now} />
      </main>
    </SettingsContext.Provider>
  );
}

function View({
  place,
  streams,
  now,
}: {
  place: Place;
  streams: Known<Answers["streams"]>;
  now: number;
}) {
  const [, kind, ...rest] = place.path.split("/");
  switch (kind) {
    case "":
    case "streams":
      return (
        <ShowState known={streams}>
          {({ rows }) => {
            const stream = kind === "" ? rows[0] : rows.find(({ name }) => name === rest[0]);
            return stream === undefined ? (
              <Nowhere />
            ) : (
              <ShowStream key={stream.name} stream={stream} place={place} now={now} />
            );
          }}
        </ShowState>
      );
    case "links":
      return <ShowLink key={place.path} linkKey={decode(rest.join("/"))} place={place} now={now} />;
    case "users":
      return rest.length === 0 ? (
        <ShowUsers place={place} />
      ) : (
        <ShowUser key={place.path} user={decode(rest.join("/"))} place={place} />
      );
    case "search":
      return <ShowSearch place={place} />;
    case "anomalies":
      return <ShowAnomalies place={place} />;
    case "health":
      return <ShowHealth place={place} now={now} />;
    default:
      return <Nowhere />;
  }
}

const Nowhere = () => (
  <>
    <h1>There is no such view</h1>
    <p>
      <a href="/">What is being shared now</a>
    </p>
  </>
);

function Tab({
  href,
  place,
  children,
}: {
  href: string;
  place: Place;
  children: preact.ComponentChildren;
}) {
  return (
    <a href={href} aria-current={place.path === href ? "page" : undefined}>
      {children}
    </a>
  );
}

function Choices({
  settings,
  onChange,
}: {
  settings: Settings;
  onChange: (settings: Settings) => void;
}) {
  const { zone, theme } = settings;
  const nextTheme = theme === "auto" ? "dark" : theme === "dark" ? "light" : "auto";
  return (
    <div class="choices">
      <button
        type="button"
        onClick={() => onChange({ ...settings, zone: zone === "UTC" ? "local" : "UTC" })}
        title="Times in UTC or local"
      >
        {zone === "UTC" ? "UTC" : "Local"}
        <span class="sr"> time</span>
      </button>
      <button
        type="button"
        onClick={() => onChange({ ...settings, theme: nextTheme })}
        title="Dark, light, or as the system has it"
      >
        {theme === "auto" ? "Auto" : theme === "dark" ? "Dark" : "Light"}
        <span class="sr"> theme</span>
      </button>
    </div>
  );
}

const nameOf = ({ name }: StreamInfo): string => {
  const words = name.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** What cannot be decoded is what it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** ms since 1970, to the half minute: for ages and the hour that goes on. */
function useClock(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** Tells a screen reader where it is when the view has changed, and the tab of the browser. */
function useArrival(path: string, main: { current: HTMLElement | null }): void {
  const isFirst = useRef(true);
  useEffect(() => {
    const name =
      path === "/" ? "" : `${path.split("/").slice(1).map(decode).join(" ").slice(0, 80)} · `;
    document.title = `${name}Hourtally`;
    // Where tabs stand in one line that can be moved, the one of the view is in sight.
    document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest" });
    if (!isFirst.current) {
      scrollTo(0, 0);
      main.current?.focus({ preventScroll: true });
    }
    isFirst.current = false;
  }, [path]);
}
