import type { Voice } from "../../../typescript/index";
import { Choices } from "../parts/choices";
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
    <Choices
      legend={`Fallback voices${behind}`} hint="Tried in this order when the model of live speech refuses the voice."
      name="Fallback voice" behind={behind} values={voiceIds} most={most} error={errors[at]} onChange={onChange}
    >
      {(label, voiceId, index, set) => (
        <VoiceField
          label={label} usual="Choose a voice" value={voiceId} language={language} engine={engine} voices={live}
          error={errors[`${at}[${index}]`]} onChange={set}
        />
      )}
    </Choices>
  );
}
