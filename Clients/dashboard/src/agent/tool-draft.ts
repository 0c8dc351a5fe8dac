/** A tool as its form holds it. */

import type { FieldViolation, Tool } from "../../../typescript/index";
import { seconds } from "../format";
import { mapOf, nameFaults } from "./pairs";
import type { Pair } from "./pairs";
import { parametersOf, parsed, schemaOf, written } from "./schema";
import type { Parameters } from "./schema";

/** A header of a tool's requests; the value of a secret one is the secret's name. */
export interface HeaderDraft extends Pair {
  isSecret: boolean;
}

/** The form of a tool. */
export interface ToolDraft {
  /** Tells it from the others while they come and go. */
  id: number;
  name: string;
  description: string;
  url: string;
  /** Seconds, as they are typed; empty for the server's own limit. */
  timeout: string;
  headers: HeaderDraft[];
  parameters: Parameters;
  /** The parameters' schema while it is written as a text, which then holds instead of the rows. */
  schemaText: string | undefined;
}

/** The form of the tool at a place in its list. */
export function toolDraft(tool: Tool, id: number): ToolDraft {
  const parameters = parametersOf(tool.parameters ?? {});
  const headers = (of: Record<string, string> | undefined, isSecret: boolean) =>
    Object.entries(of ?? {}).map(([name, value]) => ({ name, value, isSecret }));
  return {
    id,
    name: tool.name ?? "",
    description: tool.description ?? "",
    url: tool.url ?? "",
    timeout: tool.timeout ? String(seconds(tool.timeout)) : "",
    headers: [...headers(tool.headers, false), ...headers(tool.secretHeaders, true)],
    parameters: parameters ?? { rows: [], rest: {} },
    schemaText: parameters ? undefined : written(tool.parameters),
  };
}

/** The message of a form. */
export function toolOf({ name, description, url, timeout, headers, ...draft }: ToolDraft): Tool {
  const text = draft.schemaText;
  // What is no JSON is not sent (toolFaults), but is a change.
  const parameters = text === undefined ? schemaOf(draft.parameters) : text.trim() ? parsed(text) ?? {} : undefined;
  return {
    name, description, url: url.trim(), headers: mapOf(headers.filter((each) => !each.isSecret)),
    secretHeaders: mapOf(headers.filter((each) => each.isSecret)),
    ...(parameters ? { parameters } : {}),
    ...(timeout.trim() ? { timeout: `${timeout.trim()}s` } : {}),
  };
}

/** The host of a tool's address; empty where it is none yet. */
export function hostOf(url: string): string {
  return /^https?:\/\/([^/?#:]+)/i.exec(url.trim())?.[1] ?? "";
}

/** What is wrong with a form that its message could not even say. */
export function toolFaults({ headers, parameters, schemaText }: ToolDraft, at: string): FieldViolation[] {
  const header = /^[A-Za-z0-9_-]{1,64}$/;
  const faults = [
    ...nameFaults(headers, `${at}.headers`, header, "a header’s name has 1 to 64 letters, digits, _ and -"),
    ...headers.filter((each) => each.isSecret && !each.value)
      .map(({ name }) => ({ field: `${at}.secretHeaders.${name}`, description: "needs a secret: choose one, or add one" })),
  ];
  if (schemaText === undefined) return [...faults, ...nameFaults(parameters.rows, `${at}.parameters`, /./, "needs a name")];
  if (schemaText.trim() === "" || parsed(schemaText)) return faults;
  return [...faults, { field: `${at}.parameters`, description: "is no JSON object: look for a missing comma, quote or bracket" }];
}
