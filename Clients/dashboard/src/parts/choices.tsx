import type { Node } from "react";
import { Button } from "./button";

/** Things that are chosen one behind the other; each can be changed or taken out, and more put behind. */
export function Choices({ legend, hint, name, behind = "", values, most, error, onChange, children }: {
  legend: string; hint: Node; name: string; behind?: string; values: string[]; most: number; error: string | undefined;
  onChange: (values: string[]) => void;
  children: (label: string, value: string, index: number, onChange: (value: string) => void) => Node;
}) {
  const label = (index: number) => `${name} ${index + 1}${behind}`;
  const lower = name.charAt(0).toLowerCase() + name.slice(1);
  return (
    <fieldset className="group">
      <legend>{legend}</legend>
      <p className="hint">{hint}</p>
      {values.map((value, index) => (
        <div key={index} className="variable" role="group" aria-label={label(index)}>
          {children(label(index), value, index, (next) => onChange(values.map((each, place) => (place === index ? next : each))))}
          <Button
            kind="quiet" label={`Remove ${lower} ${index + 1}${behind}`}
            onClick={() => onChange(values.filter((_, place) => place !== index))}
          >
            Remove
          </Button>
        </div>
      ))}
      {error && <p className="error">{error}</p>}
      {values.length < most && (
        <div className="actions">
          <Button label={`Add ${lower}${behind}`} onClick={() => onChange([...values, ""])}>{`Add ${lower}`}</Button>
        </div>
      )}
    </fieldset>
  );
}
