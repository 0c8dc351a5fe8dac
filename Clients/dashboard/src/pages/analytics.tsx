import { useState } from "react";
import type { Dashboard, DashboardSentimentBreakdown, Period, RevenueReport } from "../../../typescript/index";
import { useAgents } from "../agents-list";
import { api } from "../api";
import { amount, date, duration, indianDay, money, monthName, number, share, time } from "../format";
import { useLoaded } from "../loaded";
import { Await } from "../parts/await";
import { Bars } from "../parts/bars";
import { Card } from "../parts/card";
import { Donut } from "../parts/donut";
import { Empty } from "../parts/empty";
import { Select } from "../parts/field";
import { Link } from "../parts/link";
import { Page } from "../parts/page";
import { Segments } from "../parts/segments";
import { FirstSteps } from "./first-steps";

const periods = [["PERIOD_TODAY", "Today"], ["PERIOD_WEEK", "This week"], ["PERIOD_MONTH", "This month"]] as const;
const monthsShown = 6;

/** What the calls of a day, week or month achieved and cost. */
export function Analytics() {
  const [period, setPeriod] = useState<Period>("PERIOD_WEEK");
  const [agentId, setAgentId] = useState("");
  const agents = useAgents();
  const figures = useLoaded(
    (signal) => api.analytics.getDashboard({ period, agentId }, { signal }), [period, agentId]);
  const names = (agents.value ?? []).map((agent): [string, string] => [agent.agentId ?? "", agent.name ?? ""]);
  return (
    <Page title="Analytics">
      <div className="filters">
        <Segments label="Period" value={period} options={periods} onChange={(value) => setPeriod(value as Period)} />
        <Select label="Agent" value={agentId} onChange={setAgentId} options={[["", "All agents"], ...names]} />
      </div>
      <Await of={figures} lines={6}>{(value) => <Figures of={value} />}</Await>
      <Revenue />
    </Page>
  );
}

function Figures({ of }: { of: Dashboard }) {
  const slices = (of.callsByAgent ?? []).map((each) => ({ label: each.agentName ?? "", value: Number(each.calls ?? 0) }));
  const total = Number(of.totalCalls ?? 0);
  return (
    <>
      <dl className="figures">
        <Figure name="Calls" value={number(of.totalCalls)} />
        <Figure name="Success rate" value={total ? share(of.successRate) : "–"} hint="of the calls that ended" />
        <Figure
          name="Average duration" value={of.averageDuration ? duration(of.averageDuration) : "–"}
          hint="of completed calls"
        />
        <Figure name="Total cost" value={money(of.totalCost)} />
      </dl>
      {total === 0 ? <NoCalls /> : (
        <div className="split even">
          <Card title="Calls by agent"><Donut slices={slices} unit={total === 1 ? "call" : "calls"} /></Card>
          <Card title="Callers’ mood" hint="In completed calls, by a language model."><Moods of={of.sentiment ?? {}} /></Card>
        </div>
      )}
      <p className="hint">From {date(of.startTime)} to {time(of.endTime)}, Indian Standard Time.</p>
    </>
  );
}

function NoCalls() {
  const calls = useLoaded(async (signal) => (await api.calls.listCalls({ pageSize: 1 }, { signal })).calls ?? [], []);
  return (
    <Await of={calls}>
      {(any) => any.length === 0 ? <FirstSteps /> : (
        <Empty
          title="No calls in this time" action={<Link to="/calls/new" className="button primary">Place a call</Link>}
        >
          Choose a longer time, or place a call now.
        </Empty>
      )}
    </Await>
  );
}

function Figure({ name, value, hint }: { name: string; value: string; hint?: string }) {
  return (
    <div className="figure-card">
      <dt>{name}</dt>
      <dd>{value}</dd>
      {hint && <dd className="hint">{hint}</dd>}
    </div>
  );
}

function Moods({ of }: { of: DashboardSentimentBreakdown }) {
  const all: [string, string | undefined][] = [
    ["Content", of.positive], ["Neutral", of.neutral], ["Displeased", of.negative], ["Not analysed", of.unknown],
  ];
  const bars = all.map(([label, count]) => ({ label, value: Number(count ?? 0), text: number(count) }));
  return <Bars bars={bars} caption="Completed calls by the caller’s mood" />;
}

/** The first day of the month some months ago, in India. */
function monthsAgo(count: number): string {
  const [year = 0, month = 1] = indianDay(new Date()).split("-").map(Number);
  return new Date(Date.UTC(year, month - 1 - count, 1)).toISOString().slice(0, 10);
}

function Revenue() {
  const report = useLoaded(
    (signal) => api.analytics.getRevenue({ startDate: monthsAgo(monthsShown - 1) }, { signal }), []);
  return (
    <Card title="Charges by month" hint="What calls were charged. Rents of numbers come on top of it.">
      <Await of={report}>{(value) => <Months of={value} />}</Await>
    </Card>
  );
}

function Months({ of }: { of: RevenueReport }) {
  const months = of.months ?? [];
  const bars = months.map((each) => ({
    label: monthName(each.month), value: amount(each.usage), text: money(each.usage),
  }));
  const last = months[months.length - 1];
  return (
    <>
      <Bars bars={bars} caption="What calls were charged, by month" />
      <p className="hint">
        {money(of.total)} in {months.length} months. Rents of numbers now: {money(last?.mrr)} a month.
      </p>
    </>
  );
}
