import type { Secret } from "../../../typescript/index";
import { api } from "../api";
import { useAction, useRequestId } from "../loaded";
import { DialogForm, useDraft } from "../parts/dialog-form";
import { TextArea, TextField } from "../parts/field";
import { Problem } from "../parts/notice";
import { announce } from "../parts/toast";
import { fieldErrors, listError } from "../words";

/** Sets a secret: another value of `secret`, or a new one where that has no name, unlike those `taken`. Hands on the name. */
export function SetSecret({ secret, taken, onDone, onClose }: {
  secret: Secret; taken: string[]; onDone: (name: string) => void; onClose: () => void;
}) {
  const { draft, set, isChanged } = useDraft(() => (
    { name: secret.name ?? "", value: "", hosts: (secret.hosts ?? []).join("\n") }
  ));
  const hosts = draft.hosts.split(/[\s,;]+/).filter(Boolean);
  const request = { ...draft, hosts };
  const requestId = useRequestId(request);
  const setting = useAction(async () => {
    await api.secrets.setSecret({ ...request, requestId });
    announce(`Secret ${draft.name} is set`);
    onDone(draft.name);
  });
  const errors = fieldErrors(setting.error);
  const isTaken = !secret.name && taken.includes(draft.name);
  const takenError = "There is a secret of this name. Its value is changed under Settings, Secrets.";
  return (
    <DialogForm
      title={secret.name ? `New value of ${secret.name}` : "New secret"} label="Secret" verb="Set secret" isChanged={isChanged}
      isBusy={setting.isBusy} isDisabled={!draft.name || !draft.value || !hosts.length || isTaken} errors={errors}
      onSubmit={() => void setting.run()} onClose={onClose}
    >
      <Problem error={setting.error} title="The secret was not set" />
      {!secret.name && (
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
      <TextArea
        label="Servers it may be sent to" value={draft.hosts} onChange={(value) => set({ hosts: value })} rows={2} isCode
        error={listError(errors, "hosts", hosts)} isRequired
        hint={<>One a line, such as <code>api.shop.example.in</code>, or <code>*.shop.example.in</code> for all below it.
          Only yours: whoever runs a server reads what it is sent. They change together with the value.</>}
      />
    </DialogForm>
  );
}
