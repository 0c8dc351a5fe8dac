import type { Call, Decision } from "../../../typescript/index";
import { api } from "../api";
import { VerdictBadge, consequence, failedRules } from "../compliance/verdict";
import { time } from "../format";
import { useLoaded } from "../loaded";
import { Await } from "../parts/await";
import { Card } from "../parts/card";
import { Link } from "../parts/link";
import { reason, sentence } from "../words";

/** What the rules said of a call, when it was asked for and when it was dialled. Nobody is called over live audio. */
export function CallDecisions({ call }: { call: Call }) {
  const { callId = "", state, direction } = call;
  const list = useLoaded(async (signal) => {
    if (direction === "LIVE") return [];
    return (await api.compliance.listDecisions({ callId }, { signal })).decisions ?? [];
    // They are asked again when the call is dialled.
  }, [callId, direction, state === "QUEUED"]);
  if (direction === "LIVE") return null;
  return (
    <Card title="Compliance">
      <Await of={list} lines={2}>
        {(decisions) => decisions.length === 0
          ? <p className="faint">No decision is kept.</p>
          : <ul className="items">{decisions.map((each) => <Entry key={each.decisionId ?? ""} of={each} />)}</ul>}
      </Await>
    </Card>
  );
}

function Entry({ of }: { of: Decision }) {
  const against = failedRules(of);
  return (
    <li className="item">
      <div className="item-head">
        <Link to={`/compliance/decisions/${of.decisionId}`}>
          What the rules said<span className="unseen"> on {time(of.evaluateTime)}</span>
        </Link>
        <VerdictBadge of={of} />
      </div>
      {against.map(({ rule, explanation }) => <p key={rule ?? ""}>{sentence(reason(explanation ?? "").words)}</p>)}
      <p className="hint">{time(of.evaluateTime)}{against.length > 0 && ` · ${consequence(of)}`}</p>
    </li>
  );
}
