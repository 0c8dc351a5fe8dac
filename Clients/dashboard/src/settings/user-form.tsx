import type { Role, User } from "../../../typescript/index";
import { api } from "../api";
import { useAction, useRequestId } from "../loaded";
import { roles } from "../names";
import { DialogForm, useDraft } from "../parts/dialog-form";
import { Select, TextField } from "../parts/field";
import { Problem } from "../parts/notice";
import { announce } from "../parts/toast";
import { setUser } from "../session";
import { fieldErrors } from "../words";

/** Adds a person, or changes the name and role of one. */
export function UserForm({ person, by, onDone, onClose }: {
  person: User | undefined; by: User; onDone: () => void; onClose: () => void;
}) {
  const { draft, set, isChanged } = useDraft(() => ({
    email: "", name: person?.name ?? "", role: person?.role ?? "ROLE_MEMBER" as Role, password: "",
  }));
  const { email, name, role, password } = draft;
  const requestId = useRequestId(draft);
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
    <DialogForm
      title={person ? `Edit ${person.email}` : "Add a person"} label={person ? "Person" : "New person"}
      verb={person ? "Save" : "Add person"} isChanged={isChanged} isBusy={saving.isBusy} errors={errors}
      onSubmit={() => void saving.run()} onClose={onClose}
    >
      <Problem error={saving.error} />
      {!person && (
        <TextField
          label="E-mail" type="email" value={email} onChange={(value) => set({ email: value })} error={errors["email"]}
          autoComplete="off" isRequired
        />
      )}
      <TextField label="Name" value={name} onChange={(value) => set({ name: value })} error={errors["name"]} />
      <Select
        label="Role" value={role} onChange={(value) => set({ role: value as Role })} error={errors["role"]} isRequired
        options={choices.map((each) => [each, roles[each]] as const)}
      />
      {!person && (
        <TextField
          label="First password" type="password" value={password} onChange={(value) => set({ password: value })}
          error={errors["password"]} autoComplete="new-password"
          hint="12 to 128 characters. Hand it over safely; they can change it under Settings." isRequired
        />
      )}
    </DialogForm>
  );
}
