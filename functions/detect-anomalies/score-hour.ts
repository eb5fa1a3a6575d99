/** What the hours before let expect of an hour, and how far it is from that. */
export type HourScore = {
  /** Events that the hours before let expect. */
  expected: number;
  /** Below and above how many events an hour is unusual; `low` is 0 where none is nothing new. */
  low: number;
  high: number;
  /** Distance from the expected: below 0 for too few events, above for too many. */
  score: number;
};

/** Hours that a score looks back on: four of each hour of the week. */
export const historyHours = 28 * 24;
/** With fewer hours before it nothing is said of an hour. */
const leastHistory = 48;
/** After a week of history the score counts in full. */
const fullHistory = 168;

const day = 24;
const week = 168;
/** A median over so few values is held back towards "nothing special": k / (k + this). */
const heldBack = 2;
/** So much of what one week alone has beyond the hour of the day is expected to come again. */
const lastWeekShare = 0.5;
/** The largest of a day's 24 deviations, in those of its noise: about that in noise without peaks. */
const usualLargest = 3;
/** A series whose days are calmer than that is not trusted to stay so. */
const leastLargest = 0.6;
/** Up to so many events an hour are sparse. */
const sparse = 3;
/** Standard deviations of a normal distribution in its median absolute deviation. */
const deviationsOfMad = 1.4826;

/**
 * Scores the hour after `history`, the counts of successive hours, oldest first, of which the last 28
 * days are looked at. No state and no training: the level of the last day, what is special of the hour
 * of the day and of the week, and the noise are medians of these hours. Undefined on little history.
 *
 * @param sensitivity score beyond which an hour is unusual: bounds `low` and `high`
 */
export function scoreHour(
  history: readonly number[],
  actual: number,
  sensitivity: number,
): HourScore | undefined {
  const hours = Math.min(history.length, historyHours);
  if (hours < leastHistory) return undefined;
  const { values, mean } = stabilizeLast(history, hours);
  const ofDay = subtractHoursOfDay(values);
  const { residuals, level } = subtractLevels(values);
  const special = (ofDay[hours % day] ?? 0) + weekCorrection(residuals);
  // Medians of few events say 0 too often: the least that is expected is their mean.
  const expected = Math.max(level + special, stabilize(Math.min(sparse, mean)));
  const trust = Math.min(1, (hours - day) / (fullHistory - day));
  const unit = noiseOf(withoutLastWeek(residuals)) / trust;
  return {
    expected: countOf(expected),
    low: countOf(expected - sensitivity * unit),
    high: countOf(expected + sensitivity * unit),
    score: (stabilize(actual) - expected) / unit,
  };
}

/** Makes the noise of a Poisson count 1, however large the count is: Anscombe's transform. */
const stabilize = (count: number): number => 2 * Math.sqrt(count + 3 / 8);

/** The count of a stabilized value. */
const countOf = (value: number): number => Math.max(0, (Math.max(0, value) / 2) ** 2 - 3 / 8);

function stabilizeLast(history: readonly number[], hours: number) {
  const values = new Float64Array(hours);
  const begin = history.length - hours;
  let sum = 0;
  for (let at = 0; at < hours; at++) {
    const count = history[begin + at] ?? 0;
    values[at] = stabilize(count);
    sum += count;
  }
  return { values, mean: sum / hours };
}

/** Takes what is special of each hour of the day out of `values`, and returns it by hour. */
function subtractHoursOfDay(values: Float64Array): Float64Array {
  const usual = median(values.slice());
  const special = new Float64Array(day);
  for (let hour = 0; hour < day; hour++) {
    const days = Math.ceil((values.length - hour) / day);
    const same = new Float64Array(days);
    for (let at = 0; at < days; at++) same[at] = values[hour + at * day] ?? 0;
    special[hour] = ((median(same) - usual) * days) / (days + heldBack);
  }
  for (let at = 0; at < values.length; at++) {
    values[at] = (values[at] ?? 0) - (special[at % day] ?? 0);
  }
  return special;
}

/** What each value is above the median of the day that ends with it; and the median of the last day. */
function subtractLevels(values: Float64Array): { residuals: Float64Array; level: number } {
  const residuals = new Float64Array(values.length);
  const sorted = new Float64Array(day);
  let kept = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0;
    if (kept < day) kept = insert(sorted, kept, value);
    else replace(sorted, values[at - day] ?? 0, value);
    residuals[at] = value - middleOf(sorted, kept);
  }
  return { residuals, level: middleOf(sorted, kept) };
}

