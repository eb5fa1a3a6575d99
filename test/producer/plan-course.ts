/** When the lines of a stream come, and what is special of some of them. Times are ms since 1970. */
type Course = {
  /** When line `n` of the stream comes. */
  timeOf: (line: number) => number;
  /** Nothing that comes late was written before. */
  since: number;
  /** A page that everybody writes about for an hour. */
  story?: Story;
};

type Story = {
  from: number;
  to: number;
  /** Share of the lines of that time that are about it. */
  share: number;
};

/** What a stream has to fill: up to `end` (ms since 1970), and some hours back. */
type Span = { count: number; end: number; hours: number };
export type PlanCourse = (span: Span) => Course;

const hourMs = 3_600_000;

/** As a sampled stream comes: at an even pace, and with tweets that are much older. */
export const planEvenPace: PlanCourse = ({ count, end, hours }) => {
  const step = (hours * hourMs) / count;
  return {
    timeOf: (line) => Math.round(end - step * (count - 1 - line)),
    since: Number.NEGATIVE_INFINITY,
  };
};

/** Of all lines: enough to stand out, and not to hide what is there besides. */
const storyShare = 0.05;
const storyHoursAgo = 2;
const busiestHour = 15;
const dailySwing = 0.4;

/**
 * Whole hours with the days' rise and fall, up to the one that goes on. One of the newest that are over
 * is not like the others: everybody writes about one page.
 */
export const planStory: PlanCourse = ({ count, end, hours }) => {
  const open = Math.floor(end / hourMs) * hourMs;
  const since = open - (Math.ceil(hours) - 1) * hourMs;
  const storyAt = open - storyHoursAgo * hourMs;
  const parts = Array.from({ length: Math.ceil(hours) }, (_, n) => {
    const from = since + n * hourMs;
    const to = Math.min(from + hourMs, end);
    return { from, to, weight: paceOf(from) * (to - from) };
  });
  const usual = parts.reduce((sum, { weight }) => sum + weight, 0);
  const extra = (usual * storyShare) / (1 - storyShare);
  const story = parts.find(({ from }) => from === storyAt);
  const share = story === undefined ? 0 : extra / (story.weight + extra);
  if (story !== undefined) story.weight += extra;
  return {
    timeOf: timesOf(parts, count),
    since,
    story: { from: storyAt, to: storyAt + hourMs, share },
  };
};

const paceOf = (hour: number): number =>
  1 + dailySwing * Math.cos(((hour / hourMs - busiestHour) / 24) * 2 * Math.PI);

/** Spreads lines over parts of a time by their weights. */
function timesOf(parts: readonly { from: number; to: number; weight: number }[], count: number) {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  return (line: number): number => {
    let rest = ((line + 1) / count) * total;
    for (const { from, to, weight } of parts) {
      if (rest <= weight) return Math.round(from + (rest / weight) * (to - from));
      rest -= weight;
    }
    return parts.at(-1)?.to ?? 0;
  };
}
