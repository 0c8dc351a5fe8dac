import type { Decision, RuleResult } from "../../../typescript/index";
import { time } from "../format";
import { Badge, StateBadge } from "../parts/badge";
import { Link } from "../parts/link";
import { reason, sentence } from "../words";
import { verdicts } from "./names";
import { ruleWords } from "./rules";

/** Yes or no, in a word. */
export function VerdictBadge({ of }: { of: Decision }) {
  return <StateBadge of={verdicts[of.verdict ?? "VERDICT_UNSPECIFIED"]} />;
}

/** The rules that spoke against a call. */
export function failedRules(of: Decision): RuleResult[] {
  return (of.results ?? []).filter((result) => result.outcome === "FAIL");
}

/** What follows from a verdict: whether waiting helps, or how long the call may last. */
export function consequence(of: Decision): string {
  if (of.verdict === "BLOCK") {
    return of.nextAllowedTime ? `It may be placed from ${time(of.nextAllowedTime)} on.`
      : "Waiting does not help: what speaks against it has to be put right first.";
  }
  return of.latestEndTime ? `It has to be over by ${time(of.latestEndTime)}.` : "Nothing speaks against it.";
}

/** What every rule said: those against the call first, those that do not concern it folded away. */
export function Rules({ of }: { of: Decision }) {
  const results = of.results ?? [];
  const others = results.filter((result) => result.outcome === "NOT_APPLICABLE");
  const rule = (result: RuleResult) => <Rule key={result.rule ?? ""} of={result} agentId={of.agentId ?? ""} />;
  return (
    <>
      <ul className="items">
        {results.filter((result) => !others.includes(result)).map(rule)}
      </ul>
      {others.length > 0 && (
        <details className="preview">
          <summary>{others.length === 1 ? "1 rule does" : `${others.length} rules do`} not concern this call</summary>
          <ul className="items">{others.map(rule)}</ul>
        </details>
      )}
    </>
  );
}

function Rule({ of, agentId }: { of: RuleResult; agentId: string }) {
  const { title, asks, remedy, place } = ruleWords(of.rule, agentId);
  const { code, words } = reason(of.explanation ?? "");
  const isAgainst = of.outcome === "FAIL";
  return (
    <li className="item">
      <div className="item-head">
        <div>
          <p className="strong">{title}</p>
          <p className="hint">{asks}</p>
        </div>
        <Outcome of={of} />
      </div>
      {words !== "" && <p>{sentence(words)} {code && <code>{code}</code>}</p>}
      {isAgainst && remedy && <p>{remedy} {place && <Link to={place[0]}>{place[1]}</Link>}</p>}
      <p className="hint">{of.source} · <code>{of.rule}</code></p>
    </li>
  );
}

function Outcome({ of }: { of: RuleResult }) {
  if (of.outcome === "FAIL") return <Badge kind="bad">Against</Badge>;
  return of.outcome === "PASS" ? <Badge kind="good">Passed</Badge> : <Badge kind="idle">Not concerned</Badge>;
}
