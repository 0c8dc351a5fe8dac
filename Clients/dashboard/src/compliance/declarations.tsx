import { useState } from "react";
import type { A2pDeclaration, User } from "../../../typescript/index";
import { api, deleted } from "../api";
import { date, lastDay, phone } from "../format";
import { useAction } from "../loaded";
import type { Loaded } from "../loaded";
import { mayManage } from "../names";
import { Await } from "../parts/await";
import { Badge } from "../parts/badge";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Confirm } from "../parts/dialog";
import { Empty } from "../parts/empty";
import { Table } from "../parts/table";
import type { Column } from "../parts/table";
import { announce } from "../parts/toast";
import { Declare } from "./declare";
import { holds, standing } from "./declared";

/** What operators acknowledged of the numbers that machines call from. */
export function Declarations({ list, user }: { list: Loaded<A2pDeclaration[]>; user: User }) {
  const [isDeclaring, setDeclaring] = useState(false);
  const [doomed, setDoomed] = useState<A2pDeclaration | undefined>(undefined);
  const change = () => {
    setDeclaring(false);
    setDoomed(undefined);
    list.reload();
  };
  return (
    <Card
      title="Declared to operators"
      hint="Agents call only from numbers that an operator knows a machine calls from (A2P). Other calls count as spam."
      actions={mayManage(user) && <Button onClick={() => setDeclaring(true)}>Record a declaration</Button>}
    >
      <Await of={list}>
        {(all) => all.length === 0
          ? (
            <Empty title="No declarations yet">
              Tell your operator which numbers your agents call from, and record its acknowledgement here.
            </Empty>
          )
          : (
            <Table
              caption="Declarations" columns={columns(mayManage(user) ? setDoomed : undefined)} rows={all}
              rowKey={(each) => each.declarationId ?? ""}
            />
          )}
      </Await>
      {isDeclaring && <Declare onClose={() => setDeclaring(false)} onDone={change} />}
      {doomed && <Remove declaration={doomed} onClose={() => setDoomed(undefined)} onDone={change} />}
    </Card>
  );
}

function range({ firstNumber, lastNumber }: A2pDeclaration): string {
  return firstNumber === lastNumber ? phone(firstNumber) : `${phone(firstNumber)} to ${phone(lastNumber)}`;
}

function columns(onRemove: ((declaration: A2pDeclaration) => void) | undefined): Column<A2pDeclaration>[] {
  return [
    { title: "Numbers", cell: (it) => (
      <span className="strong">
        <span className="nowrap">{phone(it.firstNumber)}</span>
        {it.firstNumber !== it.lastNumber && <> to <span className="nowrap">{phone(it.lastNumber)}</span></>}
      </span>
    ) },
    { title: "State", cell: (it) => <Badge kind={holds(it) ? "good" : "idle"}>{standing(it)}</Badge> },
    { title: "Acknowledgement", cell: (it) => <span className="breakable">{it.acknowledgement}</span> },
    { title: "First day", isWhole: true, cell: (it) => date(it.startTime) },
    { title: "Last day", isWhole: true, cell: (it) => lastDay(it.endTime) },
    { title: "Actions", isHidden: true, cell: (it) => onRemove && (
      <Button kind="quiet" label={`Remove the declaration of ${range(it)}`} onClick={() => onRemove(it)}>Remove</Button>
    ) },
  ];
}

function Remove({ declaration, onDone, onClose }: {
  declaration: A2pDeclaration; onDone: () => void; onClose: () => void;
}) {
  const removing = useAction(async () => {
    await deleted(api.compliance.deleteA2pDeclaration({ declarationId: declaration.declarationId ?? "" }));
    announce("The declaration was removed");
    onDone();
  });
  return (
    <Confirm
      title="Remove this declaration?" verb="Remove declaration" isBusy={removing.isBusy} error={removing.error}
      onConfirm={() => void removing.run()} onClose={onClose}
    >
      <p>No call is placed from {range(declaration)} any more, unless another declaration covers it.</p>
    </Confirm>
  );
}
