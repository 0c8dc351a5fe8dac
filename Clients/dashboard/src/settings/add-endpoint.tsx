import { api } from "../api";
import { useAction, useRequestId } from "../loaded";
import { DialogForm, useDraft } from "../parts/dialog-form";
import { Checkbox, TextField } from "../parts/field";
import { Problem } from "../parts/notice";
import { fieldErrors } from "../words";
import { eventTypes } from "./event-types";

/** Adds an endpoint; its secret is handed on, to be shown once. */
export function AddEndpoint({ onDone, onClose }: { onDone: (secret: string) => void; onClose: () => void }) {
  const { draft, set, isChanged } = useDraft(() => ({ url: "", types: [] as string[] }));
  const { url, types } = draft;
  const requestId = useRequestId(draft);
  const adding = useAction(async () => {
    const endpoint = { url: url.trim(), eventTypes: types };
    const made = await api.webhooks.createWebhookEndpoint({ endpoint, requestId });
    onDone(made.secret ?? "");
  });
  const errors = fieldErrors(adding.error, "endpoint.");
  const toggle = (type: string, isOn: boolean) =>
    set({ types: isOn ? [...types, type] : types.filter((each) => each !== type) });
  return (
    <DialogForm
      title="Add an endpoint" label="New endpoint" verb="Add endpoint" isChanged={isChanged} isBusy={adding.isBusy}
      errors={errors} onSubmit={() => void adding.run()} onClose={onClose}
    >
      <Problem error={adding.error} title="The endpoint was not added" />
      <TextField
        label="URL" type="url" value={url} onChange={(value) => set({ url: value })} error={errors["url"]} isRequired
        hint="Begins with https://." placeholder="https://shop.example.in/hooks/voice"
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
    </DialogForm>
  );
}
