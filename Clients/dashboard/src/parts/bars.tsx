/** One bar: how long it is, and its figure in words. */
export interface Bar {
  label: string;
  value: number;
  text: string;
}

/** Amounts as bars beside their figures; the longest fills the width. */
export function Bars({ bars, caption }: { bars: Bar[]; caption: string }) {
  const largest = Math.max(...bars.map((bar) => bar.value), 0);
  return (
    <table className="bars">
      <caption className="unseen">{caption}</caption>
      <tbody>
        {bars.map((bar) => (
          <tr key={bar.label}>
            <th scope="row">{bar.label}</th>
            <td className="bar-cell" aria-hidden="true">
              <span className="bar" style={{ width: `${largest ? (bar.value / largest) * 100 : 0}%` }} />
            </td>
            <td className="figure">{bar.text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
