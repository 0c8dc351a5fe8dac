import type { TurnTakingPreset } from "../../../typescript/index";
import { number } from "../format";
import { Card } from "../parts/card";
import { Checkbox, Select, TextArea, TextField } from "../parts/field";
import type { FieldsProps } from "./agent-fields";
import type { TurnsDraft } from "./turns-draft";

/** What a preset stands for where a field says nothing, as agents.proto says it; times in seconds. */
interface Values {
  name: string;
  endOfTurnSilence: string;
  interruptionSpeech: string;
  sensitivity: string;
  idleTimeout: string;
  idlePrompts: number;
}

const balanced: Values = {
  name: "Balanced: for most conversations", endOfTurnSilence: "0.5", interruptionSpeech: "0.06",
  sensitivity: "a soft word too", idleTimeout: "10", idlePrompts: 2,
};
const presets: Record<TurnTakingPreset, Values> = {
  PRESET_UNSPECIFIED: balanced,
  BALANCED: balanced,
  PATIENT: {
    name: "Patient: for callers who think, dictate numbers or speak slowly", endOfTurnSilence: "1.2", interruptionSpeech: "0.2",
    sensitivity: "clear speech only", idleTimeout: "20", idlePrompts: 3,
  },
  SNAPPY: {
    name: "Quick: for short questions and answers", endOfTurnSilence: "0.3", interruptionSpeech: "0.02",
    sensitivity: "a soft word too", idleTimeout: "6", idlePrompts: 1,
  },
};

const paces = (["BALANCED", "PATIENT", "SNAPPY"] as const).map((key) => [key, presets[key].name] as const);

/** When the agent takes its turn, when it yields, and what it does when nobody speaks. */
export function Turns({ draft, set, errors }: FieldsProps) {
  const { turns } = draft;
  const put = (changes: Partial<TurnsDraft>) => set({ turns: { ...turns, ...changes } });
  const preset = presets[turns.preset];
  return (
    <Card title="How it takes turns" hint="The pace decides; what is filled in below it is kept whatever the pace.">
      <Select
        label="Pace" value={turns.preset} options={paces} isRequired error={errors["turnTaking.preset"]}
        onChange={(value) => put({ preset: value as TurnTakingPreset })}
      />
      <div className="columns preset">
        <Seconds
          label="Silence that ends the caller’s turn" field="endOfTurnSilence" turns={turns} put={put} errors={errors}
          hint="From 0.2 to 3 seconds."
        />
        <Seconds
          label="Speech that interrupts the agent" field="interruptionSpeech" turns={turns} put={put} errors={errors}
          hint="How long the caller must speak: up to 1 second."
        />
        <Select
          label="What counts as speech" value={turns.interruptionSensitivity} isRequired
          error={errors["turnTaking.interruptionSensitivity"]}
          onChange={(value) => put({ interruptionSensitivity: value as TurnsDraft["interruptionSensitivity"] })}
          options={[
            ["SENSITIVITY_UNSPECIFIED", `By the pace: ${preset.sensitivity}`],
            ["LOW", "Clear speech only; good for noisy places"], ["HIGH", "A soft word too"],
          ]}
        />
      </div>
      <Checkbox
        label="The caller cannot interrupt the agent" isChecked={turns.interruptionsDisabled}
        onChange={(interruptionsDisabled) => put({ interruptionsDisabled })} hint="It speaks to the end of each answer."
      />
      <Silence turns={turns} put={put} errors={errors} />
    </Card>
  );
}

interface PartProps {
  turns: TurnsDraft;
  put: (changes: Partial<TurnsDraft>) => void;
  errors: FieldsProps["errors"];
}

function Silence({ turns, put, errors }: PartProps) {
  const { idlePrompts } = presets[turns.preset];
  const times = Array.from({ length: 10 }, (_, index) => String(index + 1));
  return (
    <>
      <div className="columns preset">
        <Seconds
          label="Silence before it asks who is there" field="idleTimeout" turns={turns} put={put} errors={errors}
          hint="Of both sides, from 3 to 60 seconds."
        />
        <Select
          label="How often it asks before it hangs up" value={turns.idlePrompts} isRequired
          error={errors["turnTaking.idlePrompts"]} onChange={(value) => put({ idlePrompts: value })}
          options={[
            ["", `By the pace: ${idlePrompts}`], ["0", "Never: it hangs up the first time"],
            ...times.map((time) => [time, time] as const),
          ]}
        />
      </div>
      <TextArea
        label="What it asks" value={turns.idleMessage} onChange={(idleMessage) => put({ idleMessage })} rows={2}
        error={errors["turnTaking.idleMessage"]} hint="Left empty, the model chooses."
        counted={`${number([...turns.idleMessage].length)} of 500 characters`}
      />
    </>
  );
}

function Seconds({ label, field, hint, turns, put, errors }: PartProps & {
  label: string; hint: string; field: "endOfTurnSilence" | "interruptionSpeech" | "idleTimeout";
}) {
  const usual = presets[turns.preset][field];
  return (
    <TextField
      label={label} value={turns[field]} inputMode="decimal" placeholder={usual} error={errors[`turnTaking.${field}`]}
      onChange={(value) => put({ [field]: value })} hint={`${hint} By the pace ${usual}.`}
    />
  );
}
