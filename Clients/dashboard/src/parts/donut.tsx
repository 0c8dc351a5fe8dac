import { number, share } from "../format";

/** One part of the whole. */
export interface Slice {
  label: string;
  value: number;
}

const radius = 42;
const around = 2 * Math.PI * radius;
/** As many as there are colours; the rest is one slice. */
const most = 6;

function merged(slices: Slice[]): Slice[] {
  if (slices.length <= most) return slices;
  const rest = slices.slice(most - 1).reduce((sum, slice) => sum + slice.value, 0);
  return [...slices.slice(0, most - 1), { label: "Others", value: rest }];
}

/** Parts of a whole as a ring, and beside it the same in words and figures. */
export function Donut({ slices, unit }: { slices: Slice[]; unit: string }) {
  const shown = merged(slices);
  const total = shown.reduce((sum, slice) => sum + slice.value, 0);
  let before = 0;
  return (
    <div className="donut">
      <svg viewBox="0 0 120 120" aria-hidden="true" focusable="false">
        {shown.map((slice, index) => {
          const length = (slice.value / total) * around;
          const gap = shown.length > 1 ? Math.min(2, length / 2) : 0;
          const offset = -before;
          before += length;
          return (
            <circle
              key={slice.label + index} className={`slice slice-${index}`} cx="60" cy="60" r={radius}
              strokeDasharray={`${length - gap} ${around - length + gap}`} strokeDashoffset={offset}
              transform="rotate(-90 60 60)"
            />
          );
        })}
        <text x="60" y="60" className="donut-total">{number(total)}</text>
        <text x="60" y="76" className="donut-unit">{unit}</text>
      </svg>
      <ul className="legend">
        {shown.map((slice, index) => (
          <li key={slice.label + index}>
            <span className={`swatch slice-${index}`} aria-hidden="true" />
            <span className="legend-label">{slice.label}</span>
            <span className="legend-value">{number(slice.value)} · {share(slice.value / total)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
