import type { Node } from "react";

/** Names and what they stand for. */
export function Facts({ of }: { of: [string, Node][] }) {
  return (
    <dl className="facts">
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
