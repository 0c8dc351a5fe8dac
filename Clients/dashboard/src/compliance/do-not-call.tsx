import { useState } from "react";
import type { Suppression, User } from "../../../typescript/index";
import { api } from "../api";
import { date, phone, time, typedNumber } from "../format";
import { useAction, usePages, useRequestId } from "../loaded";
import { mayWrite } from "../names";
import { Button } from "../parts/button";
import { DialogForm, useDraft } from "../parts/dialog-form";
import { Empty } from "../parts/empty";
import { PhoneField, Select } from "../parts/field";
import { Link } from "../parts/link";
import { Problem } from "../parts/notice";
import { PagedTable } from "../parts/paged-table";
import type { Column } from "../parts/table";
import { announce } from "../parts/toast";
import { fieldErrors } from "../words";
import { suppressionReasons } from "./names";
import { NumberSearch } from "./number-search";

/** The merchant’s own do-not-call list, newest first. */
export function DoNotCall({ user }: { user: User }) {
  const [number, setNumber] = useState("");
  const [isAdding, setAdding] = useState(false);
  const list = usePages<Suppression>(async (pageToken, signal) => {
    const page = await api.compliance.listSuppressions({ pageToken, pageSize: 25, phoneNumber: number }, { signal });
    return { items: page.suppressions ?? [], next: page.nextPageToken };
  }, [number]);
  return (
    <>
      <p className="intro">No agent of yours calls a number on this list, for no purpose. What is on it stays there.</p>
      <div className="list-head">
        <NumberSearch onSearch={setNumber} />
        {mayWrite(user) && <Button kind="primary" onClick={() => setAdding(true)}>Add a number</Button>}
      </div>
      <PagedTable
        of={list} caption="Do-not-call list" columns={columns} rowKey={(each) => each.suppressionId ?? ""}
        empty={(
          <Empty title={number ? "Not on the list" : "The list is empty"}>
            {number ? "This number is not on your do-not-call list."
              : "Add the numbers of people who do not want to be called any more."}
          </Empty>
        )}
      />
      {isAdding && (
        <Add
          onClose={() => setAdding(false)}
          onDone={() => {
            setAdding(false);
            list.reload();
          }}
        />
      )}
    </>
  );
}

const columns: Column<Suppression>[] = [
  { title: "Number", isWhole: true, cell: (it) => <span className="strong">{phone(it.phoneNumber)}</span> },
  { title: "Why", cell: (it) => suppressionReasons[it.reason ?? ""] ?? it.reason },
  { title: "Since", isWhole: true, cell: (it) => time(it.createTime) },
  { title: "May be asked again", cell: (it) => it.reconsentTime ? `From ${date(it.reconsentTime)} on` : "–" },
  { title: "Proof", cell: (it) => (
    <Link to={`/compliance/audit?subject=${it.suppressionId}`}>
      Audit log<span className="unseen"> of {phone(it.phoneNumber)}</span>
    </Link>
  ) },
];

function Add({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const { draft, set, isChanged } = useDraft(() => ({ number: "", reason: "opt_out" }));
  const requestId = useRequestId(draft);
  const adding = useAction(async () => {
    const added = await api.compliance.createSuppression({
      requestId, suppression: { phoneNumber: typedNumber(draft.number), reason: draft.reason },
    });
    announce(`${phone(added.phoneNumber)} is on the list`);
    onDone();
  });
  const errors = fieldErrors(adding.error, "suppression.");
  return (
    <DialogForm
      title="Add a number" label="New entry" verb="Add to the list" isChanged={isChanged} isBusy={adding.isBusy}
      errors={errors} onSubmit={() => void adding.run()} onClose={onClose}
    >
      <Problem error={adding.error} title="The number was not added" />
      <PhoneField
        label="Phone number" value={draft.number} onChange={(number) => set({ number })} error={errors["phoneNumber"]} isRequired
      />
      <Select
        label="Why" value={draft.reason} onChange={(reason) => set({ reason })} options={Object.entries(suppressionReasons)}
        error={errors["reason"]} isRequired
        hint={draft.reason === "opt_out" ? "Nobody may ask this person for consent for 90 days." : undefined}
      />
      <p className="hint">It cannot be taken off the list again.</p>
    </DialogForm>
  );
}
