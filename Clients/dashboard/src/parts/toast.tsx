import { useSyncExternalStore } from "react";

let text = "";
let timer = 0;
const listeners = new Set<() => void>();

function show(next: string): void {
  text = next;
  for (const listener of listeners) listener();
}

/** Says for a few seconds that something was done. */
export function announce(what: string): void {
  clearTimeout(timer);
  show(what);
  timer = window.setTimeout(() => show(""), 5000);
}

/** Where that is said: read out, and over the page. */
export function Toast() {
  const shown = useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => text,
  );
  return <div className={shown ? "toast shown" : "toast"} role="status">{shown}</div>;
}
