import { expect, test } from "vitest";
import { scoreHour } from "../../functions/detect-anomalies/score-hour.ts";
import { countAlarms, readNabSeries, scoreNabSeries } from "../support/nab-series.ts";
import { hasSharedData } from "../support/shared-data.ts";

test.skipIf(!hasSharedData)(
  "in real volumes of tweets it finds what is labelled, with few false alarms",
  () => {
    const series = readNabSeries();
    expect(series.flatMap(({ windows }) => windows)).toHaveLength(14);
    const hours = scoreNabSeries(series, (past, actual) => scoreHour(past, actual, 5.6)?.score);

    const usual = countAlarms(hours, 5.6);
    expect(usual.found).toBeGreaterThanOrEqual(13);
    expect(usual.falseHours).toBeLessThanOrEqual(0.9);

    const calm = countAlarms(hours, 6.5);
    expect(calm.found).toBeGreaterThanOrEqual(12);
    expect(calm.falseHours).toBeLessThanOrEqual(0.4);
  },
);
