import { useState } from "react";
import type { Erasure } from "../../../typescript/index";
import { api } from "../api";
import { startOfDay, typedNumber } from "../format";
import { useAction, useRequestId } from "../loaded";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { Checkbox, Select, TextField } from "../parts/field";
import { Form } from "../parts/form";
import { Notice, Problem } from "../parts/notice";
import { fieldErrors } from "../words";
import { erasureReasons } from "./names";

/** Asks for a person to be erased. */
export function RequestErasure({ onDone, onClose }: { onDone: (erasure: Erasure) => void; onClose: () => void }) {
  const [draft, setDraft] = useState({ number: "", reason: "request", isRecovery: false, holdUntil: "" });
  const set = (change: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...change }));
  const requestId = useRequestId(draft);
  const asking = useAction(async () => {
    onDone(await api.compliance.createErasure({
      requestId, phoneNumber: typedNumber(draft.number), reason: draft.reason, recoveryCalls: draft.isRecovery,
      ...(draft.holdUntil ? { holdUntil: startOfDay(draft.holdUntil, 1) } : {}),
    }));
  });
  const errors = fieldErrors(asking.error);
  return (
    <Dialog title="Erase a person" onClose={onClose}>
      <Notice kind="warning">
        <p>It cannot be undone. From now on no agent calls the number, unless the person agrees to such calls later.</p>
      </Notice>
      <Form onSubmit={() => void asking.run()} errors={errors} label="Erasure">
        <Problem error={asking.error} title="The erasure was not asked for" />
        <TextField
          label="Phone number" type="tel" inputMode="tel" autoComplete="off" value={draft.number} error={errors["phoneNumber"]}
          onChange={(number) => set({ number })} isRequired
        />
        <Select
          label="Why" value={draft.reason} onChange={(reason) => set({ reason })} error={errors["reason"]}
          options={Object.entries(erasureReasons)} isRequired
        />
        <Checkbox
          label="The calls were to recover loans" isChecked={draft.isRecovery} onChange={(isRecovery) => set({ isRecovery })}
          hint="For a bank or NBFC. From 2027 on such calls are kept for 180 days."
        />
        <TextField
          label="An order has them kept until" type="date" value={draft.holdUntil} error={errors["holdUntil"]}
          onChange={(holdUntil) => set({ holdUntil })} hint="Of a court or an authority."
        />
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="danger" isBusy={asking.isBusy}>Erase for good</Button>
        </div>
      </Form>
    </Dialog>
  );
}
