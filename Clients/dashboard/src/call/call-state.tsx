import type { CallState } from "../../../typescript/index";
import { callStates, hasEnded } from "../names";
import { Badge } from "../parts/badge";

/** Where a call stands, in a word. */
export function CallStateBadge({ state }: { state: CallState | undefined }) {
  const known = state ?? "STATE_UNSPECIFIED";
  const kind = known === "COMPLETED" ? "good"
    : known === "BLOCKED" || known === "FAILED" ? "bad"
      : hasEnded(known) ? "idle" : "busy";
  return <Badge kind={kind}>{callStates[known] ?? known}</Badge>;
}
