import type { Node } from "react";
import type { ChosenLog } from "./logs";

/** The steps that verify a log with no server, and that it follows the one before. */
export function Verifying({ of, verifierKey, previousKey }: { of: ChosenLog; verifierKey: string; previousKey: string }) {
  const folder = `log${of.suffix}`;
  const before = `log-${of.previous}`;
  const verify = `voicectl audit verify ${folder} --key '${verifierKey}'`;
  const previous = previousKey && ` --previous ${before} --previous-key '${previousKey}'`;
  if (of.standing === "lost") {
    return (
      <Steps>
        <li>
          Take an export of log {of.epoch} that somebody kept from before the loss: nothing else shows the entries that were lost.
        </li>
        <li>Verify it, which asks no server: <code>{verify}</code></li>
      </Steps>
    );
  }
  return (
    <Steps>
      <li>Keep the key and a checkpoint where nobody here can change them, before you need them.</li>
      <li>
        Take the log with its proofs, with an API key of yours:{" "}
        <code>voicectl audit export {of.epoch && `--epoch ${of.epoch} `}-o {folder}</code>
      </li>
      {previous && !of.followsLoss && (
        <li>Take the log before, too: <code>voicectl audit export --epoch {of.previous} -o {before}</code></li>
      )}
      <li>
        Verify it, which asks no server:{" "}
        <code>{verify} --since checkpoint{of.suffix}.txt{!of.followsLoss && previous}</code>
      </li>
      {previous && of.followsLoss && (
        <li>
          If somebody kept an export of log {of.previous} from before the loss, verify that this one follows it:{" "}
          <code>{verify}{previous}</code>
        </li>
      )}
    </Steps>
  );
}

function Steps({ children }: { children: Node }) {
  return (
    <details className="preview">
      <summary>How to verify the log</summary>
      <ol className="steps">{children}</ol>
    </details>
  );
}
