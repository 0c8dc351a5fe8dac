import type { Node } from "react";
import type { Loaded } from "../loaded";
import { Problem } from "./notice";

/** A page's part that waits for the server: grey lines first, then what came, or what went wrong. */
export function Await<T>({ of, children, lines = 4 }: {
  of: Loaded<T>; children: (value: T) => Node; lines?: number;
}) {
  if (of.error !== undefined) return <Problem error={of.error} onRetry={of.reload} />;
  if (of.value !== undefined) {
    return <div className={of.isLoading ? "stale" : ""} aria-busy={of.isLoading}>{children(of.value)}</div>;
  }
  return (
    <div className="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, line) => <span key={line} />)}
    </div>
  );
}
