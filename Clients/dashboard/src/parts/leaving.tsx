import { useEffect, useSyncExternalStore } from "react";
import { setGuard } from "../router";
import { Confirm } from "./dialog";

let goOn: (() => void) | undefined;
const listeners = new Set<() => void>();

function ask(next: (() => void) | undefined): void {
  goOn = next;
  for (const listener of listeners) listener();
}

/** How many forms of the page have changes. */
let unsaved = 0;

/** Keeps a page with changes from being left unasked, as long as one of its forms has some. */
export function useUnsaved(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return;
    unsaved += 1;
    setGuard(ask);
    return () => {
      unsaved -= 1;
      if (unsaved > 0) return;
      setGuard(undefined);
      ask(undefined);
    };
  }, [isChanged]);
}

/** The question, when somebody leaves such a page. */
export function Leaving() {
  const next = useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => goOn,
  );
  if (!next) return null;
  const close = () => ask(undefined);
  return (
    <Confirm
      title="Leave without saving?" verb="Leave" onClose={close}
      onConfirm={() => {
        close();
        next();
      }}
    >
      <p>What you changed on this page is not saved yet and will be lost.</p>
    </Confirm>
  );
}
