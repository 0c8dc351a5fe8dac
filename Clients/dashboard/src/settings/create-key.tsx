import { useState } from "react";
import { api } from "../api";
import { useAction, useRequestId } from "../loaded";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { Checkbox, Select, TextField } from "../parts/field";
import { Form } from "../parts/form";
import { Problem } from "../parts/notice";
import { fieldErrors } from "../words";
import type { MadeKey } from "./keys";

const scopes = [
  "account.read", "account.write", "agents.read", "agents.write", "analytics.read", "calls.read", "calls.write",
  "compliance.read", "compliance.write", "keys.read", "keys.write", "knowledge.read", "knowledge.write",
  "numbers.read", "numbers.write", "secrets.read", "secrets.write", "users.read", "users.write", "webhooks.read",
  "webhooks.write",
];

const day = 86_400_000;

/** Makes a key for a program: what it may do, and until when. */
export function CreateKey({ onDone, onClose }: { onDone: (made: MadeKey) => void; onClose: () => void }) {
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  const [days, setDays] = useState("");
  const [now] = useState(Date.now);
  const requestId = useRequestId([name, chosen, days]);
  const making = useAction(async () => {
    const made = await api.accounts.createApiKey({
      requestId,
      apiKey: {
        displayName: name, scopes: chosen,
        ...(days ? { expireTime: new Date(now + Number(days) * day).toISOString() } : {}),
      },
    });
    onDone({ key: made.apiKey ?? {}, secret: made.secret ?? "" });
  });
  const errors = fieldErrors(making.error, "apiKey.");
  const toggle = (scope: string, isOn: boolean) =>
    setChosen((before) => (isOn ? [...before, scope] : before.filter((each) => each !== scope)));
  return (
    <Dialog title="Create an API key" onClose={onClose}>
      <Form onSubmit={() => void making.run()} errors={errors} label="New key">
        <Problem error={making.error} title="The key was not made" />
        <TextField label="Name" value={name} onChange={setName} error={errors["displayName"]} hint="What it is for." isRequired />
        <Select
          label="Ends" value={days} onChange={setDays} error={errors["expireTime"]} isRequired
          options={[["", "Never"], ["30", "In 30 days"], ["90", "In 90 days"], ["365", "In a year"]]}
        />
        <fieldset className="choices">
          <legend>What it may do</legend>
          <p className="hint">Everything when nothing is chosen.</p>
          {scopes.map((scope) => (
            <Checkbox key={scope} label={scope} isChecked={chosen.includes(scope)} onChange={(isOn) => toggle(scope, isOn)} />
          ))}
        </fieldset>
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" isBusy={making.isBusy}>Create key</Button>
        </div>
      </Form>
    </Dialog>
  );
}
