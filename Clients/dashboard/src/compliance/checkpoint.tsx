import { useEffect, useState } from "react";
import type { AuditCheckpoint } from "../../../typescript/index";
import { api } from "../api";
import { number } from "../format";
import { useLoaded } from "../loaded";
import { Await } from "../parts/await";
import { Card } from "../parts/card";
import { Facts } from "../parts/facts";
import { Copyable } from "../parts/secret";

/** How far the log has come, signed, and how to verify it. */
export function Checkpoint() {
  const checkpoint = useLoaded((signal) => api.compliance.getAuditCheckpoint({}, { signal }), []);
  return (
    <Card
      title="Signed checkpoint"
      hint="Says how far the log has come. No log that was changed before it will ever agree with it."
    >
      <Await of={checkpoint} lines={3}>{(value) => <Whole of={value} />}</Await>
    </Card>
  );
}

function Whole({ of }: { of: AuditCheckpoint }) {
  return (
    <>
      <Facts
        of={[
          ["Entries", number(of.size)],
          ["Root hash", <code>{of.rootHash}</code>],
          ["Log", <code>{of.origin}</code>],
        ]}
      />
      <Copyable label="Key that checks it" text={of.verifierKey ?? ""} />
      <Save note={of.note ?? ""} />
      <details className="preview">
        <summary>How to verify the log</summary>
        <ol className="steps">
          <li>Keep the key and a checkpoint where nobody here can change them, before you need them.</li>
          <li>Take the log with its proofs, with an API key of yours: <code>voicectl audit export -o log</code></li>
          <li>
            Verify it, which asks no server:{" "}
            <code>voicectl audit verify log --key {`'${of.verifierKey}'`} --since checkpoint.txt</code>
          </li>
        </ol>
      </details>
    </>
  );
}

/** The signed note as a file, byte for byte. */
function Save({ note }: { note: string }) {
  const [url, setUrl] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([note], { type: "text/plain" }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [note]);
  return <a className="button plain" href={url} download="checkpoint.txt">Save the checkpoint</a>;
}
