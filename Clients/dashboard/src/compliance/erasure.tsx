import type { Erasure, KeptRecords } from "../../../typescript/index";
import { api } from "../api";
import { lastDay, number, time } from "../format";
import { useLoaded, usePolling } from "../loaded";
import { Await } from "../parts/await";
import { Card } from "../parts/card";
import { Facts } from "../parts/facts";
import { Link } from "../parts/link";
import { Notice } from "../parts/notice";
import { Page } from "../parts/page";
import { Table } from "../parts/table";
import { sentence } from "../words";
import { ErasureStateBadge, doneTime } from "./erasures";
import { erasureReasons, keepingRules } from "./names";

/** One erasure, followed until it is done: what is gone, and what the law keeps, until when. */
export function ErasurePage({ erasureId }: { erasureId: string }) {
  const erasure = useLoaded((signal) => api.compliance.getErasure({ erasureId }, { signal }), [erasureId]);
  usePolling(isUnderWay(erasure.value), erasure.reload);
  return (
    <Page title="Erasure of a person" back={{ to: "/compliance/erasures", label: "Erasures" }}>
      <Await of={erasure} lines={6}>{(value) => <Whole of={value} />}</Await>
    </Page>
  );
}

function Whole({ of }: { of: Erasure }) {
  return (
    <>
      <p className="standing" role="status"><ErasureStateBadge of={of} /> {standing(of)}</p>
      {of.state === "FAILED" && (
        <Notice kind="warning" title="It stopped">
          <p>{of.error && sentence(of.error)} Ask for it again: what is counted here is gone already.</p>
        </Notice>
      )}
      <div className="split">
        <div>
          <Card title="Erased"><Erased of={of} /></Card>
          <Card title="Kept by law" hint="Sealed: nobody can read it here any more. It goes at its time.">
            <Kept of={of.kept ?? []} isOver={of.state === "DONE"} />
          </Card>
        </div>
        <Card title="Details">
          <Facts
            of={[
              ["Why", erasureReasons[of.reason ?? ""] ?? of.reason],
              ["Asked for", time(of.createTime)],
              ["Begun", time(of.startTime)],
              ["Done", time(doneTime(of))],
              ["Erasure", <code>{of.erasureId}</code>],
              ["Proof", <Link to={`/compliance/audit?subject=${of.erasureId}`}>In the audit log</Link>],
            ]}
          />
        </Card>
      </div>
    </>
  );
}

function isUnderWay(of: Erasure | undefined): boolean {
  return of?.state === "PENDING" || of?.state === "RUNNING";
}

function standing(of: Erasure): string {
  if (isUnderWay(of)) {
    return "No agent calls this person any more. This page follows the erasure; a call in progress is waited for.";
  }
  return of.state === "DONE" ? "All is erased but what the law keeps." : "";
}

function Erased({ of }: { of: Erasure }) {
  const { erased = {} } = of;
  return (
    <Facts
      of={[
        ["Calls, with their texts", number(erased.calls)],
        ["Recordings, with their keys", number(erased.recordings)],
        ["Consents", number(erased.consents)],
        ["Entries of your do-not-call list", number(erased.suppressions)],
        ["Details in the audit log", number(erased.auditPayloads)],
        ["Webhook messages and events", number(erased.messages)],
        ["Answers kept for repeated requests", number(erased.answers)],
      ]}
    />
  );
}

function Kept({ of, isOver }: { of: KeptRecords[]; isOver: boolean }) {
  if (of.length === 0) return <p className="faint">{isOver ? "Nothing." : "Nothing so far."}</p>;
  return (
    <Table
      caption="Kept by law" rows={of} rowKey={(it) => it.rule ?? ""}
      columns={[
        { title: "Rule", cell: (it) => (
          <>
            <span className="strong">{keepingRules[it.rule ?? ""] ?? it.rule}</span>
            <span className="hint block">{sentence(it.source ?? "")}</span>
          </>
        ) },
        { title: "Calls", isFigure: true, cell: (it) => number(it.calls) },
        { title: "Until", isWhole: true, cell: (it) => lastDay(it.until) },
      ]}
    />
  );
}
