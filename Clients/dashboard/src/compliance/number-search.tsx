import { useState } from "react";
import { isNumber, typedNumber } from "../format";
import { Button } from "../parts/button";
import { TextField } from "../parts/field";
import { Form } from "../parts/form";

/**
 * Looks for one person’s entries. The number is asked for whole, and is kept out of the page’s address, where
 * others could read it. `isOther` says what else may be looked for.
 */
export function NumberSearch({ onSearch, label = "Phone number", isOther = () => false }: {
  onSearch: (wanted: string) => void; label?: string; isOther?: (text: string) => boolean;
}) {
  const [text, setText] = useState("");
  const [error, setError] = useState("");
  const search = (typed: string) => {
    const wanted = isOther(typed.trim()) ? typed.trim() : typedNumber(typed);
    const isGood = wanted === "" || isOther(wanted) || isNumber(wanted);
    setError(isGood ? "" : "Must be +91 and ten digits.");
    if (isGood) onSearch(wanted);
  };
  return (
    <Form onSubmit={() => search(text)} errors={error ? { text: error } : {}} label={`Search by ${label.toLowerCase()}`}>
      <div className="filters search" role="search">
        <TextField label={label} type="search" autoComplete="off" value={text} onChange={setText} error={error || undefined} />
        <Button type="submit">Find</Button>
        {text && (
          <Button
            kind="quiet"
            onClick={() => {
              setText("");
              search("");
            }}
          >
            Clear
          </Button>
        )}
      </div>
    </Form>
  );
}
