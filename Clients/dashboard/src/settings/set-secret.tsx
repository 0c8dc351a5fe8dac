import { useState } from "react";
import { api } from "../api";
import { useAction, useRequestId } from "../loaded";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { TextField } from "../parts/field";
import { Form } from "../parts/form";
import { Problem } from "../parts/notice";
import { announce } from "../parts/toast";
import { fieldErrors } from "../words";

/** Sets a secret: another value of `name`, or a new one, whose name none of `taken` may have. Hands on the name. */
export function SetSecret({ name, taken, onDone, onClose }: {
  name?: string; taken: string[]; onDone: (name: string) => void; onClose: () => void;
}) {
  const [newName, setNewName] = useState(name ?? "");
  const [value, setValue] = useState("");
  const requestId = useRequestId([newName, value]);
  const setting = useAction(async () => {
    await api.secrets.setSecret({ name: newName, value, requestId });
    announce(`Secret ${newName} is set`);
    onDone(newName);
  });
  const errors = fieldErrors(setting.error);
  const isTaken = !name && taken.includes(newName);
  const takenError = "There is a secret of this name. Its value is changed under Settings, Secrets.";
  return (
    <Dialog title={name ? `New value of ${name}` : "New secret"} onClose={onClose}>
      <Form onSubmit={() => void setting.run()} errors={errors} label="Secret">
        <Problem error={setting.error} title="The secret was not set" />
        {!name && (
          <TextField
            label="Secret’s name" value={newName} onChange={setNewName} error={isTaken ? takenError : errors["name"]}
            isRequired autoComplete="off"
            hint="Letters, digits and _, such as orders_key. Tools name it; its value they do not show."
          />
        )}
        <TextField
          label="Secret’s value" type="password" value={value} onChange={setValue} error={errors["value"]} isRequired
          autoComplete="new-password"
          hint="As it stands in the header, such as Bearer and the key. It is kept encrypted and never shown again."
        />
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" isBusy={setting.isBusy} isDisabled={!newName || !value || isTaken}>
            Set secret
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
