import { useState } from "react";
import type { Agent, Decision, DecisionVerdict } from "../../../typescript/index";
import { agentName, useAgents } from "../agents-list";
import { api } from "../api";
import { phone, time } from "../format";
import { usePages } from "../loaded";
import { Button } from "../parts/button";
import { DayFilter, areReversed, daysIn, timesOf } from "../parts/day-filter";
import type { Days } from "../parts/day-filter";
import { Empty } from "../parts/empty";
import { Select } from "../parts/field";
import { Link } from "../parts/link";
import { PagedTable } from "../parts/paged-table";
import type { Column } from "../parts/table";
import { setQuery } from "../router";
import { NumberSearch } from "./number-search";
import { ruleWords } from "./rules";
import { VerdictBadge, failedRules } from "./verdict";

/** What stands in the page’s address; numbers do not. */
interface Wanted extends Days {
  verdict: string;
}

function wantedIn(query: URLSearchParams): Wanted {
  const verdict = query.get("verdict") ?? "";
  return { verdict: ["ALLOW", "BLOCK"].includes(verdict) ? verdict : "", ...daysIn(query) };
}

const isCall = (text: string) => text.startsWith("call_");

/** What the rules said of each call, newest first. */
export function Decisions({ query }: { query: URLSearchParams }) {
  const wanted = wantedIn(query);
  const [sought, setSought] = useState("");
  const agents = useAgents(true);
  const list = usePages<Decision>(async (pageToken, signal) => {
    if (areReversed(wanted)) return { items: [], next: "" };
    const page = await api.compliance.listDecisions({
      pageToken, pageSize: 25,
      ...(wanted.verdict ? { verdict: wanted.verdict as DecisionVerdict } : {}),
      ...timesOf(wanted),
      ...(isCall(sought) ? { callId: sought } : sought ? { phoneNumber: sought } : {}),
    }, { signal });
    return { items: page.decisions ?? [], next: page.nextPageToken };
  }, [wanted.verdict, wanted.from, wanted.to, sought]);
  const isFiltered = Object.values(wanted).some(Boolean) || sought !== "";
  return (
    <>
      <Filters wanted={wanted} />
      <NumberSearch label="Phone number or call" isOther={isCall} onSearch={setSought} />
      <PagedTable
        of={list} caption="Decisions" columns={columns(agents.value)} rowKey={(each) => each.decisionId ?? ""}
        empty={<Nothing isFiltered={isFiltered} isSought={sought !== ""} />}
      />
    </>
  );
}

function Filters({ wanted }: { wanted: Wanted }) {
  return (
    <div className="filters" role="search">
      <Select
        label="Decision" value={wanted.verdict} onChange={(verdict) => setQuery({ verdict })}
        options={[["", "All decisions"], ["BLOCK", "Refused"], ["ALLOW", "Allowed"]]}
      />
      <DayFilter days={wanted} />
      {Object.values(wanted).some(Boolean) && (
        <Button kind="quiet" onClick={() => setQuery({ verdict: "", from: "", to: "" })}>Clear filters</Button>
      )}
    </div>
  );
}

function Nothing({ isFiltered, isSought }: { isFiltered: boolean; isSought: boolean }) {
  if (isSought) {
    return (
      <Empty title="No decision matches">
        Of a call that was refused when it was asked for no number is kept: look for it by its day.
      </Empty>
    );
  }
  if (isFiltered) return <Empty title="No decision matches">Try other days, or all decisions.</Empty>;
  return (
    <Empty title="No decisions yet">
      Before every call the rules of TRAI and of data protection are asked. What they said is listed here.
    </Empty>
  );
}

function columns(agents: Agent[] | undefined): Column<Decision>[] {
  return [
    { title: "Time", isWhole: true, cell: (it) => (
      <Link to={`/compliance/decisions/${it.decisionId}`} className="strong">{time(it.evaluateTime)}</Link>
    ) },
    { title: "Decision", cell: (it) => <VerdictBadge of={it} /> },
    { title: "Against it", cell: (it) => failedRules(it).map(({ rule }) => ruleWords(rule).title).join(", ") || "–" },
    { title: "Agent", cell: (it) => it.agentId ? agents ? agentName(agents, it.agentId) : "…" : "–" },
    { title: "Person", isWhole: true, cell: (it) => phone(it.phoneNumber) },
    { title: "Call", isWhole: true, cell: (it) => it.callMade
      ? <Link to={`/calls/${it.callId}`}>Call<span className="unseen"> of {time(it.evaluateTime)}</span></Link>
      : <span className="faint">Not made</span> },
  ];
}
