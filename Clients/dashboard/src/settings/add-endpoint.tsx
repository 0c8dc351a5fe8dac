import { useState } from "react";
import { api } from "../api";
import { useAction, useRequestId } from "../loaded";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { Checkbox, TextField } from "../parts/field";
import { Form } from "../parts/form";
import { Problem } from "../parts/notice";
import { fieldErrors } from "../words";
import { eventTypes } from "./event-types";

/** Adds an endpoint; its secret is handed on, to be shown once. */
export function AddEndpoint({ onDone, onClose }: { onDone: (secret: string) => void; onClose: () => void }) {
  const [url, setUrl] = useState("");
  const [types, setTypes] = useState<string[]>([]);
  const requestId = useRequestId([url, types]);
  const adding = useAction(async () => {
    const endpoint = { url: url.trim(), eventTypes: types };
    const made = await api.webhooks.createWebhookEndpoint({ endpoint, requestId });
    onDone(made.secret ?? "");
  });
  const errors = fieldErrors(adding.error, "endpoint.");
  const toggle = (type: string, isOn: boolean) =>
    setTypes((before) => (isOn ? [...before, type] : before.filter((each) => each !== type)));
  return (
    <Dialog title="Add an endpoint" onClose={onClose}>
      <Form onSubmit={() => void adding.run()} errors={errors} label="New endpoint">
        <Problem error={adding.error} title="The endpoint was not added" />
        <TextField
          label="URL" type="url" value={url} onChange={setUrl} error={errors["url"]} isRequired hint="Begins with https://."
          placeholder="https://shop.example.in/hooks/voice"
        />
        <fieldset className="choices">
          <legend>Events</legend>
          <p className="hint">All of them when none is chosen.</p>
          {eventTypes.map(([type, text]) => (
            <Checkbox
              key={type} label={text} hint={<code>{type}</code>} isChecked={types.includes(type)}
              onChange={(isOn) => toggle(type, isOn)}
            />
          ))}
        </fieldset>
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" isBusy={adding.isBusy}>Add endpoint</Button>
        </div>
      </Form>
    </Dialog>
  );
}
