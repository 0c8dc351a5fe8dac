/** A state in a word, in a colour that says how it is. */
export function Badge({ kind, children }: { kind: "good" | "bad" | "busy" | "idle" | "warn"; children: string }) {
  return <span className={`badge ${kind}`}>{children}</span>;
}
