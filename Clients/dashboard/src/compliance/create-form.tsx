import type { CallPurpose, ConsentForm } from "../../../typescript/index";
import { api } from "../api";
import { typedNumber } from "../format";
import { useAction, useRequestId } from "../loaded";
import { languages } from "../names";
import { DialogForm, useDraft } from "../parts/dialog-form";
import { PhoneField, Select, TextArea, TextField } from "../parts/field";
import { Problem } from "../parts/notice";
import { fieldErrors } from "../words";
import { PurposeChoice } from "./purpose-choice";

const offered: CallPurpose[] = ["CALL_PURPOSE_SERVICE", "CALL_PURPOSE_SERVICE_EXPLICIT", "CALL_PURPOSE_PROMOTIONAL"];
const day = 86_400;

/** Makes a form; the answer has its link, this once. */
export function CreateForm({ onDone, onClose }: { onDone: (form: ConsentForm) => void; onClose: () => void }) {
  const { draft, set, isChanged } = useDraft(() => ({
    number: "", purposes: [] as CallPurpose[], language: "", offering: "", contact: "", days: "180",
  }));
  const requestId = useRequestId(draft);
  const making = useAction(async () => {
    const { purposes, language, offering, contact } = draft;
    onDone(await api.compliance.createConsentForm({
      requestId,
      consentForm: {
        phoneNumber: typedNumber(draft.number), purposes, language, offering, contact,
        ...(draft.days ? { consentLifetime: `${Number(draft.days) * day}s` } : {}),
      },
    }));
  });
  const errors = fieldErrors(making.error, "consentForm.");
  return (
    <DialogForm
      title="Create a consent form" label="New consent form" verb="Create form" isChanged={isChanged} isBusy={making.isBusy}
      errors={errors} onSubmit={() => void making.run()} onClose={onClose}
    >
      <Problem error={making.error} title="The form was not made" />
      <PhoneField
        label="Phone number" value={draft.number} error={errors["phoneNumber"]}
        onChange={(number) => set({ number })} hint="Of the person who is asked." isRequired
      />
      <PurposeChoice
        legend="Calls that it asks for" offered={offered} chosen={draft.purposes}
        onChange={(purposes) => set({ purposes })} error={errors["purposes"]}
      />
      <TextArea
        label="What you offer" value={draft.offering} rows={3} error={errors["offering"]}
        onChange={(offering) => set({ offering })} hint="Shown on the page as it is."
        counted={`${[...draft.offering].length} of 500`}
      />
      <TextField
        label="Contact" value={draft.contact} error={errors["contact"]} onChange={(contact) => set({ contact })}
        hint="For questions and complaints; your e-mail address when empty."
      />
      <div className="columns">
        <Select
          label="Language" value={draft.language} error={errors["language"]} isRequired
          onChange={(language) => set({ language })}
          options={[["", "The browser’s own"], ...Object.entries(languages)]}
        />
        <TextField
          label="Days that the consent lasts" inputMode="numeric" value={draft.days} error={errors["consentLifetime"]}
          onChange={(days) => set({ days })} hint="1 to 180." isRequired
        />
      </div>
    </DialogForm>
  );
}
