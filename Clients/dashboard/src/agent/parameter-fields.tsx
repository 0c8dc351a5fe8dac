import { useState } from "react";
import { Button } from "../parts/button";
import { Checkbox, Select, TextArea, TextField } from "../parts/field";
import { newParameter, ofKind, parametersOf, parsed, schemaOf, unshown, written } from "./schema";
import type { Kind, Parameter } from "./schema";
import type { ToolProps } from "./tool-form";

const kinds = [
  ["TEXT", "Text"], ["CHOICE", "One of a few texts"], ["INTEGER", "Whole number"], ["NUMBER", "Number"], ["BOOLEAN", "Yes or no"],
] as const;
const other = [...kinds, ["OTHER", "As the JSON Schema says"]] as const;

/** What one begins to write a schema from. */
const empty = { type: "object", properties: {} };

/** What a tool's user, the model, has to give: as rows, or as the JSON Schema that says more than rows can. */
export function ParameterFields(props: ToolProps) {
  return (
    <fieldset className="group">
      <legend>What the agent gives</legend>
      <p className="hint">What it asks the caller for, or knows already, and your server needs: an order’s number, a day.</p>
      {props.tool.schemaText === undefined ? <Rows {...props} /> : <SchemaText {...props} text={props.tool.schemaText} />}
    </fieldset>
  );
}

function Rows({ tool, at, errors, onChange }: ToolProps) {
  const { rows, rest } = tool.parameters;
  const put = (next: Parameter[]) => onChange({ ...tool, parameters: { rows: next, rest } });
  const overall = overallErrors(errors, `${at}.parameters`, rows);
  return (
    <>
      {rows.map((row, index) => (
        <Row
          key={index} row={row} errors={rowErrors(errors, `${at}.parameters`, row.name, index)}
          onChange={(next) => put(rows.map((each, place) => (place === index ? next : each)))}
          onRemove={() => put(rows.filter((_, place) => place !== index))}
        />
      ))}
      {overall && <p className="error">{overall}</p>}
      <div className="actions">
        <Button onClick={() => put([...rows, newParameter])}>Add parameter</Button>
        <Button
          kind="quiet" isDisabled={hasTwins(rows)}
          onClick={() => onChange({ ...tool, schemaText: written(schemaOf(tool.parameters) ?? empty) })}
        >
          Advanced: JSON Schema
        </Button>
      </div>
    </>
  );
}

/** Whether two rows have one name, of which a schema would have the later only. */
function hasTwins(rows: Parameter[]): boolean {
  return new Set(rows.map((row) => row.name)).size < rows.length;
}

function Row({ row, errors, onChange, onRemove }: {
  row: Parameter; errors: RowErrors; onChange: (next: Parameter) => void; onRemove: () => void;
}) {
  const more = unshown(row);
  return (
    <div className="parameter" role="group" aria-label={`Parameter ${row.name || "without a name"}`}>
      <div className="variable">
        <TextField
          label="Parameter’s name" value={row.name} onChange={(name) => onChange({ ...row, name })} error={errors.name}
          isRequired
        />
        <Select
          label="Kind of value" value={row.kind} onChange={(kind) => onChange(ofKind(row, kind as Kind))} error={errors.kind}
          isRequired options={row.first.kind === "OTHER" ? other : kinds}
        />
        {row.kind === "CHOICE" && (
          <TextField
            label="Choices" value={row.choices} onChange={(choices) => onChange({ ...row, choices })} error={errors.choices}
            placeholder="today, tomorrow" isRequired
          />
        )}
      </div>
      <div className="variable">
        <TextField
          label="What it means" value={row.description} onChange={(description) => onChange({ ...row, description })}
          error={errors.description}
        />
        <Checkbox
          label="Must be given" isChecked={row.isRequired} onChange={(isRequired) => onChange({ ...row, isRequired })}
        />
        <Button kind="quiet" onClick={onRemove} label={`Remove parameter ${row.name}`}>Remove</Button>
      </div>
      {more.length > 0 && <p className="hint">The JSON Schema says more of it: {more.join(", ")}.</p>}
    </div>
  );
}

/** What is wrong with the fields of a row. */
type RowErrors = Record<"name" | "kind" | "choices" | "description", string | undefined>;

function rowErrors(errors: Record<string, string>, at: string, name: string, index: number): RowErrors {
  const path = `${at}.properties.${name}`;
  const known = [`${path}.enum`, `${path}.description`];
  const deeper = Object.keys(errors).find((field) => isWithin(field, path) && !known.includes(field));
  return {
    name: errors[`${at}[${index}].name`], kind: deeper && errors[deeper], choices: errors[`${path}.enum`],
    description: errors[`${path}.description`],
  };
}

/** What is wrong with parameters and belongs to no row. */
function overallErrors(errors: Record<string, string>, at: string, rows: Parameter[]): string {
  return Object.keys(errors)
    .filter((field) => field === at || (field.startsWith(`${at}.`)
      && !rows.some((row) => isWithin(field, `${at}.properties.${row.name}`))))
    .map((field) => errors[field]).join(" ");
}

function isWithin(field: string, path: string): boolean {
  return field === path || field.startsWith(`${path}.`);
}

function SchemaText({ tool, at, errors, onChange, text }: ToolProps & { text: string }) {
  const [isRefused, setRefused] = useState(false);
  const toRows = () => {
    const parameters = parametersOf(parsed(text || "{}") ?? { properties: [] });
    setRefused(!parameters);
    if (parameters) onChange({ ...tool, parameters, schemaText: undefined });
  };
  const path = `${at}.parameters`;
  const problems = Object.keys(errors).filter((field) => isWithin(field, path))
    .map((field) => [field.slice(path.length + 1), errors[field]].filter(Boolean).join(": "));
  const refusal = isRefused ? "Rows cannot show this. Mend it, or leave it as it is here." : "";
  return (
    <>
      <TextArea
        label="Parameters as JSON Schema" value={text} rows={12} isCode error={[...problems, refusal].filter(Boolean).join(" ")}
        onChange={(schemaText) => {
          setRefused(false);
          onChange({ ...tool, schemaText });
        }}
        hint="Of type object; at most 16 KiB, 8 levels deep. Empty for a tool that needs nothing."
      />
      <div className="actions"><Button kind="quiet" onClick={toRows}>Back to rows</Button></div>
    </>
  );
}
