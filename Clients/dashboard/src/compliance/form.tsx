import type { ConsentForm } from "../../../typescript/index";
import { api } from "../api";
import { phone, seconds, time } from "../format";
import { useLoaded } from "../loaded";
import { languages } from "../names";
import { Await } from "../parts/await";
import { Card } from "../parts/card";
import { Facts } from "../parts/facts";
import { Link } from "../parts/link";
import { Page } from "../parts/page";
import { FormStateBadge } from "./forms";
import { purposeList } from "./names";

/** One form: what it asks, what came of it, and the notice that was answered. */
export function ConsentFormPage({ formId }: { formId: string }) {
  const form = useLoaded((signal) => api.compliance.getConsentForm({ consentFormId: formId }, { signal }), [formId]);
  return (
    <Page
      title={form.value ? `Form for ${phone(form.value.phoneNumber)}` : "Consent form"}
      back={{ to: "/compliance/forms", label: "Consent forms" }}
    >
      <Await of={form} lines={8}>{(value) => <Whole of={value} />}</Await>
    </Page>
  );
}

/** A notice is in English or in Hindi; its last line has words of ours alone, whatever the offer above is written in. */
function noticeLanguage(notice: string): string {
  return /\p{Script=Devanagari}/u.test(notice.slice(notice.lastIndexOf("\n"))) ? "hi" : "en";
}

const days = (lifetime: string | undefined) => `${Math.round(seconds(lifetime) / 86_400)} days`;

function Whole({ of }: { of: ConsentForm }) {
  return (
    <>
      <p className="standing">
        <FormStateBadge of={of} />
        {of.state === "PENDING" && "Its link was shown when it was made, and is not kept. If it is lost, make another form."}
      </p>
      <div className="split">
        <div>
          <Card title="What you offer">
            {of.offering ? <p className="quoted">{of.offering}</p> : <p className="faint">Nothing is said.</p>}
          </Card>
          <Card title="Notice" hint="The whole text that the person had before them when they answered.">
            {of.notice ? <p className="quoted" lang={noticeLanguage(of.notice)}>{of.notice}</p>
              : <p className="faint">Not answered yet.</p>}
          </Card>
        </div>
        <Card title="Details">
          <Facts
            of={[
              ["Asks for", purposeList(of.purposes)],
              ["Language", languages[of.language ?? ""] ?? "The browser’s"],
              ["Contact", of.contact || "Your e-mail address"],
              ["Consent lasts", days(of.consentLifetime)],
              ["Made", time(of.createTime)],
              ["Can be answered until", time(of.expireTime)],
              ["Answered", time(of.answerTime)],
              ["Consent", of.consentId ? <Link to={`/compliance/consents/${of.consentId}`}>To the consent</Link> : "–"],
              ["Form", <code>{of.consentFormId}</code>],
              ["Proof", <Link to={`/compliance/audit?subject=${of.consentFormId}`}>In the audit log</Link>],
            ]}
          />
        </Card>
      </div>
    </>
  );
}
