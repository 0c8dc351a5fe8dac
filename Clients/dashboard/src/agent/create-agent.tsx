import { useState } from "react";
import type { Agent, User } from "../../../typescript/index";
import { api } from "../api";
import { useAction, useIsShown, useRequestId } from "../loaded";
import { mayWrite } from "../names";
import { Button } from "../parts/button";
import { Form } from "../parts/form";
import { useUnsaved } from "../parts/leaving";
import { Link } from "../parts/link";
import { Notice, Problem } from "../parts/notice";
import { Page } from "../parts/page";
import { announce } from "../parts/toast";
import { navigate } from "../router";
import { explain, fieldErrors, refusal } from "../words";
import { AgentFields } from "./agent-fields";
import { sendDocument } from "./documents";
import { agentOf, changedFields, draftFaults, draftOf } from "./draft";
import type { Going } from "./drop";
import { FirstDocuments } from "./first-documents";
import { useSecretChoice } from "./secret-choice";

const empty = draftOf();

/** An agent that is there, and why some of its documents are not. */
interface Made {
  agent: Agent;
  refused: string[];
}

/** The form that makes an agent. */
export function CreateAgent({ user }: { user: User }) {
  const [made, setMade] = useState<Made | undefined>(undefined);
  return (
    <Page title="Create an agent" back={{ to: "/agents", label: "Agents" }}>
      {made ? <Incomplete of={made} /> : <NewAgent user={user} onIncomplete={setMade} />}
    </Page>
  );
}

function NewAgent({ user, onIncomplete }: { user: User; onIncomplete: (made: Made) => void }) {
  const [draft, setDraft] = useState(empty);
  const [files, setFiles] = useState<File[]>([]);
  const [going, setGoing] = useState<Going | undefined>(undefined);
  useUnsaved(changedFields(empty, draft).length > 0 || files.length > 0);
  const requestId = useRequestId(draft);
  const secrets = useSecretChoice(user);
  const isShown = useIsShown();
  const creating = useAction(async () => {
    const faults = draftFaults(draft);
    if (faults.length > 0) throw refusal(faults);
    const agent = await api.agents.createAgent({ agent: agentOf(draft), requestId });
    announce(`${agent.name} was created`);
    const refused = await send(agent, files, setGoing);
    if (!isShown()) return refused.forEach(announce);
    if (refused.length > 0) return onIncomplete({ agent, refused });
    navigate(`/agents/${agent.agentId}${files.length > 0 ? "/knowledge" : ""}`, { unguarded: true });
  });
  const errors = fieldErrors(creating.error, "agent.");
  return (
    <>
      <Form onSubmit={() => void creating.run()} errors={errors} label="New agent">
        <Problem error={creating.error} title="The agent was not created" />
        <AgentFields
          draft={draft} errors={errors} isDisabled={creating.isBusy || !mayWrite(user)} secrets={secrets}
          set={(changes) => setDraft((before) => ({ ...before, ...changes }))}
          knowledge={(
            <FirstDocuments files={files} going={going} isDisabled={creating.isBusy || !mayWrite(user)} onChange={setFiles} />
          )}
        />
        <div className="form-actions">
          <Link to="/agents" className="button plain">Cancel</Link>
          <Button type="submit" kind="primary" isBusy={creating.isBusy} isDisabled={!mayWrite(user)}>Create agent</Button>
        </div>
      </Form>
      {secrets.dialog}
    </>
  );
}

/** Sends an agent its documents, one after the other; why some of them were not taken. */
async function send({ agentId = "" }: Agent, files: File[], show: (going: Going) => void): Promise<string[]> {
  const refused: string[] = [];
  for (const file of files) {
    const reason = await sendDocument(agentId, file, (share) => show({ name: file.name, share }))
      .catch((error: unknown) => `${file.name} was not sent. ${explain(error)}`);
    if (reason) refused.push(reason);
  }
  return refused;
}

function Incomplete({ of: { agent, refused } }: { of: Made }) {
  return (
    <Notice kind="warning" title={`${agent.name} was created, but not all of its documents were taken`}>
      <ul>{refused.map((text) => <li key={text}>{text}</li>)}</ul>
      <Link to={`/agents/${agent.agentId}/knowledge`}>To its documents</Link>
    </Notice>
  );
}
