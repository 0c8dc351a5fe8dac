import { useState } from "react";
import type { Secret, User } from "../../../typescript/index";
import { api } from "../api";
import { time } from "../format";
import { useAction } from "../loaded";
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
import { useSecrets } from "../secrets-list";
import { SetSecret } from "./set-secret";

/** The values that agents' tools send and nobody reads. */
export function ToolSecrets({ user }: { user: User }) {
  const secrets = useSecrets();
  const [wanted, setWanted] = useState<Secret | undefined>(undefined);
  const [doomed, setDoomed] = useState<string | undefined>(undefined);
  const done = () => {
    setWanted(undefined);
    setDoomed(undefined);
    secrets.reload();
  };
  return (
    <Card
      title="Secrets" hint="Keys and passwords that agents’ tools send in headers. A value goes in and is never shown again."
      actions={mayManage(user) && <Button kind="primary" onClick={() => setWanted({})}>Add secret</Button>}
    >
      <Await of={secrets}>
        {(list) => list.length === 0
          ? <Empty title="No secrets yet">A tool whose server asks for a key names one of these in a secret header.</Empty>
          : (
            <Table
              caption="Secrets" rows={list} rowKey={(secret) => secret.name ?? ""}
              columns={columns(mayManage(user), setWanted, setDoomed)}
            />
          )}
      </Await>
      {wanted && (
        <SetSecret
          secret={wanted} taken={(secrets.value ?? []).map(({ name = "" }) => name)}
          onDone={done} onClose={() => setWanted(undefined)}
        />
      )}
      {doomed && <Delete name={doomed} onDone={done} onClose={() => setDoomed(undefined)} />}
    </Card>
  );
}

function columns(
  mayChange: boolean, onSet: (secret: Secret) => void, onDelete: (name: string) => void,
): Column<Secret>[] {
  return [
    { title: "Name", cell: (secret) => <code>{secret.name}</code> },
    { title: "May be sent to", cell: ({ hosts }) => hosts?.length ? hosts.join(", ") : <Badge kind="warn">Nowhere</Badge> },
    { title: "First set", cell: (secret) => time(secret.createTime) },
    { title: "Last set", cell: (secret) => time(secret.updateTime) },
    { title: "Actions", isHidden: true, cell: (secret) => mayChange && (
      <div className="row-actions">
        <Button kind="quiet" label={`Change ${secret.name}`} onClick={() => onSet(secret)}>Change</Button>
        <Button kind="quiet" label={`Delete ${secret.name}`} onClick={() => onDelete(secret.name ?? "")}>Delete</Button>
      </div>
    ) },
  ];
}

function Delete({ name, onDone, onClose }: { name: string; onDone: () => void; onClose: () => void }) {
  const deleting = useAction(async () => {
    await api.secrets.deleteSecret({ name });
    announce(`Secret ${name} was deleted`);
    onDone();
  });
  return (
    <Confirm
      title={`Delete secret ${name}?`} verb="Delete secret" isBusy={deleting.isBusy} error={deleting.error}
      onConfirm={() => void deleting.run()} onClose={onClose}
    >
      <p>Tools that name it fail in calls, and no change of an agent that has such a tool can be published.</p>
    </Confirm>
  );
}
