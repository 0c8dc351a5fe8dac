import { useState } from "react";
import type { User } from "../../../typescript/index";
import { api } from "../api";
import { useAction, useIsShown, useRequestId } from "../loaded";
import { mayWrite } from "../names";
import { Button } from "../parts/button";
import { Form } from "../parts/form";
import { useUnsaved } from "../parts/leaving";
import { Link } from "../parts/link";
import { Problem } from "../parts/notice";
import { Page } from "../parts/page";
import { announce } from "../parts/toast";
import { navigate } from "../router";
import { fieldErrors, refusal } from "../words";
import { AgentFields } from "./agent-fields";
import { agentOf, changedFields, draftFaults, draftOf } from "./draft";
import { useSecretChoice } from "./secret-choice";

const empty = draftOf();

/** The form that makes an agent. */
export function CreateAgent({ user }: { user: User }) {
  const [draft, setDraft] = useState(empty);
  const isChanged = changedFields(empty, draft).length > 0;
  useUnsaved(isChanged);
  const requestId = useRequestId(draft);
  const secrets = useSecretChoice(user);
  const isShown = useIsShown();
  const creating = useAction(async () => {
    const faults = draftFaults(draft);
    if (faults.length > 0) throw refusal(faults);
    const agent = await api.agents.createAgent({ agent: agentOf(draft), requestId });
    announce(`${agent.name} was created`);
    if (isShown()) navigate(`/agents/${agent.agentId}`, { unguarded: true });
  });
  const errors = fieldErrors(creating.error, "agent.");
  return (
    <Page title="Create an agent" back={{ to: "/agents", label: "Agents" }}>
      <Form onSubmit={() => void creating.run()} errors={errors} label="New agent">
        <Problem error={creating.error} title="The agent was not created" />
        <AgentFields
          draft={draft} errors={errors} isDisabled={creating.isBusy || !mayWrite(user)} secrets={secrets}
          set={(changes) => setDraft((before) => ({ ...before, ...changes }))}
        />
        <div className="form-actions">
          <Link to="/agents" className="button plain">Cancel</Link>
          <Button type="submit" kind="primary" isBusy={creating.isBusy} isDisabled={!mayWrite(user)}>Create agent</Button>
        </div>
      </Form>
      {secrets.dialog}
    </Page>
  );
}
