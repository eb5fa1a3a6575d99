const width = 96;
const height = 22;

/** The last hours of one key, small; the view of the key has them large, and as a table. */
export function DrawSpark({ counts }: { counts: readonly number[] }) {
  const most = Math.max(1, ...counts);
  const step = width / Math.max(1, counts.length);
  const steps = counts.map((n) => `V${round(height - (n / most) * (height - 2))}h${round(step)}`);
  return (
    <svg
      class="spark"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
    >
      <path d={`M0 ${height}${steps.join("")}V${height}z`} />
    </svg>
  );
}

const round = (n: number): number => Math.round(n * 10) / 10;
