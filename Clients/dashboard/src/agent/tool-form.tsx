import { useEffect, useRef, useState } from "react";
import { number } from "../format";
import { Badge } from "../parts/badge";
import { Button } from "../parts/button";
import { TextArea, TextField } from "../parts/field";
import { Headers } from "./headers";
import { ParameterFields } from "./parameter-fields";
import { written } from "./schema";
import type { SecretChoice } from "./secret-choice";
import { toolOf } from "./tool-draft";
import type { ToolDraft } from "./tool-draft";

/** What each part of a tool's form is given. */
export interface ToolProps {
  tool: ToolDraft;
  /** The tool's path in the errors. */
  at: string;
  errors: Record<string, string>;
  secrets: SecretChoice;
  onChange: (next: ToolDraft) => void;
}

/** One tool of the merchant's: a line that opens to all that there is to say of it. Opens by itself when something is wrong. */
export function ToolForm({ isNew, onRemove, ...props }: ToolProps & { isNew: boolean; onRemove: () => void }) {
  const { tool, at, errors } = props;
  const element = useRef<HTMLDetailsElement | null>(null);
  const [isOpen, setOpen] = useState(isNew);
  const wrong = Object.keys(errors).filter((field) => field.startsWith(`${at}.`)).join();
  const [told, setTold] = useState("");
  // While it is rendered, not after: the form then finds the field to go to.
  if (wrong !== told) {
    setTold(wrong);
    if (wrong) setOpen(true);
  }
  useEffect(() => {
    if (isNew) element.current?.querySelector("input")?.focus();
  }, [isNew]);
  return (
    <li className="item">
      <details ref={element} className="tool" open={isOpen} onToggle={() => setOpen(element.current?.open ?? false)}>
        <summary>
          <span className="tool-name">{tool.name || "New tool"}</span>
          {wrong && <Badge kind="bad">Something is wrong</Badge>}
          <span className="hint">{tool.description}</span>
        </summary>
        <div className="tool-fields" role="group" aria-label={`Tool ${tool.name || "without a name"}`}>
          <Basics {...props} />
          <ParameterFields {...props} />
          <Headers {...props} />
          <Preview tool={tool} />
          <Button kind="quiet" onClick={onRemove} label={`Remove tool ${tool.name}`}>Remove tool</Button>
        </div>
      </details>
    </li>
  );
}

function Basics({ tool, at, errors, onChange }: ToolProps) {
  return (
    <>
      <TextField
        label="Tool’s name" value={tool.name} onChange={(name) => onChange({ ...tool, name })} error={errors[`${at}.name`]}
        hint="Letters, digits and _, such as get_order_status." isRequired
      />
      <TextArea
        label="What it is for" value={tool.description} onChange={(description) => onChange({ ...tool, description })} rows={2}
        error={errors[`${at}.description`]} hint="For the agent: what it does and when to use it."
        counted={`${number([...tool.description].length)} of 1,024 characters`}
      />
      <div className="columns">
        <TextField
          label="Address of your server" type="url" value={tool.url} onChange={(url) => onChange({ ...tool, url })}
          error={errors[`${at}.url`]} placeholder="https://shop.example.in/orders/status"
          hint="Begins with https://. It is sent a POST with what the agent gives, as JSON. Without it the tool fails."
        />
        <TextField
          label="Time limit, in seconds" inputMode="decimal" value={tool.timeout} placeholder="3"
          onChange={(timeout) => onChange({ ...tool, timeout })} error={errors[`${at}.timeout`]}
          hint="From 0.1 to 30; 3 when empty. The caller waits meanwhile."
        />
      </div>
    </>
  );
}

function Preview({ tool }: { tool: ToolDraft }) {
  const { name, description, parameters } = toolOf(tool);
  return (
    <details className="preview">
      <summary>What the model sees</summary>
      <pre><code>{written({ name, description, parameters })}</code></pre>
    </details>
  );
}
