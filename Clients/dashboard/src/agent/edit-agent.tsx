import { useEffect, useState } from "react";
import { ApiError } from "../../../typescript/index";
import type { Agent, User } from "../../../typescript/index";
import { api } from "../api";
import { useAction } from "../loaded";
import { mayWrite } from "../names";
import { Button } from "../parts/button";
import { Form } from "../parts/form";
import { useUnsaved } from "../parts/leaving";
import { Notice, Problem } from "../parts/notice";
import { announce } from "../parts/toast";
import { fieldErrors, refusal } from "../words";
import { AgentFields } from "./agent-fields";
import { agentOf, changedFields, draftFaults, draftOf } from "./draft";
import { useSecretChoice } from "./secret-choice";

/** The form that changes an agent. What is sent are the fields that were changed, nothing else. */
export function EditAgent({ agent, user, onSave, onReload }: {
  agent: Agent; user: User; onSave: (agent: Agent) => void; onReload: () => void;
}) {
  const [draft, setDraft] = useState(() => draftOf(agent));
  useEffect(() => setDraft(draftOf(agent)), [agent]);
  const changed = changedFields(draftOf(agent), draft);
  useUnsaved(changed.length > 0);
  const secrets = useSecretChoice(user);
  const saving = useAction(async () => {
    const faults = draftFaults(draft);
    if (faults.length > 0) throw refusal(faults);
    onSave(await api.agents.updateAgent({
      agent: { ...agentOf(draft), agentId: agent.agentId, etag: agent.etag }, updateMask: changed.join(","),
    }));
    announce("Changes saved");
  });
  const errors = fieldErrors(saving.error, "agent.");
  const isConflict = saving.error instanceof ApiError && saving.error.code === "ABORTED";
  return (
    <>
      <Form onSubmit={() => void saving.run()} errors={errors} label="Agent">
        {!mayWrite(user) && <Notice>Your role may read this, but not change it.</Notice>}
        {isConflict
          ? <Conflict onReload={() => { saving.clear(); onReload(); }} />
          : <Problem error={saving.error} title="The changes were not saved" />}
        <AgentFields
          draft={draft} errors={errors} isDisabled={saving.isBusy || !mayWrite(user)} secrets={secrets}
          set={(changes) => setDraft((before) => ({ ...before, ...changes }))}
        />
        {mayWrite(user) && (
          <div className={changed.length > 0 ? "form-actions" : "form-actions idle"}>
            <span className="faint" role="status">
              {changed.length > 0 ? "You have unsaved changes." : "All changes are saved."}
            </span>
            <Button isDisabled={changed.length === 0} onClick={() => { saving.clear(); setDraft(draftOf(agent)); }}>
              Discard
            </Button>
            <Button type="submit" kind="primary" isBusy={saving.isBusy} isDisabled={changed.length === 0}>Save changes</Button>
          </div>
        )}
      </Form>
      {secrets.dialog}
    </>
  );
}

function Conflict({ onReload }: { onReload: () => void }) {
  return (
    <Notice kind="error" title="Somebody else changed this agent">
      <p>
        It was saved by another person or program after you opened this page, so your changes were not saved. Copy
        what you want to keep, then load the agent as it is now and make your changes again.
      </p>
      <Button onClick={onReload}>Load the current agent</Button>
    </Notice>
  );
}
