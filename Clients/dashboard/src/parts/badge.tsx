/** How a state is. */
type Kind = "good" | "bad" | "busy" | "idle" | "warn";

/** A state as its badge shows it. */
export type Shown = readonly [Kind, string];

/** A state in a word, in a colour that says how it is. */
export function Badge({ kind, children }: { kind: Kind; children: string }) {
  return <span className={`badge ${kind}`}>{children}</span>;
}

/** The badge of a state that a table has the words for. */
export function StateBadge({ of: [kind, text] }: { of: Shown }) {
  return <Badge kind={kind}>{text}</Badge>;
}
