import { useState } from "react";
import type { Erasure } from "../../../typescript/index";
import { api } from "../api";
import { date, isNumber, phone, startOfDay, typedNumber } from "../format";
import { useAction, useRequestId } from "../loaded";
import { Confirm } from "../parts/dialog";
import { DialogForm, useDraft } from "../parts/dialog-form";
import { Checkbox, PhoneField, Select, TextField } from "../parts/field";
import { Notice, Problem } from "../parts/notice";
import { fieldErrors, refusal } from "../words";
import { erasureReasons } from "./names";

/** Asks for a person to be erased. */
export function RequestErasure({ onDone, onClose }: { onDone: (erasure: Erasure) => void; onClose: () => void }) {
  const { draft, set, isChanged } = useDraft(() => ({ number: "", reason: "request", isRecovery: false, holdUntil: "" }));
  const [isConfirming, setConfirming] = useState(false);
  const requestId = useRequestId(draft);
  const number = typedNumber(draft.number);
  const asking = useAction(async (isSure: boolean) => {
    if (!isNumber(number)) throw refusal([{ field: "phoneNumber", description: "must be +91 and ten digits" }]);
    if (!isSure) return setConfirming(true);
    try {
      onDone(await api.compliance.createErasure({
        requestId, phoneNumber: number, reason: draft.reason, recoveryCalls: draft.isRecovery,
        ...(draft.holdUntil ? { holdUntil: startOfDay(draft.holdUntil, 1) } : {}),
      }));
    } finally {
      // What is wrong stands at the fields.
      setConfirming(false);
    }
  });
  const errors = fieldErrors(asking.error);
  return (
    <>
      <DialogForm
        title="Erase a person" label="Erasure" verb="Continue" kind="danger" isChanged={isChanged} isBusy={asking.isBusy}
        errors={errors} onSubmit={() => void asking.run(false)} onClose={onClose}
      >
        <Notice kind="warning">
          <p>It cannot be undone. From now on no agent calls the number, unless the person agrees to such calls later.</p>
        </Notice>
        <Problem error={asking.error} title="The erasure was not asked for" />
        <PhoneField
          label="Phone number" value={draft.number} error={errors["phoneNumber"]}
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
      </DialogForm>
      {isConfirming && (
        <Confirm
          title={`Erase the person of ${phone(number)}?`} verb="Erase for good" isBusy={asking.isBusy}
          onConfirm={() => void asking.run(true)} onClose={() => setConfirming(false)}
        >
          <p>
            Calls, recordings, consents and what the audit log says of them go, but for what the law keeps. Nobody can bring them
            back.
          </p>
          <p>
            {draft.holdUntil ? `An order has the calls kept until ${date(startOfDay(draft.holdUntil))}.`
              : "No order has the calls kept."}
          </p>
        </Confirm>
      )}
    </>
  );
}
