/** An agent as its form holds it, and what of it has to be sent. */

import type { Agent, ModelSettings, TemplateVariable } from "../../../typescript/index";
import { seconds } from "../format";

/** The form of an agent. */
export interface Draft {
  name: string;
  language: string;
  voiceId: string;
  engine: NonNullable<ModelSettings["engine"]>;
  purpose: NonNullable<Agent["purpose"]>;
  systemPrompt: string;
  greeting: string;
  farewell: string;
  firstSpeaker: NonNullable<Agent["firstSpeaker"]>;
  recordingEnabled: boolean;
  mayEndCall: boolean;
  /** Minutes, as they are typed; empty for the server's own limit. */
  maxMinutes: string;
  phoneNumber: string;
  state: NonNullable<Agent["state"]>;
  publishing: NonNullable<Agent["publishing"]>;
  variables: TemplateVariable[];
}

/** The form of an agent; without one, that of a new agent, whose calls are recorded unless somebody says no. */
export function draftOf(agent: Agent = {}): Draft {
  return {
    name: agent.name ?? "",
    language: agent.language ?? "hi",
    voiceId: agent.voiceId ?? "",
    engine: agent.model?.engine ?? "ENGINE_UNSPECIFIED",
    purpose: agent.purpose ?? "CALL_PURPOSE_UNSPECIFIED",
    systemPrompt: agent.systemPrompt ?? "",
    greeting: agent.greeting ?? "",
    farewell: agent.farewell ?? "",
    firstSpeaker: agent.firstSpeaker ?? "AGENT",
    recordingEnabled: agent.recordingEnabled ?? agent.agentId === undefined,
    mayEndCall: agent.mayEndCall ?? false,
    maxMinutes: agent.maxDuration ? String(Math.round(seconds(agent.maxDuration) / 0.6) / 100) : "",
    phoneNumber: agent.phoneNumber ?? "",
    state: agent.state ?? "ACTIVE",
    publishing: agent.publishing ?? "AUTOMATIC",
    variables: agent.variables ?? [],
  };
}

/** The message of a form. What is no number is sent as it is, for the server to say so. */
export function agentOf({ maxMinutes, engine, ...draft }: Draft): Agent {
  const agent = { ...draft, model: { engine } };
  return maxMinutes.trim() === "" ? agent : { ...agent, maxDuration: `${Math.round(Number(maxMinutes) * 60)}s` };
}

const fieldNames: Partial<Record<keyof Draft, string>> = { maxMinutes: "maxDuration", engine: "model.engine" };

/** The fields in which two forms differ, by their names in the API. */
export function changedFields(before: Draft, after: Draft): string[] {
  return (Object.keys(after) as (keyof Draft)[])
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map((key) => fieldNames[key] ?? key);
}

/** The names in double braces that the texts use and no variable has. */
export function unknownVariables(draft: Draft): string[] {
  const known = new Set(draft.variables.map((variable) => variable.name));
  const used = [draft.systemPrompt, draft.greeting, draft.farewell]
    .flatMap((text) => [...text.matchAll(/\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g)])
    .map((match) => match[1] ?? "");
  return [...new Set(used)].filter((name) => !known.has(name));
}
