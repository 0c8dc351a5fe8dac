import type { Node } from "react";
import type { PhoneNumber } from "../../../typescript/index";
import { agentName, useAgents } from "../agents-list";
import { number, phone } from "../format";
import { purposes } from "../names";
import { usePhoneNumbers } from "../numbers-list";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Checkbox, Select, TextArea, TextField } from "../parts/field";
import { Notice, Problem } from "../parts/notice";
import { CallTemplates } from "./call-templates";
import { unknownVariables } from "./draft";
import type { Draft } from "./draft";
import { Labels } from "./labels";
import { Model } from "./model";
import type { SecretChoice } from "./secret-choice";
import { Speech } from "./speech";
import { Tools } from "./tools";
import { Turns } from "./turns";
import { Variables } from "./variables";

/** What each part of the form is given. */
export interface FieldsProps {
  draft: Draft;
  set: (changes: Partial<Draft>) => void;
  errors: Record<string, string>;
  isDisabled: boolean;
  secrets: SecretChoice;
}

/** All that an agent is asked for, in the order in which one thinks of it; once it is there, what it knows has its own page. */
export function AgentFields({ knowledge, ...props }: FieldsProps & { knowledge?: Node }) {
  return (
    <fieldset className="plain" disabled={props.isDisabled}>
      <Identity {...props} />
      <Speech {...props} />
      <Instructions {...props} />
      {knowledge}
      <Variables {...props} />
      <Tools {...props} />
      <Turns {...props} />
      <Model {...props} />
      <Rules {...props} />
      <Programs {...props} />
      <Labels {...props} />
    </fieldset>
  );
}

function Identity({ draft, set, errors }: FieldsProps) {
  return (
    <Card title="Who it is">
      <TextField
        label="Name" value={draft.name} onChange={(name) => set({ name })} error={errors["name"]}
        hint="What you call it. Callers do not hear this." isRequired
      />
      <PhoneNumberField draft={draft} set={set} error={errors["phoneNumber"]} />
      <Select
        label="State" value={draft.state} onChange={(state) => set({ state: state as Draft["state"] })}
        error={errors["state"]} isRequired
        options={[["ACTIVE", "Active: takes and places calls"], ["PAUSED", "Paused: takes and places no calls"]]}
      />
    </Card>
  );
}

function PhoneNumberField({ draft, set, error }: {
  draft: Draft; set: FieldsProps["set"]; error: string | undefined;
}) {
  const numbers = usePhoneNumbers();
  const agents = useAgents();
  const label = (rented: PhoneNumber) => {
    const text = [phone(rented.phoneNumber), rented.displayName].filter(Boolean).join(" · ");
    const isTaken = rented.agentId && rented.phoneNumber !== draft.phoneNumber;
    return isTaken ? `${text} (now with ${agentName(agents.value, rented.agentId)})` : text;
  };
  const rented = (numbers.value ?? []).filter((each) => each.state === "ACTIVE");
  const options: [string, string][] = [["", "No number"], ...rented.map(
    (each): [string, string] => [each.phoneNumber ?? "", label(each)])];
  if (draft.phoneNumber && !rented.some((each) => each.phoneNumber === draft.phoneNumber)) {
    options.push([draft.phoneNumber, phone(draft.phoneNumber)]);
  }
  return (
    <>
      <Problem error={numbers.error} title="Your numbers could not be read" onRetry={numbers.reload} />
      <Select
        label="Phone number" value={draft.phoneNumber} onChange={(phoneNumber) => set({ phoneNumber })} options={options}
        error={error} hint="It calls from this number and answers it. Rent more numbers under Numbers."
      />
    </>
  );
}

function Instructions({ draft, set, errors }: FieldsProps) {
  const unknown = unknownVariables(draft);
  const add = () => set({ variables: [...draft.variables, ...unknown.map((name) => ({ name, type: "STRING" as const }))] });
  return (
    <Card title="What it does">
      <TextArea
        label="Instructions (system prompt)" value={draft.systemPrompt} rows={10}
        onChange={(systemPrompt) => set({ systemPrompt })} error={errors["systemPrompt"]}
        hint={<>Say who it is, what it may promise and what it must not. <code>{"{{name}}"}</code> is replaced by the
          call’s variable of that name.</>}
        counted={`${number(new TextEncoder().encode(draft.systemPrompt).length)} of 32,768 bytes`}
      />
      {unknown.length > 0 && (
        <Notice kind="warning">
          <p>
            {unknown.map((name) => `{{${name}}}`).join(", ")} {unknown.length === 1 ? "is" : "are"} not among the
            variables below.
          </p>
          <Button onClick={add}>Add {unknown.length === 1 ? "it" : "them"}</Button>
        </Notice>
      )}
    </Card>
  );
}

function Rules({ draft, set, errors }: FieldsProps) {
  return (
    <Card title="Rules of its calls">
      <Select
        label="Purpose" value={draft.purpose} isRequired error={errors["purpose"]}
        onChange={(value) => set({ purpose: value as Draft["purpose"] })}
        options={Object.entries(purposes)}
        hint="The law’s rules follow from it: calling hours, do-not-disturb lists, consent. Advertising is always promotional."
      />
      <CallTemplates draft={draft} set={set} errors={errors} />
      <TextField
        label="Longest call, in minutes" type="text" inputMode="decimal" value={draft.maxMinutes}
        onChange={(maxMinutes) => set({ maxMinutes })} error={errors["maxDuration"]} hint="15 minutes when empty; 60 at most."
      />
      <Checkbox
        label="Record calls" isChecked={draft.recordingEnabled} onChange={(recordingEnabled) => set({ recordingEnabled })}
        hint="The agent announces it at the beginning, as the law asks; without the announcement nothing is recorded."
      />
      {draft.recordingEnabled && (
        <Checkbox
          label="Ask first" isChecked={draft.recordingConsent === "ASK"}
          onChange={(asks) => set({ recordingConsent: asks ? "ASK" : "NOTICE" })}
          hint="The agent asks behind its greeting, and recording begins with a yes. After a no the call goes on unrecorded."
        />
      )}
      <Select
        label="Publishing of changes" value={draft.publishing} isRequired error={errors["publishing"]}
        onChange={(value) => set({ publishing: value as Draft["publishing"] })}
        options={[
          ["AUTOMATIC", "Automatic: saving changes the next call"],
          ["MANUAL", "Manual: changes wait until they are published"],
        ]}
      />
    </Card>
  );
}

function Programs({ draft, set, errors }: FieldsProps) {
  return (
    <Card title="Your systems">
      <TextField
        label="Webhook URL" type="url" value={draft.webhookUrl} onChange={(webhookUrl) => set({ webhookUrl })}
        error={errors["webhookUrl"]} placeholder="https://shop.example.in/hooks/agent"
        hint="The events of its calls go here, and not to the webhooks of the account. Begins with https://."
      />
    </Card>
  );
}
