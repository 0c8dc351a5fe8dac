import type { Node } from "react";

/** What a list says when there is nothing in it, and what to do about that. */
export function Empty({ title, children, action }: { title: string; children: Node; action?: Node }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      <p>{children}</p>
      {action}
    </div>
  );
}
