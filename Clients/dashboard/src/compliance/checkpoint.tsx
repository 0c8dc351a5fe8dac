import { useEffect, useState } from "react";
import { ApiError } from "../../../typescript/index";
import type { AuditCheckpoint } from "../../../typescript/index";
import { api } from "../api";
import { number } from "../format";
import { useLoaded } from "../loaded";
import { Await } from "../parts/await";
import { Card } from "../parts/card";
import { Facts } from "../parts/facts";
import { Link } from "../parts/link";
import { Notice } from "../parts/notice";
import { Copyable } from "../parts/secret";
import type { ChosenLog } from "./logs";
import { Verifying } from "./verifying";

/** How far a log has come, signed, and how to verify it. */
export function Checkpoint({ of }: { of: ChosenLog }) {
  const loaded = useLoaded(async (signal) => {
    const [checkpoint, before] = await Promise.all([
      api.compliance.getAuditCheckpoint(of.epoch ? { epoch: of.epoch } : {}, { signal }),
      of.previous ? api.compliance.getAuditCheckpoint({ epoch: of.previous }, { signal }).catch(unsigned) : undefined,
    ]);
    return { checkpoint, previousKey: before?.verifierKey ?? "" };
  }, [of.epoch, of.previous]);
  return (
    <Card
      title={`Signed checkpoint${of.epoch && ` of log ${of.epoch}`}`}
      hint={(
        <>
          Says how far the log has come. No log that was changed before it will ever agree with it.
          {!of.epoch && (
            <>
              {" "}The first one of a day goes to your <Link to="/settings/webhooks">webhooks</Link>, too,
              as <code>audit.signed</code>.
            </>
          )}
        </>
      )}
    >
      <Await of={loaded} lines={3}>{(value) => <Whole of={of} {...value} />}</Await>
    </Card>
  );
}

/** A log that was left behind may never have been signed. */
function unsigned(error: unknown): undefined {
  if (!(error instanceof ApiError) || error.code !== "NOT_FOUND") throw error;
  return undefined;
}

function Whole({ of, checkpoint, previousKey }: { of: ChosenLog; checkpoint: AuditCheckpoint; previousKey: string }) {
  return (
    <>
      {of.standing === "lost" && (
        <Notice kind="warning" title="Entries of this log were lost or changed">
          <p>What is there does not continue this checkpoint, the last one that was signed.</p>
        </Notice>
      )}
      <Facts
        of={[
          ["Entries", number(checkpoint.size)],
          ["Root hash", <code>{checkpoint.rootHash}</code>],
          ["Log", <code>{checkpoint.origin}</code>],
        ]}
      />
      <Copyable label="Key that checks it" text={checkpoint.verifierKey ?? ""} />
      <Save note={checkpoint.note ?? ""} name={`checkpoint${of.suffix}.txt`} />
      <Verifying of={of} verifierKey={checkpoint.verifierKey ?? ""} previousKey={previousKey} />
    </>
  );
}

/** The signed note as a file, byte for byte. */
function Save({ note, name }: { note: string; name: string }) {
  const [url, setUrl] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([note], { type: "text/plain" }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [note]);
  return <a className="button plain" href={url} download={name}>Save the checkpoint</a>;
}
