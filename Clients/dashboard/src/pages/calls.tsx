import { useState } from "react";
import type { Agent, Call, CallState, User } from "../../../typescript/index";
import { agentName, useAgents } from "../agents-list";
import { api } from "../api";
import { CallStateBadge } from "../call/call-state";
import { ExportRecords } from "../call/export-records";
import { duration, money, phone, time } from "../format";
import { usePages } from "../loaded";
import { callStates, languages, mayManage, mayWrite } from "../names";
import { Button } from "../parts/button";
import { DayFilter, areReversed, daysIn, timesOf } from "../parts/day-filter";
import type { Days } from "../parts/day-filter";
import { Empty } from "../parts/empty";
import { Select } from "../parts/field";
import { Link } from "../parts/link";
import { Page } from "../parts/page";
import { PagedTable } from "../parts/paged-table";
import type { Column } from "../parts/table";
import { setQuery } from "../router";

/** What of the history is wanted, as it stands in the page's address. */
interface Wanted extends Days {
  agentId: string;
  state: string;
}

function wantedIn(query: URLSearchParams): Wanted {
  const state = query.get("state") ?? "";
  return { agentId: query.get("agent") ?? "", state: state in callStates ? state : "", ...daysIn(query) };
}

/** The history of calls, newest first. */
export function Calls({ user, query }: { user: User; query: URLSearchParams }) {
  const wanted = wantedIn(query);
  const agents = useAgents(true);
  const list = usePages<Call>(async (pageToken, signal) => {
    if (areReversed(wanted)) return { items: [], next: "" };
    const page = await api.calls.listCalls({
      pageToken, pageSize: 25,
      ...(wanted.agentId ? { agentId: wanted.agentId } : {}),
      ...(wanted.state ? { state: wanted.state as CallState } : {}),
      ...timesOf(wanted),
    }, { signal });
    return { items: page.calls ?? [], next: page.nextPageToken };
  }, [wanted.agentId, wanted.state, wanted.from, wanted.to]);
  const isFiltered = Object.values(wanted).some(Boolean);
  const [isExporting, setExporting] = useState(false);
  const place = mayWrite(user) && <Link to="/calls/new" className="button primary">Place a call</Link>;
  return (
    <Page
      title="Calls"
      actions={(
        <>
          <Button onClick={list.reload} isBusy={list.isLoading}>Refresh</Button>
          <Button onClick={() => setExporting(true)} label="Export call records">Export</Button>
          {place}
        </>
      )}
    >
      <Filters wanted={wanted} agents={agents.value ?? []} isFiltered={isFiltered} />
      <PagedTable
        of={list} caption="Calls" columns={columns(agents.value)} rowKey={(call) => call.callId ?? ""}
        empty={<Nothing isFiltered={isFiltered} isReversed={areReversed(wanted)} />}
      />
      {isExporting && (
        <ExportRecords
          from={wanted.from} to={wanted.to} agentId={wanted.agentId} mayHaveNumbers={mayManage(user)}
          onClose={() => setExporting(false)}
        />
      )}
    </Page>
  );
}

function Filters({ wanted, agents, isFiltered }: { wanted: Wanted; agents: Agent[]; isFiltered: boolean }) {
  const names = agents.map((agent): [string, string] => [
    agent.agentId ?? "", agent.state === "DELETED" ? `${agent.name} (deleted)` : agent.name ?? "",
  ]);
  const states = Object.entries(callStates).filter(([key]) => key !== "STATE_UNSPECIFIED");
  return (
    <div className="filters" role="search">
      <Select
        label="Agent" value={wanted.agentId} onChange={(agent) => setQuery({ agent })}
        options={[["", "All agents"], ...names]}
      />
      <Select
        label="State" value={wanted.state} onChange={(state) => setQuery({ state })}
        options={[["", "All states"], ...states]}
      />
      <DayFilter days={wanted} />
      {isFiltered && (
        <Button kind="quiet" onClick={() => setQuery({ agent: "", state: "", from: "", to: "" })}>Clear filters</Button>
      )}
    </div>
  );
}

function Nothing({ isFiltered, isReversed }: { isFiltered: boolean; isReversed: boolean }) {
  if (isReversed) return <Empty title="The days are the wrong way round">The first day is after the last one.</Empty>;
  if (isFiltered) return <Empty title="No call matches">Try another agent or state, or more days.</Empty>;
  return (
    <Empty title="No calls yet" action={<Link to="/calls/new" className="button primary">Place a call</Link>}>
      Every call that your agents place or take is listed here, with what was said and what it cost.
    </Empty>
  );
}

function columns(agents: Agent[] | undefined): Column<Call>[] {
  return [
    { title: "Phone", isWhole: true, cell: (call) => (
      <Link to={`/calls/${call.callId}`} className="strong">
        {call.phoneNumber ? phone(call.phoneNumber) : "Without a number"}
      </Link>
    ) },
    { title: "Agent", cell: (call) => agents ? agentName(agents, call.agentId) : "…" },
    { title: "Duration", isFigure: true, cell: (call) => call.duration ? duration(call.duration) : "–" },
    { title: "Language", cell: (call) => languages[call.language ?? ""] ?? "–" },
    { title: "State", cell: (call) => <CallStateBadge state={call.state} /> },
    { title: "Cost", isFigure: true, cell: (call) => money(call.cost?.total) },
    { title: "Time", isWhole: true, cell: (call) => time(call.createTime) },
  ];
}
