import { useState } from "react";
import type { FieldViolation } from "../../../typescript/index";
import { api } from "../api";
import { useAction, useRequestId } from "../loaded";
import { DialogForm, useDraft } from "../parts/dialog-form";
import { Checkbox, Select, TextField } from "../parts/field";
import { Problem } from "../parts/notice";
import { Segments } from "../parts/segments";
import { fieldErrors, refusal } from "../words";
import type { MadeKey } from "./keys";

const allScopes = [
  "account.read", "account.write", "agents.read", "agents.write", "analytics.read", "calls.read", "calls.write",
  "compliance.read", "compliance.write", "keys.read", "keys.write", "knowledge.read", "knowledge.write",
  "numbers.read", "numbers.write", "secrets.read", "secrets.write", "users.read", "users.write", "webhooks.read",
  "webhooks.write",
];

const day = 86_400_000;

/** What the server would take, and nobody can have meant: no name, and no scopes, which stand for all of them. */
function keyFaults({ displayName, rights, scopes }: { displayName: string; rights: string; scopes: string[] }): FieldViolation[] {
  const needs = rights === "" ? "must be chosen" : "must have at least one";
  return [
    ...(displayName.trim() ? [] : [{ field: "apiKey.displayName", description: "must be set" }]),
    ...(rights === "all" || (rights === "these" && scopes.length > 0) ? []
      : [{ field: "apiKey.scopes", description: needs }]),
  ];
}

/** Makes a key for a program: what it may do, and until when. */
export function CreateKey({ onDone, onClose }: { onDone: (made: MadeKey) => void; onClose: () => void }) {
  const { draft, set, isChanged } = useDraft(() => ({ displayName: "", rights: "", scopes: [] as string[], days: "365" }));
  const { displayName, rights, scopes, days } = draft;
  const [now] = useState(Date.now);
  const requestId = useRequestId(draft);
  const making = useAction(async () => {
    const faults = keyFaults(draft);
    if (faults.length > 0) throw refusal(faults);
    const made = await api.accounts.createApiKey({
      requestId,
      apiKey: {
        displayName, scopes: rights === "these" ? scopes : [],
        ...(days ? { expireTime: new Date(now + Number(days) * day).toISOString() } : {}),
      },
    });
    onDone({ key: made.apiKey ?? {}, secret: made.secret ?? "" });
  });
  const errors = fieldErrors(making.error, "apiKey.");
  const toggle = (scope: string, isOn: boolean) =>
    set({ scopes: isOn ? [...scopes, scope] : scopes.filter((each) => each !== scope) });
  return (
    <DialogForm
      title="Create an API key" label="New key" verb="Create key" isChanged={isChanged} isBusy={making.isBusy} errors={errors}
      onSubmit={() => void making.run()} onClose={onClose}
    >
      <Problem error={making.error} title="The key was not made" />
      <TextField
        label="Name" value={displayName} error={errors["displayName"]} hint="What it is for." isRequired
        onChange={(value) => set({ displayName: value })}
      />
      <Select
        label="Ends" value={days} onChange={(value) => set({ days: value })} error={errors["expireTime"]} isRequired
        options={[["30", "In 30 days"], ["90", "In 90 days"], ["365", "In a year"], ["", "Never"]]}
      />
      <fieldset className="group">
        <legend>What it may do</legend>
        <Segments
          label="What it may do" value={rights} onChange={(value) => set({ rights: value })}
          options={[["all", "Everything"], ["these", "Only these"]]}
        />
        {errors["scopes"] && <p className="error">{errors["scopes"]}</p>}
        {rights === "all" && <p className="hint">Every part of the API, keys and people included.</p>}
        {rights === "these" && (
          <div className="choices">
            {allScopes.map((scope) => (
              <Checkbox
                key={scope} label={scope} isChecked={scopes.includes(scope)} onChange={(isOn) => toggle(scope, isOn)}
              />
            ))}
          </div>
        )}
      </fieldset>
    </DialogForm>
  );
}
