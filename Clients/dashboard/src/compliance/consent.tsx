import { useState } from "react";
import type { Consent, User } from "../../../typescript/index";
import { api } from "../api";
import { phone, time } from "../format";
import { useAction, useLoaded } from "../loaded";
import { languages, mayWrite } from "../names";
import { Await } from "../parts/await";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Confirm } from "../parts/dialog";
import { Facts } from "../parts/facts";
import { Link } from "../parts/link";
import { Page } from "../parts/page";
import { announce } from "../parts/toast";
import { ConsentStateBadge } from "./consents";
import { bases, purposeList } from "./names";

/** One consent: what was agreed to, what proves it, and its end. */
export function ConsentPage({ consentId, user }: { consentId: string; user: User }) {
  const consent = useLoaded((signal) => api.compliance.getConsent({ consentId }, { signal }), [consentId]);
  const [isAsking, setAsking] = useState(false);
  const { value } = consent;
  // Of an erased person there is nothing left to take back.
  const mayWithdraw = mayWrite(user) && value?.phoneNumber && value.state !== "WITHDRAWN";
  return (
    <Page
      title={value?.phoneNumber ? `Consent of ${phone(value.phoneNumber)}` : "Consent"}
      back={{ to: "/compliance/consents", label: "Consents" }}
      actions={mayWithdraw && <Button kind="danger" onClick={() => setAsking(true)}>Withdraw</Button>}
    >
      <Await of={consent} lines={8}>{(it) => <Whole of={it} />}</Await>
      {isAsking && (
        <Withdraw
          consentId={consentId} onClose={() => setAsking(false)}
          onDone={(withdrawn) => {
            setAsking(false);
            consent.set(withdrawn);
          }}
        />
      )}
    </Page>
  );
}

function Whole({ of }: { of: Consent }) {
  return (
    <>
      <p className="standing">
        <ConsentStateBadge of={of} /> {!of.phoneNumber && "The person was erased: what they said is gone."}
      </p>
      <div className="split">
        <div>
          <Card title="What the person agreed to">
            {of.statement ? <p className="quoted">{of.statement}</p> : <p className="faint">No words are recorded.</p>}
          </Card>
          <Card title="Evidence"><Evidence text={of.evidence ?? ""} /></Card>
        </div>
        <Card title="Details">
          <Facts
            of={[
              ["Calls", purposeList(of.purposes)],
              ["Rests on", bases[of.basis ?? "BASIS_UNSPECIFIED"].name],
              ["Given", time(of.grantTime)],
              ["Ends", time(of.expireTime)],
              ["Withdrawn", time(of.withdrawTime)],
              ["Consent", <code>{of.consentId}</code>],
              ["Proof", <Link to={`/compliance/audit?subject=${of.consentId}`}>In the audit log</Link>],
            ]}
          />
        </Card>
      </div>
    </>
  );
}

const evidenceNames: Record<string, string> = {
  action: "How", time: "When", notice_version: "Notice’s version", notice_sha256: "Notice’s SHA-256", language: "Language",
  languages_offered: "Languages offered", network: "Network", browser: "Browser",
};

/** What a form of ours proves is a list; everything else is shown as it was recorded. */
function Evidence({ text }: { text: string }) {
  const told = formEvidence(text);
  if (!told) return text ? <p className="quoted">{text}</p> : <p className="faint">None is recorded.</p>;
  const { consent_form: form, ...rest } = told;
  const facts = Object.entries(rest).filter(([, value]) => value).map(([key, value]): [string, string] => [
    evidenceNames[key] ?? key, evidenceWords(key, value),
  ]);
  return <Facts of={[["Form", <Link to={`/compliance/forms/${form}`}>To the form and its notice</Link>], ...facts]} />;
}

function evidenceWords(key: string, value: string): string {
  if (key === "time") return time(value);
  if (key.startsWith("language")) return value.split(" ").map((code) => languages[code] ?? code).join(", ");
  return value === "web_tick" ? "Ticked on the form" : value;
}

function formEvidence(text: string): Record<string, string> | undefined {
  try {
    const told: unknown = JSON.parse(text);
    const isOurs = typeof told === "object" && told !== null && "consent_form" in told
      && Object.values(told).every((value) => typeof value === "string");
    return isOurs ? told as Record<string, string> : undefined;
  } catch {
    return undefined;
  }
}

function Withdraw({ consentId, onDone, onClose }: {
  consentId: string; onDone: (consent: Consent) => void; onClose: () => void;
}) {
  const withdrawing = useAction(async () => {
    onDone(await api.compliance.withdrawConsent({ consentId }));
    announce("The consent was withdrawn");
  });
  return (
    <Confirm
      title="Withdraw this consent?" verb="Withdraw consent" isBusy={withdrawing.isBusy} error={withdrawing.error}
      onConfirm={() => void withdrawing.run()} onClose={onClose}
    >
      <p>
        It cannot be undone. Calls of its purposes, and all promotional ones, are refused until the person agrees again, for
        which nobody may ask them for 90 days if they had agreed in words.
      </p>
    </Confirm>
  );
}
