import { useState } from "react";
import type { Agent, Decision, DecisionVerdict } from "../../../typescript/index";
import { agentName, useAgents } from "../agents-list";
import { api } from "../api";
import { phone, startOfDay, time } from "../format";
import { usePages } from "../loaded";
import { Await } from "../parts/await";
import { Button } from "../parts/button";
import { Empty } from "../parts/empty";
import { Select, TextField } from "../parts/field";
import { Link } from "../parts/link";
import { Pager, Table } from "../parts/table";
import type { Column } from "../parts/table";
import { setQuery } from "../router";
import { NumberSearch } from "./number-search";
import { ruleWords } from "./rules";
import { VerdictBadge, failedRules } from "./verdict";

/** What stands in the page’s address; numbers do not. */
interface Wanted {
  verdict: string;
  from: string;
  to: string;
}

function wantedIn(query: URLSearchParams): Wanted {
  const day = (name: string) => /^\d{4}-\d{2}-\d{2}$/.exec(query.get(name) ?? "")?.[0] ?? "";
  const verdict = query.get("verdict") ?? "";
  return { verdict: ["ALLOW", "BLOCK"].includes(verdict) ? verdict : "", from: day("from"), to: day("to") };
}

const isCall = (text: string) => text.startsWith("call_");

/** What the rules said of each call, newest first. */
export function Decisions({ query }: { query: URLSearchParams }) {
  const wanted = wantedIn(query);
  const [sought, setSought] = useState("");
  const agents = useAgents(true);
  const isReversed = wanted.from !== "" && wanted.to !== "" && wanted.from > wanted.to;
  const list = usePages<Decision>(async (pageToken, signal) => {
    if (isReversed) return { items: [], next: "" };
    const page = await api.compliance.listDecisions({
      pageToken, pageSize: 25,
      ...(wanted.verdict ? { verdict: wanted.verdict as DecisionVerdict } : {}),
      ...(wanted.from ? { startTime: startOfDay(wanted.from) } : {}),
      ...(wanted.to ? { endTime: startOfDay(wanted.to, 1) } : {}),
      ...(isCall(sought) ? { callId: sought } : sought ? { phoneNumber: sought } : {}),
    }, { signal });
    return { items: page.decisions ?? [], next: page.nextPageToken };
  }, [wanted.verdict, wanted.from, wanted.to, sought]);
  const isFiltered = Object.values(wanted).some(Boolean) || sought !== "";
  return (
    <>
      <Filters wanted={wanted} isReversed={isReversed} />
      <NumberSearch label="Phone number or call" isOther={isCall} onSearch={setSought} />
      <Await of={list} lines={8}>
        {({ items }) => items.length === 0
          ? <Nothing isFiltered={isFiltered} isSought={sought !== ""} />
          : (
            <>
              <Table
                caption="Decisions" columns={columns(agents.value)} rows={items} rowKey={(each) => each.decisionId ?? ""}
              />
              <Pager page={list.page} onNext={list.onNext} onPrevious={list.onPrevious} />
            </>
          )}
      </Await>
    </>
  );
}

function Filters({ wanted, isReversed }: { wanted: Wanted; isReversed: boolean }) {
  return (
    <div className="filters" role="search">
      <Select
        label="Decision" value={wanted.verdict} onChange={(verdict) => setQuery({ verdict })}
        options={[["", "All decisions"], ["BLOCK", "Refused"], ["ALLOW", "Allowed"]]}
      />
      <TextField
        label="From day" type="date" value={wanted.from} onChange={(from) => setQuery({ from })}
        error={isReversed ? "Is after the last day." : undefined}
      />
      <TextField label="To day" type="date" value={wanted.to} onChange={(to) => setQuery({ to })} />
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
    { title: "Time", cell: (it) => (
      <Link to={`/compliance/decisions/${it.decisionId}`} className="strong nowrap">{time(it.evaluateTime)}</Link>
    ) },
    { title: "Decision", cell: (it) => <VerdictBadge of={it} /> },
    { title: "Against it", cell: (it) => failedRules(it).map(({ rule }) => ruleWords(rule).title).join(", ") || "–" },
    { title: "Agent", cell: (it) => it.agentId ? agents ? agentName(agents, it.agentId) : "…" : "–" },
    { title: "Person", cell: (it) => <span className="nowrap">{phone(it.phoneNumber)}</span> },
    { title: "Call", cell: (it) => it.callMade
      ? <Link to={`/calls/${it.callId}`}>Call<span className="unseen"> of {time(it.evaluateTime)}</span></Link>
      : <span className="faint nowrap">Not made</span> },
  ];
}
