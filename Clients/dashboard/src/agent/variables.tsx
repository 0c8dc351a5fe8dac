import type { TemplateVariable } from "../../../typescript/index";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Checkbox, Select, TextField } from "../parts/field";
import type { FieldsProps } from "./agent-fields";

const types = [["STRING", "Text"], ["NUMBER", "Number"], ["BOOLEAN", "Yes or no"], ["DATE", "Date"]] as const;

/** The variables of the texts: what a call fills in. */
export function Variables({ draft, set, errors }: FieldsProps) {
  const { variables } = draft;
  const put = (index: number, next: TemplateVariable) =>
    set({ variables: variables.map((each, at) => (at === index ? next : each)) });
  return (
    <Card
      title="Variables"
      hint={(
        <>
          Facts that each call brings, such as an order’s number. Use them in the texts above
          as <code>{"{{order_id}}"}</code>.
        </>
      )}
      actions={<Button onClick={() => set({ variables: [...variables, { name: "", type: "STRING" }] })}>Add variable</Button>}
    >
      {variables.length === 0 && <p className="faint">None. Every call is the same.</p>}
      {variables.map((variable, index) => (
        <Variable
          key={index} variable={variable} at={`variables[${index}]`} errors={errors}
          onChange={(next) => put(index, next)}
          onRemove={() => set({ variables: variables.filter((_, at) => at !== index) })}
        />
      ))}
      {errors["variables"] && <p className="error">{errors["variables"]}</p>}
    </Card>
  );
}

function Variable({ variable, at, errors, onChange, onRemove }: {
  variable: TemplateVariable; at: string; errors: Record<string, string>;
  onChange: (next: TemplateVariable) => void; onRemove: () => void;
}) {
  // No default and an empty one are different things to the server.
  const { defaultValue, ...plain } = variable;
  return (
    <div className="parameter" role="group" aria-label={`Variable ${variable.name || "without a name"}`}>
      <div className="variable">
        <TextField
          label="Variable name" value={variable.name ?? ""} onChange={(name) => onChange({ ...variable, name })}
          error={errors[`${at}.name`]} isRequired
        />
        <Select
          label="Type" value={variable.type ?? "STRING"} options={types} isRequired error={errors[`${at}.type`]}
          onChange={(type) => onChange({ ...variable, type: type as NonNullable<TemplateVariable["type"]> })}
        />
        <TextField
          label="Default value" value={defaultValue ?? ""} isDisabled={variable.required ?? false}
          onChange={(text) => onChange(text ? { ...plain, defaultValue: text } : plain)}
          error={errors[`${at}.defaultValue`]}
        />
        <Checkbox
          label="Every call must give it" isChecked={variable.required ?? false}
          onChange={(required) => onChange({ ...(required ? plain : variable), required })}
        />
        <Button kind="quiet" onClick={onRemove} label={`Remove variable ${variable.name ?? ""}`}>Remove</Button>
      </div>
      <TextField
        label="What it is for" value={variable.description ?? ""} error={errors[`${at}.description`]}
        onChange={(description) => onChange({ ...variable, description })} hint="Shown to who places a call."
      />
    </div>
  );
}
