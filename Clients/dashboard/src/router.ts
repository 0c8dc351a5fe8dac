/** Pages by path, with the browser's own history. Paths here begin behind `/dashboard`. */

import { useSyncExternalStore } from "react";

const base = "/dashboard";
const listeners = new Set<() => void>();

/** What holds a reader back who would lose something; asked with the way on. */
export type Guard = (goOn: () => void) => void;
let guard: Guard | undefined;
let shown = location.href;

/** Has every way out of the page go through `next`; nothing when undefined. */
export function setGuard(next: Guard | undefined): void {
  guard = next;
}

function tell(): void {
  shown = location.href;
  for (const listener of listeners) listener();
}

/** Goes to a path, `/agents?page=2` for example. */
export function navigate(path: string, options: { replace?: boolean; unguarded?: boolean } = {}): void {
  const go = () => {
    guard = undefined;
    history[options.replace ? "replaceState" : "pushState"](null, "", base + path);
    tell();
    if (!options.replace) scrollTo(0, 0);
  };
  if (guard && !options.unguarded) guard(go);
  else go();
}

addEventListener("popstate", () => {
  if (!guard) return tell();
  // The browser has moved already: back to what is shown, and on from there if the reader says so.
  const wanted = location.href;
  history.pushState(null, "", shown);
  guard(() => {
    guard = undefined;
    history.replaceState(null, "", wanted);
    tell();
  });
});

addEventListener("beforeunload", (event) => {
  if (guard) event.preventDefault();
});

/** Where the reader is: the path behind the base, without a slash at its end, and the query. */
export function useLocation(): { path: string; query: URLSearchParams } {
  const href = useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => location.pathname + location.search,
  );
  const [path = "", search = ""] = href.split("?");
  return { path: path.slice(base.length).replace(/\/+$/, "") || "/", query: new URLSearchParams(search) };
}

/** A path as a link's address. */
export function address(path: string): string {
  return base + path;
}

/** Changes parts of the query; empty texts take a part away. */
export function setQuery(changes: Record<string, string>): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  navigate(location.pathname.slice(base.length) + (text && `?${text}`), { replace: true });
}
