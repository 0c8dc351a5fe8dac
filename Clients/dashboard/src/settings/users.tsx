import { useState } from "react";
import type { Role, User } from "../../../typescript/index";
import { api } from "../api";
import { date, time } from "../format";
import { useAction, useAll } from "../loaded";
import { mayManage, roles } from "../names";
import { Await } from "../parts/await";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Confirm } from "../parts/dialog";
import { Table } from "../parts/table";
import type { Column } from "../parts/table";
import { announce } from "../parts/toast";
import { UserForm } from "./user-form";

const meanings: Partial<Record<Role, string>> = {
  ROLE_OWNER: "everything, and other owners", ROLE_ADMIN: "everything but owners",
  ROLE_MEMBER: "agents, knowledge and calls", ROLE_VIEWER: "reading",
};

/** The people of the merchant and what they may do. */
export function Users({ user }: { user: User }) {
  const users = useAll<User>(async (pageToken, signal) => {
    const page = await api.accounts.listUsers({ pageToken }, { signal });
    return { items: page.users ?? [], next: page.nextPageToken };
  });
  const [form, setForm] = useState<User | "new" | undefined>(undefined);
  const [doomed, setDoomed] = useState<User | undefined>(undefined);
  const done = () => {
    setForm(undefined);
    setDoomed(undefined);
    users.reload();
  };
  return (
    <Card
      title="Team" hint={Object.entries(meanings).map(([role, text]) => `${roles[role as Role]}: ${text}`).join(" · ")}
      actions={mayManage(user) && <Button kind="primary" onClick={() => setForm("new")}>Add person</Button>}
    >
      <Await of={users}>
        {(list) => (
          <Table caption="Team" columns={columns(user, setForm, setDoomed)} rows={list} rowKey={(each) => each.userId ?? ""} />
        )}
      </Await>
      {form && <UserForm person={form === "new" ? undefined : form} by={user} onDone={done} onClose={() => setForm(undefined)} />}
      {doomed && <Remove person={doomed} onDone={done} onClose={() => setDoomed(undefined)} />}
    </Card>
  );
}

function columns(by: User, edit: (person: User) => void, remove: (person: User) => void): Column<User>[] {
  const mayChange = (person: User) =>
    mayManage(by) && (person.role !== "ROLE_OWNER" || by.role === "ROLE_OWNER");
  return [
    { title: "Person", cell: (each) => (
      <div>
        <span className="strong">{each.name || each.email}</span>
        {each.userId === by.userId && <span className="faint"> (you)</span>}
        {each.name && <p className="hint">{each.email}</p>}
      </div>
    ) },
    { title: "Role", cell: (each) => roles[each.role ?? "ROLE_UNSPECIFIED"] },
    { title: "Added", cell: (each) => date(each.createTime) },
    { title: "Last login", cell: (each) => each.lastLoginTime ? time(each.lastLoginTime) : "Never" },
    { title: "Actions", isHidden: true, cell: (each) => mayChange(each) && (
      <div className="row-actions">
        <Button kind="quiet" label={`Edit ${each.email}`} onClick={() => edit(each)}>Edit</Button>
        {each.userId !== by.userId && (
          <Button kind="quiet" label={`Remove ${each.email}`} onClick={() => remove(each)}>Remove</Button>
        )}
      </div>
    ) },
  ];
}

function Remove({ person, onDone, onClose }: { person: User; onDone: () => void; onClose: () => void }) {
  const removing = useAction(async () => {
    await api.accounts.deleteUser({ userId: person.userId ?? "", etag: person.etag });
    announce(`${person.email} was removed`);
    onDone();
  });
  return (
    <Confirm
      title={`Remove ${person.name || person.email}?`} verb="Remove person" isBusy={removing.isBusy} error={removing.error}
      onConfirm={() => void removing.run()} onClose={onClose}
    >
      <p>They are logged out at once, everywhere, and cannot log in again.</p>
    </Confirm>
  );
}
