/** When turns begin and end, as the form holds it. */

import type { TurnTaking, TurnTakingPreset, TurnTakingSensitivity } from "../../../typescript/index";
import { seconds } from "../format";

/** The form of an agent's turn taking. Times are seconds as they are typed; an empty one is the preset's. */
export interface TurnsDraft {
  preset: TurnTakingPreset;
  endOfTurnSilence: string;
  interruptionSpeech: string;
  interruptionSensitivity: TurnTakingSensitivity;
  interruptionsDisabled: boolean;
  idleTimeout: string;
  idlePrompts: string;
  idleMessage: string;
}

function typed(duration: string | undefined): string {
  return duration === undefined ? "" : String(seconds(duration));
}

/** The form of what an agent says of turns. */
export function turnsDraft(turns: TurnTaking = {}): TurnsDraft {
  return {
    preset: turns.preset ?? "BALANCED",
    endOfTurnSilence: typed(turns.endOfTurnSilence),
    interruptionSpeech: typed(turns.interruptionSpeech),
    interruptionSensitivity: turns.interruptionSensitivity ?? "SENSITIVITY_UNSPECIFIED",
    interruptionsDisabled: turns.interruptionsDisabled ?? false,
    idleTimeout: typed(turns.idleTimeout),
    idlePrompts: turns.idlePrompts === undefined ? "" : String(turns.idlePrompts),
    idleMessage: turns.idleMessage ?? "",
  };
}

/** The message of a form; undefined where it says nothing but the defaults. */
export function turnsOf({ idlePrompts, ...draft }: TurnsDraft): TurnTaking | undefined {
  const time = (field: "endOfTurnSilence" | "interruptionSpeech" | "idleTimeout") =>
    draft[field].trim() ? { [field]: `${draft[field].trim()}s` } : {};
  const turns: TurnTaking = {
    ...(draft.preset === "BALANCED" ? {} : { preset: draft.preset }),
    ...time("endOfTurnSilence"), ...time("interruptionSpeech"), ...time("idleTimeout"),
    ...(draft.interruptionSensitivity === "SENSITIVITY_UNSPECIFIED" ? {}
      : { interruptionSensitivity: draft.interruptionSensitivity }),
    ...(draft.interruptionsDisabled ? { interruptionsDisabled: true } : {}),
    ...(idlePrompts ? { idlePrompts: Number(idlePrompts) } : {}),
    ...(draft.idleMessage ? { idleMessage: draft.idleMessage } : {}),
  };
  return Object.keys(turns).length > 0 ? turns : undefined;
}
