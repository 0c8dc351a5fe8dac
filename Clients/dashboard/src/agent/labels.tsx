import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { TextField } from "../parts/field";
import type { FieldsProps } from "./agent-fields";
import type { Pair } from "./pairs";

/** The merchant's own words for an agent. */
export function Labels({ draft, set, errors }: FieldsProps) {
  const { labels } = draft;
  const put = (index: number, changes: Partial<Pair>) =>
    set({ labels: labels.map((each, at) => (at === index ? { ...each, ...changes } : each)) });
  return (
    <Card
      title="Labels" hint="Words of your own, such as team and returns, by which your programs find agents."
      actions={<Button onClick={() => set({ labels: [...labels, { name: "", value: "" }] })}>Add label</Button>}
    >
      {labels.length === 0 && <p className="faint">None.</p>}
      {labels.map(({ name, value }, index) => (
        <div key={index} className="variable" role="group" aria-label={`Label ${name || "without a name"}`}>
          <TextField
            label="Label" value={name} onChange={(next) => put(index, { name: next })} error={errors[`labels[${index}].name`]}
            isRequired
          />
          <TextField
            label="Its value" value={value} onChange={(next) => put(index, { value: next })} error={errors[`labels.${name}`]}
          />
          <Button
            kind="quiet" label={`Remove label ${name}`}
            onClick={() => set({ labels: labels.filter((_, at) => at !== index) })}
          >
            Remove
          </Button>
        </div>
      ))}
      {errors["labels"] && <p className="error">{errors["labels"]}</p>}
    </Card>
  );
}
