import { useEffect, useRef } from "react";
import type { Node } from "react";

/** A form. After a refusal the first field that is wrong is gone to, once. */
export function Form({ onSubmit, errors, children, label }: {
  onSubmit: () => void; errors?: Record<string, string>; children: Node; label?: string;
}) {
  const form = useRef<HTMLElement | null>(null);
  const told = JSON.stringify(errors ?? {});
  useEffect(() => {
    if (told !== "{}") form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [told]);
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
