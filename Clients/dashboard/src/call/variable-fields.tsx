import type { TemplateVariable } from "../../../typescript/index";
import { Card } from "../parts/card";
import { Select, TextField } from "../parts/field";

/** What an agent's prompt may be told for one call; nothing where it has no variables. */
export function VariableFields({ variables, values, onChange, errors }: {
  variables: TemplateVariable[]; values: Record<string, string>; errors: Record<string, string>;
  onChange: (values: Record<string, string>) => void;
}) {
  if (variables.length === 0) return null;
  return (
    <Card title="What the agent should know">
      {variables.map((variable) => (
        <VariableField
          key={variable.name ?? ""} variable={variable} value={values[variable.name ?? ""] ?? ""}
          error={errors[`variables.${variable.name}`]}
          onChange={(value) => onChange({ ...values, [variable.name ?? ""]: value })}
        />
      ))}
      {errors["variables"] && <p className="error" role="alert">{errors["variables"]}</p>}
    </Card>
  );
}

/** The values that were given, of variables that there are. */
export function givenValues(variables: TemplateVariable[], values: Record<string, string>): Record<string, string> {
  const given = variables.map(({ name = "" }) => [name, values[name] ?? ""] as const).filter(([, value]) => value);
  return Object.fromEntries(given);
}

function VariableField({ variable, value, error, onChange }: {
  variable: TemplateVariable; value: string; error: string | undefined; onChange: (value: string) => void;
}) {
  const { name = "", type = "STRING", required = false, defaultValue, description } = variable;
  const hint = [description, defaultValue && `“${defaultValue}” when empty.`].filter(Boolean).join(" ");
  if (type === "BOOLEAN") {
    return (
      <Select
        label={name} value={value} onChange={onChange} hint={hint} error={error} isRequired={required}
        options={[["", defaultValue ? "Default" : "Not said"], ["true", "Yes"], ["false", "No"]]}
      />
    );
  }
  return (
    <TextField
      label={name} value={value} onChange={onChange} hint={hint} error={error} isRequired={required}
      type={type === "DATE" ? "date" : "text"} {...(type === "NUMBER" ? { inputMode: "decimal" } : {})}
    />
  );
}
