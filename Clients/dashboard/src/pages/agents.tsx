import { useState } from "react";
import type { Agent, User } from "../../../typescript/index";
import { useAgents } from "../agents-list";
import { api, deleted } from "../api";
import { phone, time } from "../format";
import { useAction } from "../loaded";
import { languages, mayWrite } from "../names";
import { Await } from "../parts/await";
import { Badge } from "../parts/badge";
import { Button } from "../parts/button";
import { Confirm } from "../parts/dialog";
import { Empty } from "../parts/empty";
import { Select, TextField } from "../parts/field";
import { Link } from "../parts/link";
import { Page } from "../parts/page";
import { Table } from "../parts/table";
import type { Column } from "../parts/table";
import { announce } from "../parts/toast";

interface Wanted {
  text: string;
  language: string;
  state: string;
}

function matches(agent: Agent, wanted: Wanted): boolean {
  // A number is found as it is shown and as it is typed.
  const text = `${agent.name} ${agent.phoneNumber ?? ""} ${phone(agent.phoneNumber)}`.toLocaleLowerCase();
  return text.includes(wanted.text.trim().toLocaleLowerCase())
    && (!wanted.language || agent.language === wanted.language)
    && (!wanted.state || agent.state === wanted.state);
}

/** All agents, found by name or number, language and state. */
export function Agents({ user }: { user: User }) {
  const agents = useAgents();
  const [wanted, setWanted] = useState<Wanted>({ text: "", language: "", state: "" });
  const [doomed, setDoomed] = useState<Agent | undefined>(undefined);
  const create = mayWrite(user) && <Link to="/agents/new" className="button primary">Create agent</Link>;
  return (
    <Page title="Agents" actions={agents.value?.length ? create : null}>
      <Await of={agents}>
        {(all) => all.length === 0
          ? (
            <Empty title="No agents yet" action={create}>
              An agent talks to your customers on the phone, in Hindi or English. Give it a name, a voice and
              instructions, and it can place its first call.
            </Empty>
          )
          : (
            <>
              <Filters wanted={wanted} onChange={setWanted} />
              <List agents={all.filter((agent) => matches(agent, wanted))} user={user} onDelete={setDoomed} />
            </>
          )}
      </Await>
      {doomed && (
        <Delete
          agent={doomed} onClose={() => setDoomed(undefined)}
          onDone={() => {
            setDoomed(undefined);
            agents.reload();
          }}
        />
      )}
    </Page>
  );
}

function Filters({ wanted, onChange }: { wanted: Wanted; onChange: (wanted: Wanted) => void }) {
  return (
    <div className="filters" role="search">
      <TextField
        label="Search by name or number" type="search" value={wanted.text}
        onChange={(text) => onChange({ ...wanted, text })}
      />
      <Select
        label="Language" value={wanted.language} onChange={(language) => onChange({ ...wanted, language })}
        options={[["", "All languages"], ...Object.entries(languages)]}
      />
      <Select
        label="State" value={wanted.state} onChange={(state) => onChange({ ...wanted, state })}
        options={[["", "All states"], ["ACTIVE", "Active"], ["PAUSED", "Paused"]]}
      />
    </div>
  );
}

function columns(user: User, onDelete: (agent: Agent) => void): Column<Agent>[] {
  const shown: Column<Agent>[] = [
    { title: "Name", cell: (agent) => <Link to={`/agents/${agent.agentId}`} className="strong">{agent.name ?? ""}</Link> },
    { title: "Language", cell: (agent) => languages[agent.language ?? ""] ?? agent.language },
    { title: "State", cell: (agent) => <AgentState agent={agent} /> },
    { title: "Phone number", isWhole: true, cell: (agent) => agent.phoneNumber
      ? phone(agent.phoneNumber) : <span className="faint">None</span> },
    { title: "Updated", isWhole: true, cell: (agent) => time(agent.updateTime) },
  ];
  if (!mayWrite(user)) return shown;
  return [...shown, {
    title: "Actions", isHidden: true,
    cell: (agent) => (
      <div className="row-actions">
        <Link to={`/agents/${agent.agentId}`} className="button quiet">Edit<span className="unseen"> {agent.name}</span></Link>
        <Button kind="quiet" label={`Delete ${agent.name}`} onClick={() => onDelete(agent)}>Delete</Button>
      </div>
    ),
  }];
}

function List({ agents, user, onDelete }: { agents: Agent[]; user: User; onDelete: (agent: Agent) => void }) {
  if (agents.length === 0) {
    return <Empty title="No agent matches">Try another word, or another language or state.</Empty>;
  }
  return (
    <Table caption="Agents" columns={columns(user, onDelete)} rows={agents} rowKey={(agent) => agent.agentId ?? ""} />
  );
}

/** Whether an agent takes calls, and whether something waits to be published. */
export function AgentState({ agent }: { agent: Agent }) {
  return (
    <span className="badges">
      <Badge kind={agent.state === "ACTIVE" ? "good" : "idle"}>{agent.state === "ACTIVE" ? "Active" : "Paused"}</Badge>
      {agent.hasDraftChanges && <Badge kind="warn">Unpublished changes</Badge>}
    </span>
  );
}

function Delete({ agent, onDone, onClose }: { agent: Agent; onDone: () => void; onClose: () => void }) {
  const deleting = useAction(async () => {
    await deleted(api.agents.deleteAgent({ agentId: agent.agentId ?? "" }));
    announce(`${agent.name} was deleted`);
    onDone();
  });
  return (
    <Confirm
      title={`Delete ${agent.name}?`} verb="Delete agent" isBusy={deleting.isBusy} error={deleting.error}
      onConfirm={() => void deleting.run()} onClose={onClose}
    >
      <p>It places and takes no more calls, and its phone number becomes free. Its past calls stay readable.</p>
    </Confirm>
  );
}
