import { historyHours, scoreHour } from "../../functions/detect-anomalies/score-hour.ts";
import { createPoisson } from "../support/create-poisson.ts";
import { countAlarms, readNabSeries, type Scorer, scoreNabSeries } from "../support/nab-series.ts";
import { hasSharedData } from "../support/shared-data.ts";
import { held, type Measurement, ownCpuMs, told } from "./measurement.ts";

const usualSensitivity = 5.6;
const calmSensitivity = 6.5;
const ours: Scorer = (past, actual) => scoreHour(past, actual, usualSensitivity)?.score;

/** What anyone would write first: standard deviations from the mean of 14 days. */
const zScore: Scorer = (past, actual) => {
  const recent = past.slice(-14 * 24);
  const mean = recent.reduce((sum, one) => sum + one, 0) / recent.length;
  const variance = recent.reduce((sum, one) => sum + (one - mean) ** 2, 0) / recent.length;
  return (actual - mean) / Math.sqrt(Math.max(variance, Number.EPSILON));
};

/** What the detector finds in real series, beside a z-score of 4, and what a hundred thousand cost. */
export async function benchAnomalies(): Promise<Measurement[]> {
  return [...(hasSharedData ? measureFinding() : []), ...(await measureSpeed())];
}

function measureFinding(): Measurement[] {
  const series = readNabSeries();
  const windows = series.flatMap((one) => one.windows).length;
  const scored = scoreNabSeries(series, ours);
  const usual = countAlarms(scored, usualSensitivity);
  const calm = countAlarms(scored, calmSensitivity);
  const plain = countAlarms(scoreNabSeries(series, zScore), 4);
  const unit = `of ${windows}`;
  const rate = "h a week";
  return [
    told("NAB tweets, z-score of 4: windows found", plain.found, unit),
    told("NAB tweets, z-score of 4: false alarms", plain.falseHours, rate),
    held("NAB tweets, windows found at sensitivity 5.6", usual.found),
    held("NAB tweets, false alarms at sensitivity 5.6", usual.falseHours),
    held("NAB tweets, windows found over a z-score of 4", usual.found - plain.found),
    held("NAB tweets, windows found at sensitivity 6.5", calm.found),
    held("NAB tweets, false alarms at sensitivity 6.5", calm.falseHours),
  ];
}

const seriesCount = 100_000;

async function measureSpeed(): Promise<Measurement[]> {
  const poisson = createPoisson(28);
  // Made from one long series: to make that many would take longer than to score them.
  const counts = Array.from({ length: historyHours + 10_007 }, (_, hour) =>
    poisson(20 * (1 + 0.9 * Math.cos((2 * Math.PI * hour) / 24))),
  );
  let said = 0;
  const ms = await ownCpuMs(() => {
    for (let index = 0; index < seriesCount; index++) {
      const begin = index % 10_007;
      const history = counts.slice(begin, begin + historyHours);
      if (scoreHour(history, counts[begin + historyHours] ?? 0, usualSensitivity)) said += 1;
    }
  });
  if (said < seriesCount) throw new Error(`of ${said} series something was said, not of all`);
  return [
    held("100,000 series of 28 days, CPU to score them", ms / 1_000),
    held("100,000 series of 28 days, resident memory", process.memoryUsage.rss() / 2 ** 20),
  ];
}
