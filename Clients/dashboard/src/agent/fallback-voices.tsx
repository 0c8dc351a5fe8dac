import type { Voice } from "../../../typescript/index";
import { Button } from "../parts/button";
import type { FieldsProps } from "./agent-fields";
import type { ModelDraft } from "./model-draft";
import { VoiceField } from "./voice-field";

/** As many as the server takes. */
const most = 4;

/** The voices that live speech tries in turn when its model refuses the one that was chosen; `at` is their path in the errors. */
export function FallbackVoices({ voiceIds, onChange, language, engine, voices, errors, at, behind = "" }: {
  voiceIds: string[]; onChange: (voiceIds: string[]) => void; language: string; engine: ModelDraft["engine"];
  voices: Voice[] | undefined; errors: FieldsProps["errors"]; at: string; behind?: string;
}) {
  const live = voices?.filter((voice) => voice.provider === "gemini");
  return (
    <fieldset className="group">
      <legend>Fallback voices{behind}</legend>
      <p className="hint">Tried in this order when the model of live speech refuses the voice.</p>
      {voiceIds.map((voiceId, index) => (
        <div key={index} className="variable" role="group" aria-label={`Fallback voice ${index + 1}${behind}`}>
          <VoiceField
            label={`Fallback voice ${index + 1}${behind}`} usual="Choose a voice" value={voiceId} language={language}
            engine={engine} voices={live} error={errors[`${at}[${index}]`]}
            onChange={(next) => onChange(voiceIds.map((each, place) => (place === index ? next : each)))}
          />
          <Button
            kind="quiet" label={`Remove fallback voice ${index + 1}${behind}`}
            onClick={() => onChange(voiceIds.filter((_, place) => place !== index))}
          >
            Remove
          </Button>
        </div>
      ))}
      {errors[at] && <p className="error">{errors[at]}</p>}
      {voiceIds.length < most && (
        <div className="actions">
          <Button label={`Add fallback voice${behind}`} onClick={() => onChange([...voiceIds, ""])}>Add fallback voice</Button>
        </div>
      )}
    </fieldset>
  );
}
