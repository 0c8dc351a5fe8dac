import { useState } from "react";
import { api } from "../api";
import { startOfDay, typedNumber } from "../format";
import { useAction, useRequestId } from "../loaded";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { TextField } from "../parts/field";
import { Form } from "../parts/form";
import { Problem } from "../parts/notice";
import { announce } from "../parts/toast";
import { fieldErrors } from "../words";

/** Records what an operator acknowledged. */
export function Declare({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const [draft, setDraft] = useState({ first: "", last: "", acknowledgement: "", from: "", until: "" });
  const set = (change: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...change }));
  const requestId = useRequestId(draft);
  const saving = useAction(async () => {
    const { first, last, acknowledgement, from, until } = draft;
    await api.compliance.createA2pDeclaration({
      requestId,
      declaration: {
        firstNumber: typedNumber(first), lastNumber: typedNumber(last), acknowledgement: acknowledgement.trim(),
        ...(from ? { startTime: startOfDay(from) } : {}), ...(until ? { endTime: startOfDay(until, 1) } : {}),
      },
    });
    announce("The declaration was recorded");
    onDone();
  });
  const errors = fieldErrors(saving.error, "declaration.");
  const number = (field: "first" | "last", label: string, hint: string) => (
    <TextField
      label={label} type="tel" inputMode="tel" autoComplete="off" value={draft[field]} hint={hint} isRequired={field === "first"}
      error={errors[`${field}Number`]} onChange={(value) => set({ [field]: value })}
    />
  );
  return (
    <Dialog title="Record a declaration" onClose={onClose}>
      <Form onSubmit={() => void saving.run()} errors={errors} label="New declaration">
        <Problem error={saving.error} title="The declaration was not recorded" />
        <div className="columns">
          {number("first", "First number", "Or the only one.")}
          {number("last", "Last number", "Of a range.")}
        </div>
        <TextField
          label="Acknowledgement" value={draft.acknowledgement} error={errors["acknowledgement"]} isRequired
          onChange={(acknowledgement) => set({ acknowledgement })} hint="The operator’s reference."
        />
        <div className="columns">
          <TextField
            label="First day" type="date" value={draft.from} error={errors["startTime"]} onChange={(from) => set({ from })}
            hint="Now when empty."
          />
          <TextField
            label="Last day" type="date" value={draft.until} error={errors["endTime"]} onChange={(until) => set({ until })}
            hint="No end when empty."
          />
        </div>
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" isBusy={saving.isBusy}>Record declaration</Button>
        </div>
      </Form>
    </Dialog>
  );
}
