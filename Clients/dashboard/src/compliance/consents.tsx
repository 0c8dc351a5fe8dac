import { useState } from "react";
import type { Consent, User } from "../../../typescript/index";
import { api } from "../api";
import { lastDay, phone, time } from "../format";
import { usePages } from "../loaded";
import { mayWrite } from "../names";
import { Await } from "../parts/await";
import { Badge, StateBadge } from "../parts/badge";
import { Button } from "../parts/button";
import { Empty } from "../parts/empty";
import { Link } from "../parts/link";
import { Pager, Table } from "../parts/table";
import type { Column } from "../parts/table";
import { announce } from "../parts/toast";
import { bases, consentStates, purposeList } from "./names";
import { NumberSearch } from "./number-search";
import { RecordConsent } from "./record-consent";

/** Who agreed to which calls, newest first. */
export function Consents({ user }: { user: User }) {
  const [number, setNumber] = useState("");
  const [isRecording, setRecording] = useState(false);
  const list = usePages<Consent>(async (pageToken, signal) => {
    const page = await api.compliance.listConsents({ pageToken, pageSize: 25, phoneNumber: number }, { signal });
    return { items: page.consents ?? [], next: page.nextPageToken };
  }, [number]);
  const record = mayWrite(user) && <Button kind="primary" onClick={() => setRecording(true)}>Record a consent</Button>;
  return (
    <>
      <div className="list-head">
        <NumberSearch onSearch={setNumber} />
        {record}
      </div>
      <Await of={list} lines={8}>
        {({ items }) => items.length === 0
          ? (
            <Empty title={number ? "No consent of this number" : "No consents yet"}>
              {number ? "Nobody with this number is recorded to have agreed."
                : "Record what people agreed to, or ask them with a consent form."}
            </Empty>
          )
          : (
            <>
              <Table caption="Consents" columns={columns} rows={items} rowKey={(each) => each.consentId ?? ""} />
              <Pager page={list.page} onNext={list.onNext} onPrevious={list.onPrevious} />
            </>
          )}
      </Await>
      {isRecording && (
        <RecordConsent
          onClose={() => setRecording(false)}
          onDone={() => {
            setRecording(false);
            announce("The consent was recorded");
            list.reload();
          }}
        />
      )}
    </>
  );
}

/** How a consent stands, in a word. One of an erased person covers no call. */
export function ConsentStateBadge({ of }: { of: Consent }) {
  if (!of.phoneNumber) return <Badge kind="idle">Erased</Badge>;
  return <StateBadge of={consentStates[of.state ?? "STATE_UNSPECIFIED"]} />;
}

const columns: Column<Consent>[] = [
  { title: "Person", cell: (it) => (
    <Link to={`/compliance/consents/${it.consentId}`} className="strong nowrap">
      {it.phoneNumber ? phone(it.phoneNumber) : "Erased person"}
    </Link>
  ) },
  { title: "State", cell: (it) => <ConsentStateBadge of={it} /> },
  { title: "Calls", cell: (it) => purposeList(it.purposes) },
  { title: "Rests on", cell: (it) => bases[it.basis ?? "BASIS_UNSPECIFIED"].name },
  { title: "Given", cell: (it) => time(it.grantTime) },
  { title: "Last day", cell: (it) => <span className="nowrap">{lastDay(it.expireTime)}</span> },
];
