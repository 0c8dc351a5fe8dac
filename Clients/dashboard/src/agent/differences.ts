/** What two configurations of an agent say differently. */

import type { Agent } from "../../../typescript/index";
import { engines, languages, purposes } from "../names";
import { fieldName } from "../words";

/** One setting, with the lines that were there before and those that are there after. */
export interface Difference {
  name: string;
  before: string[];
  after: string[];
}

/** What is of no version: of the agent itself, or about the version. */
const apart = ["agentId", "etag", "createTime", "updateTime", "publishedVersion", "hasDraftChanges"];

/** A value as a reader of the form knows it, in lines. */
function linesOf(path: string, value: unknown): string[] {
  if (typeof value === "boolean") return [value ? "Yes" : "No"];
  if (typeof value !== "string") return JSON.stringify(value, null, 2).split("\n");
  const words: Record<string, string | undefined> = {
    purpose: purposes[value as keyof typeof purposes], language: languages[value],
    "model.engine": engines[value as keyof typeof engines]?.name,
  };
  return (words[path] ?? value).split("\n");
}

/** Each setting by its path; what is empty is not set. Lists, such as tools, are compared as a whole. */
function settings(value: unknown, path: string, into: Map<string, string[]>): void {
  if (value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    into.set(path, linesOf(path, value));
    return;
  }
  for (const [name, part] of Object.entries(value)) settings(part, path ? `${path}.${name}` : name, into);
}

/** Both without the lines that they begin and end with alike. */
function apartFromSame(before: string[], after: string[]): [string[], string[]] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return [before.slice(start, before.length - end), after.slice(start, after.length - end)];
}

/** What differs from one configuration to the next, in the order in which they have it. */
export function differences(from: Agent, to: Agent): Difference[] {
  const [old, next] = [new Map<string, string[]>(), new Map<string, string[]>()];
  settings(from, "", old);
  settings(to, "", next);
  return [...new Set([...next.keys(), ...old.keys()])]
    .filter((path) => !apart.includes(path))
    .map((path) => {
      const [before, after] = apartFromSame(old.get(path) ?? [], next.get(path) ?? []);
      return { name: fieldName(`agent.${path}`), before, after };
    })
    .filter(({ before, after }) => before.length + after.length > 0);
}
