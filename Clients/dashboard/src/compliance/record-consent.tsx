import type { CallPurpose, ConsentBasis } from "../../../typescript/index";
import { api } from "../api";
import { indianMinute, startOfDay, typedMoment, typedNumber } from "../format";
import { useAction, useRequestId } from "../loaded";
import { DialogForm, useDraft } from "../parts/dialog-form";
import { PhoneField, Select, TextArea, TextField } from "../parts/field";
import { Problem } from "../parts/notice";
import { fieldErrors } from "../words";
import { bases } from "./names";
import { PurposeChoice } from "./purpose-choice";

const inferable: CallPurpose[] = ["CALL_PURPOSE_TRANSACTIONAL", "CALL_PURPOSE_SERVICE"];
const all: CallPurpose[] = [...inferable, "CALL_PURPOSE_SERVICE_EXPLICIT", "CALL_PURPOSE_PROMOTIONAL"];

/** Records what a person agreed to, with its evidence. */
export function RecordConsent({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const { draft, set, isChanged } = useDraft(() => ({
    number: "", basis: "EXPLICIT" as ConsentBasis, purposes: [] as CallPurpose[], statement: "", evidence: "",
    given: indianMinute(new Date()), until: "",
  }));
  const offered = draft.basis === "INFERRED" ? inferable : all;
  const requestId = useRequestId(draft);
  const saving = useAction(async () => {
    const { basis, statement, evidence } = draft;
    const grantTime = typedMoment(draft.given);
    await api.compliance.createConsent({
      requestId,
      consent: {
        phoneNumber: typedNumber(draft.number), basis, statement, evidence,
        purposes: draft.purposes.filter((purpose) => offered.includes(purpose)),
        ...(grantTime ? { grantTime } : {}),
        ...(draft.until ? { expireTime: startOfDay(draft.until, 1) } : {}),
      },
    });
    onDone();
  });
  const errors = fieldErrors(saving.error, "consent.");
  return (
    <DialogForm
      title="Record a consent" label="New consent" verb="Record consent" isChanged={isChanged} isBusy={saving.isBusy}
      errors={errors} onSubmit={() => void saving.run()} onClose={onClose}
    >
      <Problem error={saving.error} title="The consent was not recorded" />
      <PhoneField
        label="Phone number" value={draft.number} error={errors["phoneNumber"]}
        onChange={(number) => set({ number })} isRequired
      />
      <Select
        label="What it rests on" value={draft.basis} error={errors["basis"]} hint={bases[draft.basis].help} isRequired
        onChange={(basis) => set({ basis: basis as ConsentBasis })}
        options={(["EXPLICIT", "ENQUIRY", "INFERRED"] as const).map((each) => [each, bases[each].name] as const)}
      />
      <PurposeChoice
        legend="Calls that it covers" offered={offered} chosen={draft.purposes}
        onChange={(purposes) => set({ purposes })} error={errors["purposes"] ?? errors["purposes[0]"]}
      />
      <TextArea
        label="What the person agreed to" value={draft.statement} rows={3} error={errors["statement"]}
        onChange={(statement) => set({ statement })} hint="In the words that were said or written."
      />
      <TextField
        label="Evidence" value={draft.evidence} error={errors["evidence"]} onChange={(evidence) => set({ evidence })}
        hint="Where the proof is: a form’s address, a recording, a reference."
      />
      <div className="columns">
        <TextField
          label="Given" type="datetime-local" value={draft.given} error={errors["grantTime"]}
          onChange={(given) => set({ given })} hint="Indian time." isRequired
        />
        <TextField
          label="Last day" type="date" value={draft.until} error={errors["expireTime"]}
          onChange={(until) => set({ until })} hint="As long as the law allows when empty."
        />
      </div>
    </DialogForm>
  );
}
