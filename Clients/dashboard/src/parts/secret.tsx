import { useState } from "react";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Notice } from "./notice";

/** A text to take along, with a button that does. */
export function Copyable({ label, text }: { label: string; text: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(text).catch(() => undefined);
    setCopied(true);
  };
  return (
    <div className="copyable">
      <span className="copyable-label">{label}</span>
      <code>{text}</code>
      <Button onClick={copy} label={`Copy ${label}`}>{isCopied ? "Copied" : "Copy"}</Button>
    </div>
  );
}

/** Secrets that are shown this once. */
export function Secrets({ title, texts, onClose }: {
  title: string; texts: Record<string, string>; onClose: () => void;
}) {
  return (
    <Dialog title={title} onClose={onClose}>
      <Notice kind="warning">
        <p>Copy this now and keep it safe. It is shown this once and cannot be shown again.</p>
      </Notice>
      {Object.entries(texts).map(([label, text]) => <Copyable key={label} label={label} text={text} />)}
      <div className="dialog-actions"><Button kind="primary" onClick={onClose}>I have copied it</Button></div>
    </Dialog>
  );
}
