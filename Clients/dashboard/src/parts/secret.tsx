import { useRef, useState } from "react";
import type { Node } from "react";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Notice } from "./notice";

/** A text to take along, with a button that does. */
export function Copyable({ label, text }: { label: string; text: string }) {
  const code = useRef<HTMLElement | null>(null);
  const [said, setSaid] = useState("Copy");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      // The browser does not let us: the text is marked, for the reader to copy it.
      getSelection()?.selectAllChildren(code.current!);
      setSaid("Marked: copy it");
    }
  };
  return (
    <div className="copyable">
      <span className="copyable-label">{label}</span>
      <code ref={code}>{text}</code>
      <Button onClick={() => void copy()} label={`${said} ${label}`}>{said}</Button>
    </div>
  );
}

/** Secrets that are shown this once, and what else is to be known of them. */
export function Secrets({ title, texts, onClose, children }: {
  title: string; texts: Record<string, string>; onClose: () => void; children?: Node;
}) {
  return (
    <Dialog title={title} onClose={onClose}>
      <Notice kind="warning">
        <p>Copy this now and keep it safe. It is shown this once and cannot be shown again.</p>
      </Notice>
      {Object.entries(texts).map(([label, text]) => <Copyable key={label} label={label} text={text} />)}
      {children && <div className="dialog-text">{children}</div>}
      <div className="dialog-actions"><Button kind="primary" onClick={onClose}>I have copied it</Button></div>
    </Dialog>
  );
}
