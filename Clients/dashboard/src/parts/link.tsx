import type { Node } from "react";
import { address, navigate } from "../router";

/** A link to a page of the dashboard; opens in another tab where the reader asks for it. */
export function Link({ to, children, className, current }: {
  to: string; children: Node; className?: string; current?: boolean;
}) {
  return (
    <a
      href={address(to)}
      className={className}
      aria-current={current ? "page" : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </a>
  );
}
