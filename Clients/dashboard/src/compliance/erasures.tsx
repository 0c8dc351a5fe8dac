import { useState } from "react";
import type { Erasure, User } from "../../../typescript/index";
import { api } from "../api";
import { number, time } from "../format";
import { useIsShown, usePages } from "../loaded";
import { mayManage } from "../names";
import { StateBadge } from "../parts/badge";
import { Button } from "../parts/button";
import { Empty } from "../parts/empty";
import { Link } from "../parts/link";
import { PagedTable } from "../parts/paged-table";
import type { Column } from "../parts/table";
import { navigate } from "../router";
import { erasureReasons, erasureStates } from "./names";
import { RequestErasure } from "./request-erasure";

/** Erasures of people, newest first; for owners and admins. */
export function Erasures({ user }: { user: User }) {
  if (!mayManage(user)) {
    return <Empty title="Not for your role">Owners and admins of your account erase people.</Empty>;
  }
  return <List />;
}

function List() {
  const [isAsking, setAsking] = useState(false);
  const isShown = useIsShown();
  const list = usePages<Erasure>(async (pageToken, signal) => {
    const page = await api.compliance.listErasures({ pageToken, pageSize: 25 }, { signal });
    return { items: page.erasures ?? [], next: page.nextPageToken };
  }, []);
  return (
    <>
      <div className="list-head">
        <p className="intro">Whoever asks you to forget them is erased here. Whose an erasure is, is not kept.</p>
        <Button kind="primary" onClick={() => setAsking(true)}>Erase a person</Button>
      </div>
      <PagedTable
        of={list} caption="Erasures" columns={columns} rowKey={(each) => each.erasureId ?? ""}
        empty={(
          <Empty title="No erasures yet">
            What is held of a person goes: calls with recordings and transcripts, consents, and what the audit log says of them.
          </Empty>
        )}
      />
      {isAsking && (
        <RequestErasure
          onClose={() => setAsking(false)}
          onDone={(it) => isShown() && navigate(`/compliance/erasures/${it.erasureId}`)}
        />
      )}
    </>
  );
}

/** How an erasure stands, in a word. */
export function ErasureStateBadge({ of }: { of: Erasure }) {
  return <StateBadge of={erasureStates[of.state ?? "STATE_UNSPECIFIED"]} />;
}

/** When one was done; one that failed has ended, and is not done. */
export function doneTime({ state, finishTime }: Erasure): string | undefined {
  return state === "DONE" ? finishTime : undefined;
}

/** How many calls the law keeps. */
function keptCalls(of: Erasure): number {
  return (of.kept ?? []).reduce((sum, each) => sum + Number(each.calls ?? 0), 0);
}

const columns: Column<Erasure>[] = [
  { title: "Asked for", isWhole: true, cell: (it) => (
    <Link to={`/compliance/erasures/${it.erasureId}`} className="strong">{time(it.createTime)}</Link>
  ) },
  { title: "State", cell: (it) => <ErasureStateBadge of={it} /> },
  { title: "Why", cell: (it) => erasureReasons[it.reason ?? ""] ?? it.reason },
  { title: "Calls erased", isFigure: true, cell: (it) => number(it.erased?.calls) },
  { title: "Kept by law", isFigure: true, cell: (it) => number(keptCalls(it)) },
  { title: "Done", isWhole: true, cell: (it) => time(doneTime(it)) },
];
