import type { CallTemplateCallClass, KycSector } from "../../../typescript/index";
import { api } from "../api";
import { number, typedNumber } from "../format";
import { useAction, useRequestId } from "../loaded";
import { useMerchant } from "../merchant";
import { languages, sectors } from "../names";
import { DialogForm, useDraft } from "../parts/dialog-form";
import { Select, TextArea, TextField } from "../parts/field";
import { Problem } from "../parts/notice";
import { announce } from "../parts/toast";
import { fieldErrors, listError } from "../words";
import { callClasses } from "./names";

/** What the classes cover, as the DLT platforms tell them apart. */
const classes: readonly (readonly [CallTemplateCallClass, string])[] = [
  ["CALL_CLASS_UNSPECIFIED", "Choose the calls"],
  ["PROMOTIONAL", `${callClasses.PROMOTIONAL}: any advertising content`],
  ["SERVICE", `${callClasses.SERVICE}: about what the customer has, also debts`],
  ["TRANSACTIONAL", `${callClasses.TRANSACTIONAL}: within 30 minutes of the customer’s own transaction`],
];

/** Registers a template as the DLT platforms approved it. */
export function RegisterTemplate({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const merchant = useMerchant();
  const { draft, set, isChanged } = useDraft(() => ({
    dltTemplateId: "", callClass: "CALL_CLASS_UNSPECIFIED" as CallTemplateCallClass, sector: "" as KycSector | "",
    language: "hi", content: "", headers: "",
  }));
  // A template is of the merchant's own sector, unless the platform has it otherwise.
  const own = merchant.value?.kyc?.sector ?? "SECTOR_UNSPECIFIED";
  const sector = draft.sector || own;
  const isOfAnother = ![sector, "SECTOR_UNSPECIFIED"].includes(own) && sector !== "SECTOR_UNSPECIFIED";
  const headers = draft.headers.split(/[\n,;]+/).map(typedNumber).filter(Boolean);
  const template = { ...draft, dltTemplateId: draft.dltTemplateId.trim(), sector, headers };
  const requestId = useRequestId(template);
  const saving = useAction(async () => {
    await api.compliance.createCallTemplate({ requestId, template });
    announce("The template was registered");
    onDone();
  });
  const errors = fieldErrors(saving.error, "template.");
  return (
    <DialogForm
      title="Register a template" label="New template" verb="Register template" isChanged={isChanged} isBusy={saving.isBusy}
      isDisabled={merchant.isLoading} errors={errors} onSubmit={() => void saving.run()} onClose={onClose}
    >
      <Problem error={merchant.error} title="The sector of your business could not be read" onRetry={merchant.reload} />
      <Problem error={saving.error} title="The template was not registered" />
      <TextField
        label="DLT template id" inputMode="numeric" autoComplete="off" value={draft.dltTemplateId} isRequired
        error={errors["dltTemplateId"]} onChange={(dltTemplateId) => set({ dltTemplateId })}
        hint="19 digits, of the DLT platform."
      />
      <Select
        label="Calls" value={draft.callClass} options={classes} error={errors["callClass"]} isRequired
        onChange={(callClass) => set({ callClass: callClass as CallTemplateCallClass })}
      />
      <div className="columns">
        <Select
          label="Sector" value={sector} options={Object.entries(sectors)} error={errors["sector"]} isRequired
          onChange={(value) => set({ sector: value as KycSector })}
          hint={isOfAnother && `Your business is “${sectors[own]}”: its calls do not go out by another sector’s template.`}
        />
        <Select
          label="Language" value={draft.language} options={Object.entries(languages)} error={errors["language"]} isRequired
          onChange={(language) => set({ language })}
        />
      </div>
      <TextArea
        label="Words" value={draft.content} rows={5} language={draft.language} error={errors["content"]} isRequired
        onChange={(content) => set({ content })} counted={`${number([...draft.content].length)} of 4,000 characters.`}
        hint={<>As they were approved, with <code>{"{#var#}"}</code> where something else is said each time.</>}
      />
      <TextArea
        label="Headers" value={draft.headers} rows={2} error={listError(errors, "headers", headers)}
        onChange={(text) => set({ headers: text })} isRequired={draft.callClass === "PROMOTIONAL"}
        hint="The numbers that are registered with it, one a line. From others no call goes out by it."
      />
      <p className="hint">It cannot be changed later: other words are another template.</p>
    </DialogForm>
  );
}
