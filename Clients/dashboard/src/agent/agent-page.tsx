import type { Agent, User } from "../../../typescript/index";
import { api } from "../api";
import { useLoaded } from "../loaded";
import { mayWrite } from "../names";
import { AgentState } from "../pages/agents";
import { Await } from "../parts/await";
import { Link } from "../parts/link";
import { Page } from "../parts/page";
import { Tabs } from "../parts/tabs";
import { Talk } from "../talk/talk";
import { EditAgent } from "./edit-agent";
import { Knowledge } from "./knowledge";
import { Versions } from "./versions";

const parts = [["", "Configuration"], ["knowledge", "Knowledge"], ["talk", "Talk"], ["versions", "Versions"]] as const;

/** One agent: its configuration, what it knows, how it talks, and its versions. */
export function AgentPage({ agentId, part, user }: { agentId: string; part: string; user: User }) {
  const agent = useLoaded((signal) => api.agents.getAgent({ agentId }, { signal }), [agentId]);
  const isActive = agent.value?.state === "ACTIVE";
  return (
    <Page
      title={agent.value?.name ?? "Agent"} back={{ to: "/agents", label: "Agents" }}
      actions={isActive && mayWrite(user)
        && <Link to={`/calls/new?agent=${agentId}`} className="button plain">Place a call</Link>}
    >
      {agent.value && <AgentState agent={agent.value} />}
      <Tabs label="Agent" base={`/agents/${agentId}`} parts={parts} part={part} />
      <Await of={agent} lines={8}>
        {(value: Agent) => {
          if (part === "knowledge") return <Knowledge agentId={agentId} user={user} />;
          if (part === "talk") return <Talk agent={value} user={user} />;
          if (part === "versions") return <Versions agent={value} user={user} onChange={agent.reload} />;
          return <EditAgent agent={value} user={user} onSave={agent.set} onReload={agent.reload} />;
        }}
      </Await>
    </Page>
  );
}
