import type { AuditEntry, AuditLog, User } from "../../../typescript/index";
import { api } from "../api";
import { number, text, time } from "../format";
import { usePages } from "../loaded";
import { mayManage } from "../names";
import { Await } from "../parts/await";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Empty } from "../parts/empty";
import { Link } from "../parts/link";
import { Pager } from "../parts/table";
import { setQuery } from "../router";
import { AuditLogs } from "./audit-logs";
import { Checkpoint } from "./checkpoint";
import { chosenLog, useAuditLogs } from "./logs";
import { auditKinds } from "./names";
import { SubjectSearch } from "./subject-search";

/** The audit log, or all of them where there are several, newest entries first, and the checkpoint that proves it. */
export function AuditLogPart({ query, user }: { query: URLSearchParams; user: User }) {
  const logs = useAuditLogs();
  return logs.value ? <Whole logs={logs.value} query={query} user={user} /> : <Await of={logs} lines={8}>{() => null}</Await>;
}

function Whole({ logs, query, user }: { logs: AuditLog[]; query: URLSearchParams; user: User }) {
  const subject = query.get("subject") ?? "";
  const shown = logs.find(({ epoch }) => epoch === query.get("log"))?.epoch ?? "";
  const chosen = chosenLog(logs, shown);
  return (
    <>
      {/* Anew for each log: no moment may show one log's key beside another's commands. */}
      {!subject && <Checkpoint key={chosen.epoch} of={chosen} />}
      {!subject && logs.length > 1 && <AuditLogs logs={logs} shown={shown} />}
      <Entries subject={subject} epoch={shown} isOneLog={logs.length < 2} user={user} />
    </>
  );
}

/** Entries of one log, or of all for an empty `epoch`. */
function Entries({ subject, epoch, isOneLog, user }: {
  subject: string; epoch: string; isOneLog: boolean; user: User;
}) {
  const list = usePages<AuditEntry>(async (pageToken, signal) => {
    const page = await api.compliance.listAuditEntries(
      { pageToken, pageSize: 25, subject, orderBy: "index desc", ...(epoch ? { epoch } : {}) }, { signal });
    return { items: page.entries ?? [], next: page.nextPageToken };
  }, [subject, epoch]);
  return (
    <Card
      title={`Entries${subject && " about it"}${epoch && ` of log ${epoch}`}`}
      hint="Every entry stays as it was written. Personal data stand in it as digests."
    >
      <SubjectSearch key={subject} subject={subject} />
      <Await of={list} lines={8}>
        {({ items }) => items.length === 0
          ? <Nothing isFiltered={subject !== ""} />
          : (
            <>
              <ol className="items" aria-label="Entries">
                {items.map((each) => <Entry key={`${each.epoch}/${each.index}`} of={each} isOneLog={isOneLog} user={user} />)}
              </ol>
              <Pager page={list.page} onNext={list.onNext} onPrevious={list.onPrevious} />
            </>
          )}
      </Await>
    </Card>
  );
}

function Nothing({ isFiltered }: { isFiltered: boolean }) {
  if (!isFiltered) return <Empty title="No entries yet">What the rules decide, and what people agree to, is written here.</Empty>;
  return (
    <Empty
      title="No entry is about it"
      action={<Button onClick={() => setQuery({ subject: "", log: "" })}>Show all entries</Button>}
    >
      Look for the id of a call, a consent, a form, an erasure or another thing, as its page shows it.
    </Empty>
  );
}

function Entry({ of, isOneLog, user }: { of: AuditEntry; isOneLog: boolean; user: User }) {
  const kind = of.kind ?? "";
  return (
    <li className="item">
      <div className="item-head">
        <div>
          <p className="strong">{auditKinds[kind] ?? kind}</p>
          <p className="hint">{time(of.time)} · <Subject id={of.subject ?? ""} user={user} /></p>
        </div>
        <span className="faint nowrap">{isOneLog ? "No." : `Log ${of.epoch}, no.`} {number(of.index)}</span>
      </div>
      <details className="preview">
        <summary>
          Details<span className="unseen"> of entry {of.index ?? "0"}{!isOneLog && ` of log ${of.epoch}`}</span>
        </summary>
        {of.payload ? <pre><code>{indented(text(of.payload))}</code></pre>
          : <p className="faint">Its details were erased. That it was written is still proved.</p>}
        <p className="hint">Leaf hash <code>{of.leafHash}</code></p>
      </details>
    </li>
  );
}

/** Pages of what entries are about, by what its id begins with. */
const places: Record<string, string> = {
  call: "/calls", con: "/compliance/consents", cfm: "/compliance/forms", era: "/compliance/erasures",
  ctp: "/compliance/templates",
};

/** An id, with a link to its page for who may see that. */
function Subject({ id, user }: { id: string; user: User }) {
  const place = places[id.split("_")[0] ?? ""];
  if (!place || (place === places["era"] && !mayManage(user))) return <code>{id}</code>;
  return <Link to={`${place}/${id}`}><code>{id}</code></Link>;
}

/** JSON as people read it; what is none stays as it is. */
function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
