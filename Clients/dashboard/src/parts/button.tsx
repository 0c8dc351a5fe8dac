import type { Node } from "react";

/** A button; `isBusy` keeps it from being pressed twice and says so. */
export function Button({ children, onClick, kind = "plain", type = "button", isBusy, isDisabled, label }: {
  children: Node; onClick?: () => void; kind?: "plain" | "primary" | "danger" | "quiet";
  type?: "button" | "submit"; isBusy?: boolean; isDisabled?: boolean; label?: string;
}) {
  return (
    <button
      type={type}
      className={`button ${kind}`}
      onClick={onClick && (() => onClick())}
      disabled={isBusy || isDisabled}
      aria-busy={isBusy || undefined}
      aria-label={label}
    >
      {isBusy && <span className="spinner" aria-hidden="true" />}
      {children}
    </button>
  );
}
