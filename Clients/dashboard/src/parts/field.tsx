import { useId } from "react";
import type { Node } from "react";

/** What every field has: a label, a hint, and what is wrong with it. */
export interface FieldProps {
  label: string;
  hint?: Node;
  error?: string | undefined;
  isRequired?: boolean;
  isDisabled?: boolean;
}

interface Wiring {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
  required: boolean | undefined;
  disabled: boolean | undefined;
}

/** Puts label, hint and error around an input and ties them to it for screen readers. */
export function Field({ label, hint, error, isRequired, isDisabled, children }: FieldProps & {
  children: (wiring: Wiring) => Node;
}) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {!isRequired && <span className="optional"> (optional)</span>}
      </label>
      {children({
        id, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined,
        required: isRequired, disabled: isDisabled,
      })}
      {hint && <p className="hint" id={`${id}-hint`}>{hint}</p>}
      {error && <p className="error" id={`${id}-error`}>{error}</p>}
    </div>
  );
}

/** One line of text. */
export function TextField({ value, onChange, type = "text", ...field }: FieldProps & {
  value: string; onChange: (value: string) => void; type?: string; autoComplete?: string;
  inputMode?: string; placeholder?: string; min?: string; max?: string; maxLength?: number; onBlur?: () => void;
}) {
  const { label, hint, error, isRequired, isDisabled, ...more } = field;
  return (
    <Field {...{ label, hint, error, isRequired: isRequired ?? false, isDisabled: isDisabled ?? false }}>
      {(wiring) => (
        <input {...wiring} {...more} type={type} value={value} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}

/** A phone number; nobody else's is offered by the browser. */
export function PhoneField(field: FieldProps & { value: string; onChange: (value: string) => void }) {
  return <TextField {...field} type="tel" inputMode="tel" autoComplete="off" />;
}

/** Several lines of text, in a language where one is named; code is in letters of one width. */
export function TextArea({ value, onChange, rows = 4, counted, language, isCode, ...field }: FieldProps & {
  value: string; onChange: (value: string) => void; rows?: number; counted?: string; language?: string; isCode?: boolean;
}) {
  return (
    <Field {...field} hint={<>{field.hint}{counted && <> <span className="counted">{counted}</span></>}</>}>
      {(wiring) => (
        <textarea
          {...wiring} rows={rows} value={value} lang={language} onChange={(event) => onChange(event.target.value)}
          {...(isCode ? { className: "code", spellCheck: false } : {})}
        />
      )}
    </Field>
  );
}

/** Choices, each with its text. */
export type Options = readonly (readonly [string, string])[];

/** Choices that belong together, under a name. */
export interface OptionGroup {
  label: string;
  options: Options;
}

/** One of a few; those in groups come after the others. */
export function Select({ value, onChange, options, groups = [], ...field }: FieldProps & {
  value: string; onChange: (value: string) => void; options: Options; groups?: OptionGroup[];
}) {
  const list = (of: Options) => of.map(([key, text]) => <option key={key} value={key}>{text}</option>);
  return (
    <Field {...field}>
      {(wiring) => (
        <select {...wiring} value={value} onChange={(event) => onChange(event.target.value)}>
          {list(options)}
          {groups.map((group) => <optgroup key={group.label} label={group.label}>{list(group.options)}</optgroup>)}
        </select>
      )}
    </Field>
  );
}

/** Yes or no. */
export function Checkbox({ label, hint, isChecked, onChange, isDisabled }: {
  label: string; hint?: Node; isChecked: boolean; onChange: (value: boolean) => void; isDisabled?: boolean;
}) {
  const id = useId();
  return (
    <div className="checkbox">
      <input
        id={id} type="checkbox" checked={isChecked} disabled={isDisabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.target.checked)}
      />
      <div>
        <label htmlFor={id}>{label}</label>
        {hint && <p className="hint" id={`${id}-hint`}>{hint}</p>}
      </div>
    </div>
  );
}
