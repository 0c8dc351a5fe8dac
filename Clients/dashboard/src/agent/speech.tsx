import type { LanguageSettings, Voice } from "../../../typescript/index";
import { number } from "../format";
import { engines, languages } from "../names";
import { Card } from "../parts/card";
import { Select, TextArea } from "../parts/field";
import { Problem } from "../parts/notice";
import type { FieldsProps } from "./agent-fields";
import type { Draft } from "./draft";
import { FallbackVoices } from "./fallback-voices";
import type { ModelDraft } from "./model-draft";
import { useVoices, VoiceField } from "./voice-field";

/** How an agent speaks: in which language, by what and with which voice, and what it always says. */
export function Speech({ draft, set, errors }: FieldsProps) {
  const known = useVoices();
  const voices = known.value;
  return (
    <>
      <Card title="How it speaks">
        <Problem error={known.error} title="The voices could not be read" onRetry={known.reload} />
        <Select
          label="Language" value={draft.language} onChange={(language) => set({ language })} isRequired
          options={Object.entries(languages)} error={errors["language"]}
        />
        <div className="columns">
          <Select
            label="What holds its calls" value={draft.model.engine} isRequired error={errors["model.engine"]}
            onChange={(engine) => set({ model: { ...draft.model, engine: engine as ModelDraft["engine"] } })}
            options={Object.entries(engines).map(([key, { name }]) => [key, name] as const)}
            hint={engines[draft.model.engine]?.help}
          />
          <VoiceField
            label="Voice" usual="Default for the language" value={draft.voiceId} onChange={(voiceId) => set({ voiceId })}
            language={draft.language} engine={draft.model.engine} voices={voices} error={errors["voiceId"]}
          />
        </div>
        {(draft.model.engine !== "CASCADE" || draft.fallbackVoiceIds.length > 0) && (
          <FallbackVoices
            voiceIds={draft.fallbackVoiceIds} onChange={(fallbackVoiceIds) => set({ fallbackVoiceIds })}
            language={draft.language} engine={draft.model.engine} voices={voices} errors={errors} at="fallbackVoiceIds"
          />
        )}
        <Select
          label="Who speaks first" value={draft.firstSpeaker} isRequired error={errors["firstSpeaker"]}
          onChange={(value) => set({ firstSpeaker: value as Draft["firstSpeaker"] })}
          options={[["AGENT", "The agent greets"], ["CALLER", "The agent waits to be spoken to"]]}
        />
        <Sentences draft={draft} set={set} errors={errors} language={draft.language} />
      </Card>
      {Object.keys(languages).filter((language) => language !== draft.language).map((language) => (
        <Elsewhere key={language} language={language} draft={draft} set={set} errors={errors} voices={voices} />
      ))}
    </>
  );
}

/** What is different in calls of another language than the agent's own. */
function Elsewhere({ language, draft, set, errors, voices }: Omit<FieldsProps, "isDisabled" | "secrets"> & {
  language: string; voices: Voice[] | undefined;
}) {
  const name = languages[language] ?? language;
  const settings = draft.languageSettings[language] ?? {};
  const { fallbackVoiceIds: fallbacks = [] } = settings;
  const put = (changes: LanguageSettings) =>
    set({ languageSettings: { ...draft.languageSettings, [language]: { ...settings, ...changes } } });
  return (
    <Card title={`In calls in ${name}`} hint={`A call may ask for ${name}. This is then said instead; the instructions stay.`}>
      <VoiceField
        label={`Voice in ${name}`} usual="The voice above" value={settings.voiceId ?? ""} onChange={(voiceId) => put({ voiceId })}
        language={language} engine={draft.model.engine} voices={voices} error={errors[`languageSettings.${language}.voiceId`]}
      />
      {(fallbacks.length > 0 || (settings.voiceId && draft.model.engine !== "CASCADE")) && (
        <FallbackVoices
          voiceIds={fallbacks} onChange={(fallbackVoiceIds) => put({ fallbackVoiceIds })} behind={` in ${name}`}
          language={language} engine={draft.model.engine} voices={voices} errors={errors}
          at={`languageSettings.${language}.fallbackVoiceIds`}
        />
      )}
      <Sentences
        draft={{ greeting: settings.greeting ?? "", farewell: settings.farewell ?? "" }} set={put} errors={errors}
        language={language} place={language}
      />
    </Card>
  );
}

/** Its first and its last words; `place` is the language, where they are not those of its own. */
function Sentences({ draft, set, errors, language, place }: {
  draft: Pick<Draft, "greeting" | "farewell">; set: (changes: Partial<Pick<Draft, "greeting" | "farewell">>) => void;
  errors: FieldsProps["errors"]; language: string; place?: string;
}) {
  const path = place ? `languageSettings.${place}.` : "";
  const behind = place ? ` in ${languages[place] ?? place}` : "";
  return (
    <>
      <TextArea
        label={`Greeting${behind}`} value={draft.greeting} onChange={(greeting) => set({ greeting })} rows={3} language={language}
        error={errors[`${path}greeting`]} hint="Its first sentence. Left empty, the model chooses one."
        counted={`${number([...draft.greeting].length)} of 1,000 characters`}
      />
      <TextArea
        label={`Farewell${behind}`} value={draft.farewell} onChange={(farewell) => set({ farewell })} rows={3} language={language}
        error={errors[`${path}farewell`]} hint="What it says before it hangs up on a silent caller or when time is up."
      />
    </>
  );
}
