import type { User } from "../../../typescript/index";
import { mayManage, mayWrite } from "../names";
import { NotFound } from "../pages/not-found";
import { Link } from "../parts/link";
import { Notice } from "../parts/notice";
import { Page } from "../parts/page";
import { Tabs } from "../parts/tabs";
import { AuditLogPart } from "./audit";
import { CheckCall } from "./check-call";
import { ConsentPage } from "./consent";
import { Consents } from "./consents";
import { DecisionPage } from "./decision";
import { Decisions } from "./decisions";
import { DoNotCall } from "./do-not-call";
import { ErasurePage } from "./erasure";
import { Erasures } from "./erasures";
import { ConsentFormPage } from "./form";
import { ConsentForms } from "./forms";
import { TemplatePage } from "./template";
import { Templates } from "./templates";

const parts = [
  ["", "Decisions"], ["consents", "Consents"], ["forms", "Consent forms"], ["do-not-call", "Do not call"],
  ["templates", "Templates"], ["erasures", "Erasure"], ["audit", "Audit log"],
] as const;

/** Whom the agents may call, why not, who agreed, and what proves it. */
export function Compliance({ part, id, user, query }: { part: string; id: string; user: User; query: URLSearchParams }) {
  if (id) return <One part={part} id={id} user={user} />;
  if (part === "check") return <CheckCall />;
  if (!parts.some(([key]) => key === part)) return <NotFound />;
  return (
    <Page title="Compliance" actions={<Link to="/compliance/check" className="button plain">Check a number</Link>}>
      <Tabs label="Compliance" base="/compliance" parts={parts} part={part} />
      {!mayWrite(user) && part !== "erasures" && <Notice>Your role may read this, but change nothing.</Notice>}
      {part === "" && <Decisions query={query} />}
      {part === "consents" && <Consents user={user} />}
      {part === "forms" && <ConsentForms user={user} />}
      {part === "do-not-call" && <DoNotCall user={user} />}
      {part === "templates" && <Templates user={user} />}
      {part === "erasures" && <Erasures user={user} />}
      {part === "audit" && <AuditLogPart query={query} user={user} />}
    </Page>
  );
}

/** The page of one entry of a list. */
function One({ part, id, user }: { part: string; id: string; user: User }) {
  if (part === "decisions") return <DecisionPage key={id} decisionId={id} />;
  if (part === "consents") return <ConsentPage key={id} consentId={id} user={user} />;
  if (part === "forms") return <ConsentFormPage key={id} formId={id} />;
  if (part === "templates") return <TemplatePage key={id} templateId={id} user={user} />;
  if (part === "erasures" && mayManage(user)) return <ErasurePage key={id} erasureId={id} />;
  return <NotFound />;
}
