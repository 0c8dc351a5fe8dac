import { useState } from "react";
import type { Role, User } from "../../../typescript/index";
import { api } from "../api";
import { useAction, useRequestId } from "../loaded";
import { roles } from "../names";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { Select, TextField } from "../parts/field";
import { Form } from "../parts/form";
import { Problem } from "../parts/notice";
import { announce } from "../parts/toast";
import { setUser } from "../session";
import { fieldErrors } from "../words";

/** Adds a person, or changes the name and role of one. */
export function UserForm({ person, by, onDone, onClose }: {
  person: User | undefined; by: User; onDone: () => void; onClose: () => void;
}) {
  const [email, setEmail] = useState("");
  const [name, setName] = useState(person?.name ?? "");
  const [role, setRole] = useState<Role>(person?.role ?? "ROLE_MEMBER");
  const [password, setPassword] = useState("");
  const requestId = useRequestId([email, name, role, password]);
  const saving = useAction(async () => {
    if (!person) {
      await api.accounts.createUser({ user: { email: email.trim(), name, role }, password, requestId });
      announce(`${email} was added`);
      return onDone();
    }
    const saved = await api.accounts.updateUser({
      user: { userId: person.userId, name, role, etag: person.etag }, updateMask: "name,role",
    });
    if (saved.userId === by.userId) setUser(saved);
    onDone();
  });
  const errors = fieldErrors(saving.error, "user.");
  const choices = (["ROLE_OWNER", "ROLE_ADMIN", "ROLE_MEMBER", "ROLE_VIEWER"] as const)
    .filter((each) => each !== "ROLE_OWNER" || by.role === "ROLE_OWNER");
  return (
    <Dialog title={person ? `Edit ${person.email}` : "Add a person"} onClose={onClose}>
      <Form onSubmit={() => void saving.run()} errors={errors} label={person ? "Person" : "New person"}>
        <Problem error={saving.error} />
        {!person && (
          <TextField
            label="E-mail" type="email" value={email} onChange={setEmail} error={errors["email"]} autoComplete="off"
            isRequired
          />
        )}
        <TextField label="Name" value={name} onChange={setName} error={errors["name"]} />
        <Select
          label="Role" value={role} onChange={(value) => setRole(value as Role)} error={errors["role"]} isRequired
          options={choices.map((each) => [each, roles[each]] as const)}
        />
        {!person && (
          <TextField
            label="First password" type="password" value={password} onChange={setPassword} error={errors["password"]}
            autoComplete="new-password"
            hint="12 to 128 characters. Hand it over safely; they can change it under Settings." isRequired
          />
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" isBusy={saving.isBusy}>{person ? "Save" : "Add person"}</Button>
        </div>
      </Form>
    </Dialog>
  );
}
