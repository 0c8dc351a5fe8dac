/** A tool's parameters as rows of a form: from JSON Schema and back, with nothing lost that no row shows. */

import type { JSONValue } from "../../../typescript/index";

/** A JSON object. */
export type Json = { [key: string]: JSONValue };

/** What a value is, as far as rows can say; `OTHER` is what only the schema says. */
export type Kind = "TEXT" | "CHOICE" | "INTEGER" | "NUMBER" | "BOOLEAN" | "OTHER";

/** What a parameter's value may be. */
interface Range {
  kind: Kind;
  /** The values of a CHOICE as they are typed, with commas between them. */
  choices: string;
  /** What else its schema says. */
  schema: Json;
}

/** One parameter. */
export interface Parameter extends Range {
  name: string;
  description: string;
  isRequired: boolean;
  /** What its value might be at first; choosing that kind again brings it back. */
  first: Range;
}

/** All parameters. */
export interface Parameters {
  rows: Parameter[];
  /** What else the schema says of them together. */
  rest: Json;
}

const types: Record<Exclude<Kind, "OTHER">, string> = {
  TEXT: "string", CHOICE: "string", INTEGER: "integer", NUMBER: "number", BOOLEAN: "boolean",
};

const anyText: Range = { kind: "TEXT", choices: "", schema: { type: "string" } };

/** The row of a parameter that is still to be described. */
export const newParameter: Parameter = { name: "", description: "", isRequired: true, first: anyText, ...anyText };

function isObject(value: JSONValue | undefined): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(choices: string): string[] {
  return choices.split(",").map((each) => each.trim()).filter(Boolean);
}

/** Choices as the field for them has them; undefined for those that would not come back from there as they are. */
function choicesOf(values: JSONValue): string | undefined {
  if (!Array.isArray(values)) return undefined;
  const text = values.join(", ");
  return JSON.stringify(listOf(text)) === JSON.stringify(values) ? text : undefined;
}

function rangeOf(schema: Json): Range {
  const { enum: values, ...plain } = schema;
  if (values !== undefined) {
    const choices = schema["type"] === "string" ? choicesOf(values) : undefined;
    return choices === undefined ? { kind: "OTHER", choices: "", schema } : { kind: "CHOICE", choices, schema: plain };
  }
  const known = (Object.keys(types) as (keyof typeof types)[]).find((kind) => types[kind] === schema["type"]);
  return { kind: known ?? "OTHER", choices: "", schema };
}

function rowOf(name: string, property: Json, isRequired: boolean): Parameter {
  const { description, ...schema } = property;
  const isTold = typeof description === "string";
  const first = rangeOf(isTold ? schema : property);
  return { name, description: isTold ? description : "", isRequired, first, ...first };
}

/** The rows of a schema; undefined where rows cannot show it. */
export function parametersOf(schema: Json): Parameters | undefined {
  const { properties = {}, required = [], ...rest } = schema;
  if (!isObject(properties) || !Array.isArray(required)) return undefined;
  const rows: Parameter[] = [];
  for (const [name, property] of Object.entries(properties)) {
    if (!isObject(property)) return undefined;
    rows.push(rowOf(name, property, required.includes(name)));
  }
  return required.every((name) => rows.some((row) => row.name === name)) ? { rows, rest } : undefined;
}

/** The schema that rows come to; undefined where there is nothing to say. */
export function schemaOf({ rows, rest }: Parameters): Json | undefined {
  if (rows.length === 0 && Object.keys(rest).length === 0) return undefined;
  const required = rows.filter((row) => row.isRequired).map((row) => row.name);
  return {
    type: "object", ...rest,
    properties: Object.fromEntries(rows.map((row) => [row.name, propertyOf(row)])),
    ...(required.length > 0 ? { required } : {}),
  };
}

function propertyOf({ kind, description, choices, schema }: Parameter): Json {
  return {
    ...schema, ...(description ? { description } : {}), ...(kind === "CHOICE" ? { enum: listOf(choices) } : {}),
  };
}

/** A parameter of another kind: what its schema said of the kind before holds no more. */
export function ofKind(row: Parameter, kind: Kind): Parameter {
  if (kind === row.first.kind) return { ...row, ...row.first };
  return kind === "OTHER" ? row : { ...row, kind, choices: "", schema: { type: types[kind] } };
}

/** What a parameter's schema says besides what its row shows. */
export function unshown({ kind, schema }: Parameter): string[] {
  return kind === "OTHER" ? [] : Object.keys(schema).filter((key) => key !== "type");
}

/** The object that a text is as JSON; undefined for every other text. */
export function parsed(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as JSONValue;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A schema to read and to write. */
export function written(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
