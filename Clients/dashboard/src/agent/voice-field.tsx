import { useMemo } from "react";
import type { Voice } from "../../../typescript/index";
import { api } from "../api";
import { useLoaded } from "../loaded";
import { languages, providers } from "../names";
import { Select } from "../parts/field";
import type { OptionGroup } from "../parts/field";
import type { ModelDraft } from "./model-draft";

/** The voices that an agent can have. */
export function useVoices() {
  return useLoaded<Voice[]>(async (signal) => (await api.agents.listVoices({}, { signal })).voices ?? [], []);
}

/** A choice among the voices that speak a language; `usual` is what holds without one. */
export function VoiceField({ label, usual, value, onChange, language, engine, voices, error }: {
  label: string; usual: string; value: string; onChange: (voiceId: string) => void;
  language: string; engine: ModelDraft["engine"]; voices: Voice[] | undefined; error: string | undefined;
}) {
  const chosen = voices?.find((voice) => voice.voiceId === value);
  const groups = useMemo(() => voiceGroups(voices ?? [], language), [voices, language]);
  const isListed = groups.some(({ options }) => options.some(([id]) => id === value));
  const others: [string, string][] = value && !isListed ? [[value, voiceName(value)]] : [];
  return (
    <Select
      label={label} value={value} onChange={onChange} error={error} options={[["", usual], ...others]} groups={groups}
      hint={chosen && voiceHint(chosen, language, engine)}
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
function voiceHint({ provider, languages: spoken }: Voice, language: string, engine: ModelDraft["engine"]): string | undefined {
  if (!spoken?.includes(language)) return `This voice does not speak ${languages[language] ?? language}. Choose another one.`;
  if (provider === "gemini" && engine === "CASCADE") {
    return "This voice is of live speech. The cascade speaks with its own default.";
  }
  if (provider !== "azure" || engine === "CASCADE") return undefined;
  return engine === "LIVE"
    ? "This voice is of the cascade. Live speech has its own default."
    : "This voice is heard when a cascade goes on. Live speech, which begins, has its own default.";
}
