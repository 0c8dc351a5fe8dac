import { useEffect, useRef } from "react";
import type { Node } from "react";

/** A form. After a refusal the first field that is wrong is gone to. */
export function Form({ onSubmit, errors, children, label }: {
  onSubmit: () => void; errors?: Record<string, string>; children: Node; label?: string;
}) {
  const form = useRef<HTMLElement | null>(null);
  const count = Object.keys(errors ?? {}).length;
  useEffect(() => {
    if (count) form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [count, errors]);
  return (
    <form
      ref={form} className="form" noValidate aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}
