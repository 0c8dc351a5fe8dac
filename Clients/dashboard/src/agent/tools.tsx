import { useState } from "react";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Checkbox } from "../parts/field";
import type { FieldsProps } from "./agent-fields";
import { ToolForm } from "./tool-form";
import { toolDraft } from "./tool-draft";
import type { ToolDraft } from "./tool-draft";

/** What the agent may do besides talking: the server's own functions, and the merchant's. */
export function Tools({ draft, set, errors, secrets }: FieldsProps) {
  const { tools } = draft;
  const [added, setAdded] = useState<number | undefined>(undefined);
  const add = () => {
    const id = Math.max(-1, ...tools.map((tool) => tool.id)) + 1;
    set({ tools: [...tools, toolDraft({}, id)] });
    setAdded(id);
  };
  const put = (next: ToolDraft) => set({ tools: tools.map((tool) => (tool.id === next.id ? next : tool)) });
  return (
    <Card
      title="Tools" hint="What it may do besides talking. It decides in the call, by what you write here, when to use which."
      actions={<Button onClick={add}>Add tool</Button>}
    >
      <Checkbox
        label="The agent may end a call" isChecked={draft.mayEndCall} onChange={(mayEndCall) => set({ mayEndCall })}
        hint="When there is nothing left to say. Otherwise only the caller hangs up."
      />
      <p className="hint">
        {tools.some((tool) => tool.name === "search_knowledge")
          ? "Your own search_knowledge takes the place of the one that looks into its documents."
          : "Once it has documents, under Knowledge, it looks into them by itself."}
      </p>
      {tools.length === 0 && (
        <p className="faint">
          No tools of your own. One asks your server during the call, for example where an order is, and the agent says what
          it answers.
        </p>
      )}
      {tools.length > 0 && (
        <ul className="items">
          {tools.map((tool, index) => (
            <ToolForm
              key={tool.id} tool={tool} at={`tools[${index}]`} errors={errors} secrets={secrets} isNew={tool.id === added}
              onChange={put} onRemove={() => set({ tools: tools.filter((each) => each.id !== tool.id) })}
            />
          ))}
        </ul>
      )}
      {errors["tools"] && <p className="error">{errors["tools"]}</p>}
    </Card>
  );
}
