import { useEffect, useSyncExternalStore } from "react";
import { setGuard } from "../router";
import { Confirm } from "./dialog";

let goOn: (() => void) | undefined;
const listeners = new Set<() => void>();

function ask(next: (() => void) | undefined): void {
  goOn = next;
  for (const listener of listeners) listener();
}

/** Keeps a page with changes from being left unasked. */
export function useUnsaved(isChanged: boolean): void {
  useEffect(() => {
    setGuard(isChanged ? (next) => ask(next) : undefined);
    return () => setGuard(undefined);
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
