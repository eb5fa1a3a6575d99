import { area, curveStep } from "d3-shape";

const width = 96;
const height = 22;

/** The last hours of one key, small; the view of the key has them large, and as a table. */
export function DrawSpark({ counts }: { counts: readonly number[] }) {
  const most = Math.max(1, ...counts);
  const shape = area<number>()
    .x((_, n) => (n / counts.length) * width)
    .y0(height - 0.5)
    .y1((n) => height - 0.5 - (n / most) * (height - 2))
    .curve(curveStep);
  // The last hour is as wide as the others.
  const path = shape([...counts, counts.at(-1) ?? 0]) ?? "";
  return (
    <svg
      class="spark"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
    >
      <path d={path} />
      <line x1="0" x2={width} y1={height - 0.5} y2={height - 0.5} />
    </svg>
  );
}
