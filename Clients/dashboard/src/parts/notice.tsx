import { useEffect, useRef } from "react";
import type { Node } from "react";
import { explain, fieldName, plain, violations } from "../words";
import { Button } from "./button";
import { Icon } from "./icon";

/** Words in a box. Errors are read out at once and come into view, everything else when there is time. */
export function Notice({ kind = "info", title, children }: {
  kind?: "info" | "error" | "good" | "warning"; title?: string; children?: Node;
}) {
  const box = useRef<HTMLElement | null>(null);
  useEffect(() => {
    if (kind === "error") box.current?.scrollIntoView({ block: "nearest" });
  }, [kind]);
  const icon = kind === "good" ? "check" : kind === "info" ? "info" : "alert";
  return (
    <div ref={box} className={`notice ${kind}`} role={kind === "error" ? "alert" : "status"}>
      <Icon name={icon} />
      <div>
        {title && <strong>{title}</strong>}
        {children}
      </div>
    </div>
  );
}

function Reasons({ error }: { error: unknown }) {
  const wrong = violations(error);
  if (wrong.length === 0) return <p>{explain(error)}</p>;
  return (
    <ul>
      {wrong.map((each) => <li key={each.field + each.description}>{fieldName(each.field)}: {plain(each)}.</li>)}
    </ul>
  );
}

/** What went wrong, and a way to try again where there is one. Nothing without an error. */
export function Problem({ error, title, onRetry }: { error: unknown; title?: string; onRetry?: () => void }) {
  if (error === undefined) return null;
  return (
    <Notice kind="error" title={title ?? ""}>
      <Reasons error={error} />
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </Notice>
  );
}
