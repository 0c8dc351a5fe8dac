import type { Call } from "../../../typescript/index";
import { api } from "../api";
import { milliseconds } from "../format";
import { useLoaded } from "../loaded";
import { builtInTools } from "../names";
import { Card } from "../parts/card";

/** What the agent carried out in a call; nothing when there is nothing. */
export function ToolUses({ call }: { call: Call }) {
  const uses = call.toolExecutions ?? [];
  const builtIn = useBuiltIn(call);
  if (uses.length === 0) return null;
  return (
    <Card title="What the agent did">
      <ul className="plain-list">
        {uses.map(({ toolCallId, tool = "", duration, succeeded, failure }) => (
          <li key={toolCallId}>
            {builtIn.has(tool) ? builtInTools[tool] : <code>{tool}</code>}
            {succeeded ? ", in " : ", failed after "}{milliseconds(duration)}{!succeeded && `: ${failure}`}
          </li>
        ))}
      </ul>
    </Card>
  );
}

/**
 * The tools of a call that were the server's own. A merchant's tool takes the place of one of that name, so the
 * version that held the call is asked, where a name leaves it open; until it has answered, none is the server's.
 */
function useBuiltIn({ agentId = "", agentVersion: version = 0, toolExecutions = [] }: Call): Set<string> {
  const named = [...new Set(toolExecutions.map((use) => use.tool ?? ""))].filter((tool) => Object.hasOwn(builtInTools, tool));
  const own = useLoaded(async (signal) => {
    if (named.length === 0) return undefined;
    const { agent } = await api.agents.getAgentVersion({ agentId, version }, { signal });
    return (agent?.tools ?? []).map((tool) => tool.name ?? "");
  }, [agentId, version, named.join()]);
  return new Set(own.value ? named.filter((tool) => !own.value?.includes(tool)) : []);
}
