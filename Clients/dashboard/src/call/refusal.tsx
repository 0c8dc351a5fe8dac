import { ApiError } from "../../../typescript/index";
import { ruleWords } from "../compliance/rules";
import { time } from "../format";
import { Link } from "../parts/link";
import { Notice, Problem } from "../parts/notice";
import { reason, sentence } from "../words";

/** Why a call may not be placed: every reason with what to do about it, and from when on it may. */
export function Refusal({ error, agentId }: { error: unknown; agentId: string }) {
  if (!(error instanceof ApiError) || error.preconditionViolations.length === 0) {
    return <Problem error={error} title="The call was not placed" />;
  }
  const decision = error.details.find((detail) => detail["@type"]?.endsWith("/payaid.voice.v1.Decision"));
  const next = decision?.["nextAllowedTime"] as string | undefined;
  const decisionId = decision?.["decisionId"] as string | undefined;
  const reasons = error.preconditionViolations.map(({ type, description }) => ({ type, ...reason(description) }));
  return (
    <Notice kind="error" title="The rules do not allow this call">
      <ul>
        {reasons.map(({ type, words }) => {
          const { remedy, place } = ruleWords(type, agentId);
          return <li key={type}>{sentence(words)} {remedy} {place && <Link to={place[0]}>{place[1]}</Link>}</li>;
        })}
      </ul>
      <p>
        {next ? `It may be placed from ${time(next)} on.`
          : "Waiting does not help: the reasons above have to be put right first."}
      </p>
      {decisionId && <Link to={`/compliance/decisions/${decisionId}`}>What each rule said</Link>}
      <details className="preview">
        <summary>The rules’ codes, for support</summary>
        <ul>{reasons.map(({ type, code }) => <li key={type}><code>{code ? `${type} ${code}` : type}</code></li>)}</ul>
      </details>
    </Notice>
  );
}
