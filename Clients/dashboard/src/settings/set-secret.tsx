import { api } from "../api";
import { useAction, useRequestId } from "../loaded";
import { DialogForm, useDraft } from "../parts/dialog-form";
import { TextField } from "../parts/field";
import { Problem } from "../parts/notice";
import { announce } from "../parts/toast";
import { fieldErrors } from "../words";

/** Sets a secret: another value of `name`, or a new one, whose name none of `taken` may have. Hands on the name. */
export function SetSecret({ name, taken, onDone, onClose }: {
  name?: string; taken: string[]; onDone: (name: string) => void; onClose: () => void;
}) {
  const { draft, set, isChanged } = useDraft(() => ({ name: name ?? "", value: "" }));
  const requestId = useRequestId(draft);
  const setting = useAction(async () => {
    await api.secrets.setSecret({ ...draft, requestId });
    announce(`Secret ${draft.name} is set`);
    onDone(draft.name);
  });
  const errors = fieldErrors(setting.error);
  const isTaken = !name && taken.includes(draft.name);
  const takenError = "There is a secret of this name. Its value is changed under Settings, Secrets.";
  return (
    <DialogForm
      title={name ? `New value of ${name}` : "New secret"} label="Secret" verb="Set secret" isChanged={isChanged}
      isBusy={setting.isBusy} isDisabled={!draft.name || !draft.value || isTaken} errors={errors}
      onSubmit={() => void setting.run()} onClose={onClose}
    >
      <Problem error={setting.error} title="The secret was not set" />
      {!name && (
        <TextField
          label="Secret’s name" value={draft.name} onChange={(value) => set({ name: value })}
          error={isTaken ? takenError : errors["name"]} isRequired autoComplete="off"
          hint="Letters, digits and _, such as orders_key. Tools name it; its value they do not show."
        />
      )}
      <TextField
        label="Secret’s value" type="password" value={draft.value} onChange={(value) => set({ value })}
        error={errors["value"]} isRequired autoComplete="new-password"
        hint="As it stands in the header, such as Bearer and the key. It is kept encrypted and never shown again."
      />
    </DialogForm>
  );
}
