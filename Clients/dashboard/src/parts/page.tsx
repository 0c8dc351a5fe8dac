import { useEffect, useRef } from "react";
import type { Node } from "react";
import { Link } from "./link";

/** A page: its heading, which is read out when the page comes, what can be done, and what it shows. */
export function Page({ title, back, actions, intro, children }: {
  title: string; back?: { to: string; label: string }; actions?: Node; intro?: Node; children: Node;
}) {
  const heading = useRef<HTMLElement | null>(null);
  useEffect(() => {
    document.title = `${title} · PayAid Voice`;
  }, [title]);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <main id="content" className="page" tabIndex={-1}>
      {back && <Link to={back.to} className="back">← {back.label}</Link>}
      <header className="page-head">
        <h1 ref={heading} tabIndex={-1}>{title}</h1>
        {actions && <div className="actions">{actions}</div>}
      </header>
      {intro && <p className="intro">{intro}</p>}
      {children}
    </main>
  );
}
