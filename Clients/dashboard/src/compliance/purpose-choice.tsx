import type { CallPurpose } from "../../../typescript/index";
import { purposes } from "../names";
import { Checkbox } from "../parts/field";
import { purposeNames } from "./names";

/** Purposes to choose some of, and what is wrong with the choice. */
export function PurposeChoice({ legend, offered, chosen, onChange, error }: {
  legend: string; offered: readonly CallPurpose[]; chosen: CallPurpose[]; onChange: (chosen: CallPurpose[]) => void;
  error: string | undefined;
}) {
  return (
    <fieldset className="choices">
      <legend>{legend}</legend>
      {offered.map((purpose) => (
        <Checkbox
          key={purpose} label={purposeNames[purpose]} hint={meaning(purpose)} isChecked={chosen.includes(purpose)}
          onChange={(isOn) => onChange(offered.filter((each) => (each === purpose ? isOn : chosen.includes(each))))}
        />
      ))}
      {error && <p className="error" role="alert">{error}</p>}
    </fieldset>
  );
}

/** What stands behind the name of a purpose. */
function meaning(purpose: CallPurpose): string | undefined {
  const [, words] = purposes[purpose].split(": ");
  return words && `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
