import { useState } from "react";
import type { Agent, CallTemplate, CallTemplateState, User } from "../../../typescript/index";
import { useAgents } from "../agents-list";
import { api, deleted } from "../api";
import { date, phone, time } from "../format";
import { useAction, useIsShown, useLoaded } from "../loaded";
import { languages, mayManage, sectors } from "../names";
import { Await } from "../parts/await";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Confirm } from "../parts/dialog";
import { Facts } from "../parts/facts";
import { Link } from "../parts/link";
import { Problem } from "../parts/notice";
import { Page } from "../parts/page";
import { announce } from "../parts/toast";
import { navigate } from "../router";
import { sentence } from "../words";
import { callClasses } from "./names";
import { TemplateStateBadge } from "./templates";

/** One template: its words, how it stands and why, and its end. */
export function TemplatePage({ templateId, user }: { templateId: string; user: User }) {
  const template = useLoaded((signal) => api.compliance.getCallTemplate({ templateId }, { signal }), [templateId]);
  const agents = useAgents();
  const [isAsking, setAsking] = useState(false);
  const users = agents.value?.filter((agent) => agent.callTemplateIds?.includes(templateId));
  return (
    <Page
      title="Call template" back={{ to: "/compliance/templates", label: "Templates" }}
      actions={mayManage(user) && template.value && <Button kind="danger" onClick={() => setAsking(true)}>Remove</Button>}
    >
      <Problem error={agents.error} title="The agents could not be read" onRetry={agents.reload} />
      <Await of={template} lines={8}>{(it) => <Whole of={it} users={users} />}</Await>
      {isAsking && <Remove templateId={templateId} users={users} onClose={() => setAsking(false)} />}
    </Page>
  );
}

function Whole({ of, users }: { of: CallTemplate; users: Agent[] | undefined }) {
  return (
    <>
      <p className="standing"><TemplateStateBadge of={of} /> {standing(of.state)}</p>
      <div className="split">
        <Card title="Words" hint={<>Where <code>{"{#var#}"}</code> stands, something else is said each time.</>}>
          <p className="quoted" lang={of.language ?? ""}>{of.content}</p>
        </Card>
        <Card title="Details">
          <Facts
            of={[
              ["DLT template id", <code>{of.dltTemplateId}</code>],
              ["Calls", callClasses[of.callClass ?? "CALL_CLASS_UNSPECIFIED"]],
              ["Sector", sectors[of.sector ?? "SECTOR_UNSPECIFIED"]],
              ["Language", languages[of.language ?? ""] ?? of.language],
              ["Headers", of.headers?.length ? <Lines of={of.headers.map(phone)} /> : "Every declared number"],
              ["Registered", time(of.createTime)],
              ["Good until", date(of.expireTime)],
              ["Why it stands so", of.reviewReason ? sentence(of.reviewReason) : "–"],
              ["Agents", users ? names(users) || "None" : "…"],
              ["Template", <code>{of.templateId}</code>],
              ["Proof", <Link to={`/compliance/audit?subject=${of.templateId}`}>In the audit log</Link>],
            ]}
          />
        </Card>
      </div>
    </>
  );
}

function Lines({ of }: { of: string[] }) {
  return <>{of.map((each) => <div key={each}>{each}</div>)}</>;
}

/** What a state comes to. */
function standing(state: CallTemplateState | undefined): string {
  switch (state) {
    case "SUBMITTED": return "We look whether the DLT platforms have it so. Until then no call goes out by it.";
    case "APPROVED": return "Calls go out by it.";
    case "REJECTED": return "No call goes out by it. It stays so: remove it, and register it as it is on the DLT platform.";
    default: return "No call goes out by it.";
  }
}

function names(agents: Agent[]): string {
  return agents.map(({ name }) => name).join(", ");
}

/** What a removal does to the agents that name the template; undefined are those that could not be seen. */
function loss(users: Agent[] | undefined): string {
  if (!users) {
    return "Which agents name it could not be seen. One that does places no call until the template is taken out there, too.";
  }
  if (users.length === 0) return "No agent names it.";
  return `No call is placed by ${names(users)} until the template is taken out there, too.`;
}

function Remove({ templateId, users, onClose }: {
  templateId: string; users: Agent[] | undefined; onClose: () => void;
}) {
  const isShown = useIsShown();
  const removing = useAction(async () => {
    await deleted(api.compliance.deleteCallTemplate({ templateId }));
    announce("The template was removed");
    if (isShown()) navigate("/compliance/templates");
  });
  return (
    <Confirm
      title="Remove this template?" verb="Remove template" isBusy={removing.isBusy} error={removing.error}
      onConfirm={() => void removing.run()} onClose={onClose}
    >
      <p>{loss(users)}</p>
      <p>
        That goes by the agents as they are edited. A version that was published before may still name it, and then places no
        call either.
      </p>
    </Confirm>
  );
}
