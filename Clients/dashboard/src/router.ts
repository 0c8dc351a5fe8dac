/** Pages by path, with the browser's own history. Paths here begin behind `/dashboard`. */

import { useSyncExternalStore } from "react";

const base = "/dashboard";
const listeners = new Set<() => void>();

/** What holds a reader back who would lose something; asked with the way on. */
export type Guard = (goOn: () => void) => void;
let guard: Guard | undefined;
let shown = location.pathname + location.search;
/** How far behind the first page the reader is: the browser tells that it moved, but not how far. */
let place = placed(history.state) ?? 0;
/** What is done where the browser arrives next, instead of showing it. */
let onArrival: (() => void) | undefined;
history.replaceState({ place }, "");

function placed(state: unknown): number | undefined {
  return (state as { place?: number } | null)?.place;
}

/** Has every way out of the page go through `next`; nothing when undefined. */
export function setGuard(next: Guard | undefined): void {
  guard = next;
}

/** Whether the page has something to lose. */
export function holdsBack(): boolean {
  return guard !== undefined;
}

/** Does what loses what was typed on the page, at once or when the reader says so. */
export function leave(go: () => void): void {
  if (guard) guard(go);
  else go();
}

function tell(): void {
  shown = location.pathname + location.search;
  for (const listener of listeners) listener();
}

/** Goes to a path, `/agents?page=2` for example. */
export function navigate(path: string, options: { replace?: boolean; unguarded?: boolean } = {}): void {
  const go = () => {
    guard = undefined;
    if (!options.replace) place += 1;
    history[options.replace ? "replaceState" : "pushState"]({ place }, "", base + path);
    tell();
    if (!options.replace) scrollTo(0, 0);
  };
  if (options.unguarded) go();
  else leave(go);
}

addEventListener("popstate", () => {
  const arrived = onArrival;
  onArrival = undefined;
  if (arrived) return arrived();
  // What comes without a place, such as a fragment that was typed, stands behind all others.
  const to = placed(history.state) ?? place + 1;
  const isSame = location.pathname + location.search === shown;
  if (isSame || !guard) {
    place = to;
    history.replaceState({ place }, "");
    return isSame ? undefined : tell();
  }
  // The browser has moved already: back to what is shown, and there again if the reader says so.
  const steps = to - place;
  onArrival = () => leave(() => {
    guard = undefined;
    history.go(steps);
  });
  history.go(-steps);
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
    () => shown,
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
