import { Card } from "../parts/card";
import { TextField } from "../parts/field";
import type { FieldsProps } from "./agent-fields";
import type { ModelDraft } from "./model-draft";

/** How the model that holds its calls is set; what is left empty is the server's or the model's own. */
export function Model({ draft, set, errors }: FieldsProps) {
  const { model } = draft;
  const put = (changes: Partial<ModelDraft>) => set({ model: { ...model, ...changes } });
  return (
    <Card title="Model" hint="Most agents need none of this.">
      <TextField
        label="Name of the model" value={model.name} onChange={(name) => put({ name })} error={errors["model.name"]}
        placeholder="The server’s own"
        hint="Of live speech only; the cascade’s models are the server’s. With a name that Gemini does not know it fails."
      />
      <div className="columns">
        <TextField
          label="Temperature" inputMode="decimal" value={model.temperature}
          onChange={(temperature) => put({ temperature })} error={errors["model.temperature"]}
          placeholder="The model’s own" hint="From 0, the likeliest words each time, to 2, the most varied ones."
        />
        <TextField
          label="Longest answer, in tokens" inputMode="numeric" value={model.maxOutputTokens}
          onChange={(maxOutputTokens) => put({ maxOutputTokens })} error={errors["model.maxOutputTokens"]}
          placeholder="The model’s own"
          hint="From 16 to 8,192. A longer answer breaks off: ask for short ones in the instructions."
        />
      </div>
    </Card>
  );
}
