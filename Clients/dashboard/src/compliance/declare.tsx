import { api } from "../api";
import { startOfDay, typedNumber } from "../format";
import { useAction, useRequestId } from "../loaded";
import { DialogForm, useDraft } from "../parts/dialog-form";
import { PhoneField, TextField } from "../parts/field";
import { Problem } from "../parts/notice";
import { announce } from "../parts/toast";
import { fieldErrors } from "../words";

/** Records what an operator acknowledged. */
export function Declare({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const { draft, set, isChanged } = useDraft(() => ({ first: "", last: "", acknowledgement: "", from: "", until: "" }));
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
    <PhoneField
      label={label} value={draft[field]} hint={hint} isRequired={field === "first"}
      error={errors[`${field}Number`]} onChange={(value) => set({ [field]: value })}
    />
  );
  return (
    <DialogForm
      title="Record a declaration" label="New declaration" verb="Record declaration" isChanged={isChanged}
      isBusy={saving.isBusy} errors={errors} onSubmit={() => void saving.run()} onClose={onClose}
    >
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
    </DialogForm>
  );
}
