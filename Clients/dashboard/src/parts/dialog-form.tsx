import { useState } from "react";
import type { Node } from "react";
import { Button } from "./button";
import { Confirm, Dialog } from "./dialog";
import { Form } from "./form";

/** What a form holds, and whether that is what it was at first. */
export function useDraft<T extends object>(initial: () => T) {
  const [first] = useState(initial);
  const [draft, setDraft] = useState(first);
  const set = (change: Partial<T>) => setDraft((before) => ({ ...before, ...change }));
  return { draft, set, isChanged: JSON.stringify(draft) !== JSON.stringify(first) };
}

/** A form above the page. Whoever closes it is asked first when something in it was changed. */
export function DialogForm({
  title, label, verb, kind = "primary", isChanged, isBusy, isDisabled, errors, onSubmit, onClose, children,
}: {
  title: string; label: string; verb: string; kind?: "primary" | "danger"; isChanged: boolean; isBusy: boolean;
  isDisabled?: boolean; errors: Record<string, string>; onSubmit: () => void; onClose: () => void; children: Node;
}) {
  const [isAsking, setAsking] = useState(false);
  const close = () => (isChanged ? setAsking(true) : onClose());
  return (
    <>
      <Dialog title={title} onClose={close}>
        <Form onSubmit={onSubmit} errors={errors} label={label}>
          {children}
          <div className="dialog-actions">
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" kind={kind} isBusy={isBusy} isDisabled={isDisabled ?? false}>{verb}</Button>
          </div>
        </Form>
      </Dialog>
      {isAsking && (
        <Confirm title="Close without saving?" verb="Close it" onConfirm={onClose} onClose={() => setAsking(false)}>
          <p>What you entered is not saved and will be lost.</p>
        </Confirm>
      )}
    </>
  );
}
