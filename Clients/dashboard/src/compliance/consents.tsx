import { useState } from "react";
import type { Consent, User } from "../../../typescript/index";
import { api } from "../api";
import { lastDay, phone, time } from "../format";
import { usePages } from "../loaded";
import { mayWrite } from "../names";
import { Badge, StateBadge } from "../parts/badge";
import { Button } from "../parts/button";
import { Empty } from "../parts/empty";
import { Link } from "../parts/link";
import { PagedTable } from "../parts/paged-table";
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
      <PagedTable
        of={list} caption="Consents" columns={columns} rowKey={(each) => each.consentId ?? ""}
        empty={(
          <Empty title={number ? "No consent of this number" : "No consents yet"}>
            {number ? "Nobody with this number is recorded to have agreed."
              : "Record what people agreed to, or ask them with a consent form."}
          </Empty>
        )}
      />
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
  { title: "Person", isWhole: true, cell: (it) => (
    <Link to={`/compliance/consents/${it.consentId}`} className="strong">
      {it.phoneNumber ? phone(it.phoneNumber) : "Erased person"}
    </Link>
  ) },
  { title: "State", cell: (it) => <ConsentStateBadge of={it} /> },
  { title: "Calls", cell: (it) => purposeList(it.purposes) },
  { title: "Rests on", cell: (it) => bases[it.basis ?? "BASIS_UNSPECIFIED"].name },
  { title: "Given", isWhole: true, cell: (it) => time(it.grantTime) },
  { title: "Last day", isWhole: true, cell: (it) => lastDay(it.expireTime) },
];
