import { useState } from "react";
import type { CallTemplateCallClass, KycSector } from "../../../typescript/index";
import { api } from "../api";
import { number, typedNumber } from "../format";
import { useAction, useLoaded, useRequestId } from "../loaded";
import { languages, sectors } from "../names";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { Select, TextArea, TextField } from "../parts/field";
import { Form } from "../parts/form";
import { Problem } from "../parts/notice";
import { announce } from "../parts/toast";
import { fieldErrors } from "../words";
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
  const merchant = useLoaded((signal) => api.accounts.getMerchant({}, { signal }), []);
  const [draft, setDraft] = useState({
    dltTemplateId: "", callClass: "CALL_CLASS_UNSPECIFIED" as CallTemplateCallClass, sector: "" as KycSector | "",
    language: "hi", content: "", headers: "",
  });
  const set = (change: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...change }));
  // A template is of the merchant's own sector, unless the platform has it otherwise.
  const sector = draft.sector || (merchant.value?.kyc?.sector ?? "SECTOR_UNSPECIFIED");
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
    <Dialog title="Register a template" onClose={onClose}>
      <Form onSubmit={() => void saving.run()} errors={errors} label="New template">
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
          label="Headers" value={draft.headers} rows={2} error={headerFault(errors, headers)}
          onChange={(text) => set({ headers: text })} isRequired={draft.callClass === "PROMOTIONAL"}
          hint="The numbers that are registered with it, one a line. From others no call goes out by it."
        />
        <p className="hint">It cannot be changed later: other words are another template.</p>
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" isBusy={saving.isBusy} isDisabled={merchant.isLoading}>Register template</Button>
        </div>
      </Form>
    </Dialog>
  );
}

/** What is wrong with the numbers: with all of them, or with the first that is no number. */
function headerFault(errors: Record<string, string>, headers: string[]): string | undefined {
  const at = headers.findIndex((_, index) => errors[`headers[${index}]`]);
  return errors["headers"] ?? (at < 0 ? undefined : `${headers[at]}: ${errors[`headers[${at}]`]}`);
}
