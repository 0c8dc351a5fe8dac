import { useEffect, useRef } from "react";
import type { Node } from "react";

/** A form. After a refusal the first field that is wrong is gone to, once. */
export function Form({ onSubmit, errors, children, label }: {
  onSubmit: () => void; errors?: Record<string, string>; children: Node; label?: string;
}) {
  const form = useRef<HTMLElement | null>(null);
  const told = JSON.stringify(errors ?? {});
  useEffect(() => {
    const wrong = told === "{}" ? undefined : form.current?.querySelector<HTMLElement>("[aria-invalid]");
    wrong?.focus();
    // What is wrong with it stands below it.
    wrong?.closest(".field")?.scrollIntoView({ block: "nearest" });
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
