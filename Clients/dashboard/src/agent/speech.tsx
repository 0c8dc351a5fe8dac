import { useMemo } from "react";
import type { Voice } from "../../../typescript/index";
import { api } from "../api";
import { number } from "../format";
import { useLoaded } from "../loaded";
import { engines, languages, providers } from "../names";
import { Card } from "../parts/card";
import { Select, TextArea } from "../parts/field";
import type { OptionGroup } from "../parts/field";
import type { FieldsProps } from "./agent-fields";
import type { Draft } from "./draft";

/** How an agent speaks: in which language, by what and with which voice, and what it always says. */
export function Speech({ draft, set, errors }: FieldsProps) {
  return (
    <Card title="How it speaks">
      <Select
        label="Language" value={draft.language} onChange={(language) => set({ language })} isRequired
        options={[["hi", "Hindi"], ["en", "English"]]} error={errors["language"]}
      />
      <div className="columns">
        <Select
          label="What holds its calls" value={draft.engine} isRequired error={errors["model.engine"]}
          onChange={(engine) => set({ engine: engine as Draft["engine"] })}
          options={Object.entries(engines).map(([key, { name }]) => [key, name] as const)} hint={engines[draft.engine]?.help}
        />
        <VoiceField draft={draft} set={set} error={errors["voiceId"]} />
      </div>
      <Select
        label="Who speaks first" value={draft.firstSpeaker} isRequired error={errors["firstSpeaker"]}
        onChange={(value) => set({ firstSpeaker: value as Draft["firstSpeaker"] })}
        options={[["AGENT", "The agent greets"], ["CALLER", "The agent waits to be spoken to"]]}
      />
      <TextArea
        label="Greeting" value={draft.greeting} onChange={(greeting) => set({ greeting })} rows={2}
        error={errors["greeting"]} hint="Its first sentence. Left empty, the model chooses one."
        counted={`${number([...draft.greeting].length)} of 1,000 characters`}
      />
      <TextArea
        label="Farewell" value={draft.farewell} onChange={(farewell) => set({ farewell })} rows={2}
        error={errors["farewell"]} hint="What it says before it hangs up on a silent caller or when time is up."
      />
    </Card>
  );
}

function useVoices() {
  return useLoaded(async (signal) => (await api.agents.listVoices({}, { signal })).voices ?? [], []);
}

function VoiceField({ draft, set, error }: { draft: Draft; set: FieldsProps["set"]; error: string | undefined }) {
  const voices = useVoices().value;
  const chosen = voices?.find((voice) => voice.voiceId === draft.voiceId);
  const groups = useMemo(() => voiceGroups(voices ?? [], draft.language), [voices, draft.language]);
  const isListed = groups.some(({ options }) => options.some(([id]) => id === draft.voiceId));
  const others: [string, string][] = draft.voiceId && !isListed ? [[draft.voiceId, voiceName(draft.voiceId)]] : [];
  return (
    <Select
      label="Voice" value={draft.voiceId} onChange={(voiceId) => set({ voiceId })} error={error}
      options={[["", "Default for the language"], ...others]} groups={groups} hint={chosen && voiceHint(chosen, draft)}
    />
  );
}

/** The voices that speak a language, by who makes them. */
function voiceGroups(voices: Voice[], language: string): OptionGroup[] {
  const fit = voices.filter((voice) => voice.languages?.includes(language));
  return [...new Set(fit.map((voice) => voice.provider ?? ""))].map((provider) => ({
    label: providers[provider] ?? provider,
    options: fit.filter((voice) => (voice.provider ?? "") === provider)
      .map(({ voiceId = "" }) => [voiceId, voiceName(voiceId)] as const),
  }));
}

/** `en-IN-AartiNeural` is Aarti; other names stay as they are. */
function voiceName(voiceId: string): string {
  return voiceId.replace(/^[a-z]{2}-[A-Z]{2}-(.+)Neural$/, "$1");
}

/** What a choice of voice comes to that one might not expect; nothing when it is simply heard. */
function voiceHint({ provider, languages: spoken }: Voice, { engine, language }: Draft): string | undefined {
  if (!spoken?.includes(language)) return `This voice does not speak ${languages[language] ?? language}. Choose another one.`;
  if (provider === "gemini" && engine === "CASCADE") {
    return "This voice is of live speech. The cascade speaks with its own default.";
  }
  if (provider !== "azure" || engine === "CASCADE") return undefined;
  return engine === "LIVE"
    ? "This voice is of the cascade. Live speech has its own default."
    : "This voice is heard when a cascade goes on. Live speech, which begins, has its own default.";
}
