import { useEffect, useState } from "react";
import { isDay, startOfDay } from "../format";
import { setQuery } from "../router";
import { TextField } from "./field";

/** The first and the last day that are wanted, as they stand in the page's address; empty for no limit. */
export interface Days {
  from: string;
  to: string;
}

/** The days that a query names. */
export function daysIn(query: URLSearchParams): Days {
  const day = (name: string) => [query.get(name) ?? ""].find(isDay) ?? "";
  return { from: day("from"), to: day("to") };
}

/** Whether the first day is after the last. */
export function areReversed({ from, to }: Days): boolean {
  return from !== "" && to !== "" && from > to;
}

/** The days as a request to the server has them. */
export function timesOf({ from, to }: Days): { startTime?: string; endTime?: string } {
  return { ...(from ? { startTime: startOfDay(from) } : {}), ...(to ? { endTime: startOfDay(to, 1) } : {}) };
}

/** Two fields that set the days. */
export function DayFilter({ days }: { days: Days }) {
  return (
    <>
      <DayField
        label="From day" value={days.from} onChange={(from) => setQuery({ from })}
        error={areReversed(days) ? "Is after the last day." : undefined}
      />
      <DayField label="To day" value={days.to} onChange={(to) => setQuery({ to })} />
    </>
  );
}

/** A day. While 2026 is typed the browser tells 0002, 0020 and 0202, which nobody means: such wait until the field is left. */
function DayField({ label, value, onChange, error }: {
  label: string; value: string; onChange: (day: string) => void; error?: string | undefined;
}) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <TextField
      label={label} type="date" value={text} error={error}
      onChange={(typed) => {
        setText(typed);
        if (typed === "" || typed >= "2000") onChange(typed);
      }}
      onBlur={() => text !== value && onChange(text)}
    />
  );
}