function insert(sorted: Float64Array, kept: number, value: number): number {
  let at = kept;
  for (; at > 0 && (sorted[at - 1] ?? 0) > value; at--) sorted[at] = sorted[at - 1] ?? 0;
  sorted[at] = value;
  return kept + 1;
}

/** Puts a value in the place of one that is there, and moves what is between. */
function replace(sorted: Float64Array, old: number, value: number): void {
  let at = 0;
  while (at < day - 1 && (sorted[at] ?? 0) !== old) at++;
  for (; at > 0 && (sorted[at - 1] ?? 0) > value; at--) sorted[at] = sorted[at - 1] ?? 0;
  for (; at < day - 1 && (sorted[at + 1] ?? 0) < value; at++) sorted[at] = sorted[at + 1] ?? 0;
  sorted[at] = value;
}

/** What the same hour of earlier weeks, and the hours beside it, had beyond the hour of the day. */
function weekCorrection(residuals: Float64Array): number {
  const same: number[] = [];
  for (let at = residuals.length - week; at >= 0; at -= week) {
    for (let near = Math.max(0, at - 1); near <= at + 1; near++) same.push(residuals[near] ?? 0);
  }
  if (same.length === 0) return 0;
  const weeks = same.length / 3;
  return (median(Float64Array.from(same)) * weeks) / (weeks + heldBack);
}

/**
 * What is left of residuals when a share of those of the week before is taken out, as it is of what is
 * expected: what comes every week is no noise. The first week, which has none before it, is left out
 * where there is enough besides.
 */
function withoutLastWeek(residuals: Float64Array): Float64Array {
  const left = residuals.slice();
  for (let at = week; at < left.length; at++) {
    const before = residuals[at - week - 1] ?? 0;
    const same = residuals[at - week] ?? 0;
    const after = residuals[at - week + 1] ?? 0;
    const middle = Math.max(Math.min(before, same), Math.min(Math.max(before, same), after));
    left[at] = (residuals[at] ?? 0) - lastWeekShare * middle;
  }
  return left.length >= 2 * week - day ? left.subarray(week) : left;
}

/** How far an hour may be from the expected: by the usual hour, and by the largest of each day. */
function noiseOf(residuals: Float64Array): number {
  const sizes = new Float64Array(residuals.length);
  let squares = 0;
  for (let at = 0; at < sizes.length; at++) {
    const residual = residuals[at] ?? 0;
    sizes[at] = Math.abs(residual);
    squares += residual * residual;
  }
  const rms = Math.sqrt(squares / sizes.length);
  const mad = deviationsOfMad * median(sizes.slice());
  // Counts are never less noisy than Poisson's, which has 1 here.
  const scale = Math.max(1, Math.sqrt(mad * rms));
  const largest = new Float64Array(Math.floor(sizes.length / day));
  for (let end = sizes.length, at = 0; at < largest.length; end -= day, at++) {
    let most = 0;
    for (let hour = end - day; hour < end; hour++) most = Math.max(most, sizes[hour] ?? 0);
    largest[at] = most;
  }
  return scale * Math.sqrt(Math.max(median(largest) / scale / usualLargest, leastLargest));
}

/** Median; moves the values about. */
function median(values: Float64Array): number {
  const middle = values.length >> 1;
  const above = select(values, middle);
  if (values.length % 2 === 1) return above;
  let below = values[0] ?? 0;
  for (let at = 1; at < middle; at++) below = Math.max(below, values[at] ?? 0);
  return (above + below) / 2;
}

/** The value that sorting would put there, in linear time: C. A. R. Hoare, Algorithm 65, 1961. */
function select(values: Float64Array, wanted: number): number {
  let left = 0;
  let right = values.length - 1;
  while (left < right) {
    const pivot = values[(left + right) >> 1] ?? 0;
    let up = left;
    let down = right;
    while (up <= down) {
      while ((values[up] ?? 0) < pivot) up++;
      while ((values[down] ?? 0) > pivot) down--;
      if (up > down) break;
      const swapped = values[up] ?? 0;
      values[up++] = values[down] ?? 0;
      values[down--] = swapped;
    }
    if (wanted <= down) right = down;
    else if (wanted >= up) left = up;
    else break;
  }
  return values[wanted] ?? 0;
}

/** Median of the first `kept` of sorted values. */
function middleOf(sorted: Float64Array, kept: number): number {
  const middle = kept >> 1;
  const above = sorted[middle] ?? 0;
  return kept % 2 === 1 ? above : (above + (sorted[middle - 1] ?? 0)) / 2;
}
