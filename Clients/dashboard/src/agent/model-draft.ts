/** A model and its settings, as the form of an agent holds them. */

import type { ModelSettings } from "../../../typescript/index";

/** The form of a model's settings. Figures are texts as they are typed; an empty one is the model's own. */
export interface ModelDraft {
  engine: NonNullable<ModelSettings["engine"]>;
  name: string;
  temperature: string;
  maxOutputTokens: string;
}

/** The form of what an agent says of its model. */
export function modelDraft(model: ModelSettings = {}): ModelDraft {
  return {
    engine: model.engine ?? "ENGINE_UNSPECIFIED",
    name: model.name ?? "",
    temperature: model.temperature === undefined ? "" : String(model.temperature),
    maxOutputTokens: model.maxOutputTokens === undefined ? "" : String(model.maxOutputTokens),
  };
}

/** A figure; what is none goes as it is, for the server to say so. */
function figure(text: string): number {
  const value = Number(text);
  return Number.isFinite(value) ? value : text as unknown as number;
}

/** The message of a form. */
export function modelOf({ engine, name, temperature, maxOutputTokens }: ModelDraft): ModelSettings {
  return {
    engine,
    ...(name.trim() ? { name: name.trim() } : {}),
    ...(temperature.trim() ? { temperature: figure(temperature.trim()) } : {}),
    ...(maxOutputTokens.trim() ? { maxOutputTokens: figure(maxOutputTokens.trim()) } : {}),
  };
}

/** The paths of settings that two messages say something else of. */
export function changedSettings(before: ModelSettings = {}, after: ModelSettings = {}): string[] {
  return (["engine", "name", "temperature", "maxOutputTokens"] as const)
    .filter((setting) => before[setting] !== after[setting]).map((setting) => `model.${setting}`);
}
