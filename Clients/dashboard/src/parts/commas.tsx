/** A text whose lines end behind its commas only: times and lists of words keep their parts whole. */
export function Commas({ of }: { of: string }) {
  const parts = of.split(", ");
  return (
    <span>
      {parts.map((part, index) => (
        <span key={part}>{index > 0 && " "}<span className="nowrap">{part}{index + 1 < parts.length && ","}</span></span>
      ))}
    </span>
  );
}
