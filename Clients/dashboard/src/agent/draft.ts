/** An agent as its form holds it, and what of it has to be sent. */

import type { Agent, FieldViolation, LanguageSettings, TemplateVariable } from "../../../typescript/index";
import { seconds } from "../format";
import { mapOf, nameFaults, pairsOf } from "./pairs";
import type { Pair } from "./pairs";
import { changedSettings, modelDraft, modelOf } from "./model-draft";
import type { ModelDraft } from "./model-draft";
import { toolDraft, toolFaults, toolOf } from "./tool-draft";
import type { ToolDraft } from "./tool-draft";
import { turnsDraft, turnsOf } from "./turns-draft";
import type { TurnsDraft } from "./turns-draft";

/** The form of an agent. */
export interface Draft {
  name: string;
  language: string;
  voiceId: string;
  fallbackVoiceIds: string[];
  model: ModelDraft;
  purpose: NonNullable<Agent["purpose"]>;
  callTemplateIds: string[];
  systemPrompt: string;
  greeting: string;
  farewell: string;
  firstSpeaker: NonNullable<Agent["firstSpeaker"]>;
  /** What is different in calls of another language, by its code. */
  languageSettings: Record<string, LanguageSettings>;
  recordingEnabled: boolean;
  recordingConsent: NonNullable<Agent["recordingConsent"]>;
  mayEndCall: boolean;
  /** Minutes, as they are typed; empty for the server's own limit. */
  maxMinutes: string;
  phoneNumber: string;
  state: NonNullable<Agent["state"]>;
  publishing: NonNullable<Agent["publishing"]>;
  variables: TemplateVariable[];
  tools: ToolDraft[];
  turns: TurnsDraft;
  labels: Pair[];
  webhookUrl: string;
}

/** The form of an agent; without one, that of a new agent, whose calls are recorded unless somebody says no. */
export function draftOf(agent: Agent = {}): Draft {
  return {
    name: agent.name ?? "",
    language: agent.language ?? "hi",
    voiceId: agent.voiceId ?? "",
    fallbackVoiceIds: agent.fallbackVoiceIds ?? [],
    model: modelDraft(agent.model),
    purpose: agent.purpose ?? "CALL_PURPOSE_UNSPECIFIED",
    callTemplateIds: agent.callTemplateIds ?? [],
    systemPrompt: agent.systemPrompt ?? "",
    greeting: agent.greeting ?? "",
    farewell: agent.farewell ?? "",
    firstSpeaker: agent.firstSpeaker ?? "AGENT",
    languageSettings: agent.languageSettings ?? {},
    recordingEnabled: agent.recordingEnabled ?? agent.agentId === undefined,
    recordingConsent: agent.recordingConsent ?? "NOTICE",
    mayEndCall: agent.mayEndCall ?? false,
    maxMinutes: agent.maxDuration ? String(Math.round(seconds(agent.maxDuration) / 0.6) / 100) : "",
    phoneNumber: agent.phoneNumber ?? "",
    state: agent.state ?? "ACTIVE",
    publishing: agent.publishing ?? "AUTOMATIC",
    variables: agent.variables ?? [],
    tools: (agent.tools ?? []).map(toolDraft),
    turns: turnsDraft(agent.turnTaking),
    labels: pairsOf(agent.labels),
    webhookUrl: agent.webhookUrl ?? "",
  };
}

/** The message of a form. What is no number is sent as it is, for the server to say so. */
export function agentOf({ maxMinutes, model, tools, turns, labels, languageSettings, ...draft }: Draft): Agent {
  const turnTaking = turnsOf(turns);
  return {
    ...draft, model: modelOf(model), tools: tools.map(toolOf), labels: mapOf(labels), webhookUrl: draft.webhookUrl.trim(),
    languageSettings: Object.fromEntries(Object.entries(languageSettings).filter(([, each]) => saysSomething(each))),
    ...(turnTaking ? { turnTaking } : {}),
    ...(maxMinutes.trim() === "" ? {} : { maxDuration: `${Math.round(Number(maxMinutes) * 60)}s` }),
  };
}

function saysSomething({ voiceId, greeting, farewell, fallbackVoiceIds = [] }: LanguageSettings): boolean {
  return Boolean(voiceId || greeting || farewell || fallbackVoiceIds.length > 0);
}

/** The fields that two forms say something else of, by their names in the API. */
export function changedFields(before: Draft, after: Draft): string[] {
  const [old, next] = [agentOf(before), agentOf(after)];
  return ([...new Set([...Object.keys(old), ...Object.keys(next)])] as (keyof Agent)[])
    .filter((field) => JSON.stringify(old[field]) !== JSON.stringify(next[field]))
    .flatMap((field) => (field === "model" ? changedSettings(old.model, next.model) : field));
}

/** What is wrong with a form that its message could not even say, by the paths of a request. */
export function draftFaults({ labels, tools }: Draft): FieldViolation[] {
  return [
    ...nameFaults(labels, "agent.labels", /^[A-Za-z0-9_.-]{1,63}$/, "a label has 1 to 63 letters, digits, dots, _ and -"),
    ...tools.flatMap((tool, index) => toolFaults(tool, `agent.tools[${index}]`)),
  ];
}

/** The names in double braces that the texts use and no variable has. */
export function unknownVariables(draft: Draft): string[] {
  const known = new Set(draft.variables.map((variable) => variable.name));
  const languages = Object.values(draft.languageSettings).flatMap(({ greeting = "", farewell = "" }) => [greeting, farewell]);
  const used = [draft.systemPrompt, draft.greeting, draft.farewell, draft.turns.idleMessage, ...languages]
    .flatMap((text) => [...text.matchAll(/\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g)])
    .map((match) => match[1] ?? "");
  return [...new Set(used)].filter((name) => !known.has(name));
}
