import { useId } from "react";
import type { Node } from "react";

/** A part of a page under a heading of its own. */
export function Card({ title, hint, actions, children }: {
  title: string; hint?: Node; actions?: Node; children: Node;
}) {
  const id = useId();
  return (
    <section className="card" aria-labelledby={id}>
      <header className="card-head">
        <div>
          <h2 id={id}>{title}</h2>
          {hint && <p className="hint">{hint}</p>}
        </div>
        {actions && <div className="actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}
