import { useEffect, useRef } from "react";
import { Link } from "./link";

/** The parts of a place, each with its path below `base`. The one that is shown is in view on a narrow screen, too. */
export function Tabs({ label, base, parts, part }: {
  label: string; base: string; parts: readonly (readonly [string, string])[]; part: string;
}) {
  const nav = useRef<HTMLElement | null>(null);
  useEffect(() => {
    const shown = nav.current?.querySelector<HTMLElement>("[aria-current]");
    if (nav.current && shown) nav.current.scrollLeft = shown.offsetLeft - nav.current.offsetLeft - nav.current.clientWidth / 3;
  }, [part]);
  return (
    <nav ref={nav} className="tabs" aria-label={label}>
      {parts.map(([key, text]) => <Link key={key} to={base + (key && `/${key}`)} current={part === key}>{text}</Link>)}
    </nav>
  );
}
