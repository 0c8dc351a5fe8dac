import type { Decision } from "../../../typescript/index";
import { agentName, useAgents } from "../agents-list";
import { api } from "../api";
import { phone, time } from "../format";
import { useLoaded } from "../loaded";
import { Await } from "../parts/await";
import { Card } from "../parts/card";
import { Facts } from "../parts/facts";
import { Link } from "../parts/link";
import { Page } from "../parts/page";
import { Rules, VerdictBadge, consequence, failedRules } from "./verdict";

/** One decision: what every rule said of the call. */
export function DecisionPage({ decisionId }: { decisionId: string }) {
  const decision = useLoaded((signal) => api.compliance.getDecision({ decisionId }, { signal }), [decisionId]);
  return (
    <Page title={title(decision.value)} back={{ to: "/compliance", label: "Decisions" }}>
      <Await of={decision} lines={8}>{(value) => <Whole of={value} />}</Await>
    </Page>
  );
}

function title(decision: Decision | undefined): string {
  if (!decision) return "Decision";
  return decision.verdict === "ALLOW" ? "Call allowed" : "Call refused";
}

function person({ phoneNumber, callMade }: Decision): string {
  if (phoneNumber) return phone(phoneNumber);
  return callMade ? "Withheld or erased" : "Not kept: no call was made";
}

function Whole({ of }: { of: Decision }) {
  const agents = useAgents(true);
  const against = failedRules(of).length;
  return (
    <>
      <p className="standing"><VerdictBadge of={of} /> {consequence(of)}</p>
      <div className="split">
        <Card
          title="What the rules said"
          hint={against ? `${against === 1 ? "One rule speaks" : `${against} rules speak`} against the call.` : undefined}
        >
          <Rules of={of} />
        </Card>
        <Card title="Details">
          <Facts
            of={[
              ["Given", time(of.evaluateTime)],
              ["Person", person(of)],
              ["Agent", of.agentId ? agents.value ? agentName(agents.value, of.agentId) : "…" : "–"],
              ["Call", of.callMade ? <Link to={`/calls/${of.callId}`}>To the call</Link> : "Not made"],
              ["Rules of", of.rulesVersion || "–"],
              ["Decision", <code>{of.decisionId}</code>],
              ["Proof", <Link to={`/compliance/audit?subject=${of.callId}`}>In the audit log</Link>],
            ]}
          />
        </Card>
      </div>
    </>
  );
}
