import type { Agent } from "../../typescript/index";
import { api } from "./api";
import { useAll } from "./loaded";

/** The merchant's agents by name; the deleted ones too where calls of theirs are shown. */
export function useAgents(withDeleted = false) {
  return useAll<Agent>(async (pageToken, signal) => {
    const page = await api.agents.listAgents({ pageToken, orderBy: "name", showDeleted: withDeleted }, { signal });
    return { items: page.agents ?? [], next: page.nextPageToken };
  }, [withDeleted]);
}

/** What an agent is called, by its id. */
export function agentName(agents: Agent[] | undefined, id: string | undefined): string {
  return agents?.find((agent) => agent.agentId === id)?.name ?? "Unknown agent";
}
