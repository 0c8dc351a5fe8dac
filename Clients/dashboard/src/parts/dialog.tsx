import { useId, useLayoutEffect, useRef } from "react";
import type { Node } from "react";
import { Button } from "./button";
import { Problem } from "./notice";

/** A question or a form above the page. The browser keeps the focus in it, and gives it back afterwards. */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: Node }) {
  const element = useRef<HTMLDialogElement | null>(null);
  const id = useId();
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element} className="dialog" aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      // Of whoever presses Escape twice the browser does not ask.
      onClose={() => element.current?.isConnected && element.current.showModal()}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

/** Asks before something that cannot be taken back. */
export function Confirm({ title, children, verb, kind = "danger", isBusy, error, onConfirm, onClose }: {
  title: string; children: Node; verb: string; kind?: "danger" | "primary"; isBusy?: boolean; error?: unknown;
  onConfirm: () => void; onClose: () => void;
}) {
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="dialog-text">{children}</div>
      <Problem error={error} />
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind={kind} isBusy={isBusy ?? false} onClick={onConfirm}>{verb}</Button>
      </div>
    </Dialog>
  );
}
