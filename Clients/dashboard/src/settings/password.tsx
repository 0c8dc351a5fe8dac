import { useState } from "react";
import { ApiError } from "../../../typescript/index";
import { api } from "../api";
import { useAction } from "../loaded";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { TextField } from "../parts/field";
import { Form } from "../parts/form";
import { Problem } from "../parts/notice";
import { announce } from "../parts/toast";
import { fieldErrors } from "../words";

/** Changes one's own password; other sessions of one's own end with it. */
export function Password() {
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [differs, setDiffers] = useState(false);
  const changing = useAction(async () => {
    setDiffers(next !== again);
    if (next !== again) return;
    await api.auth.changePassword({ oldPassword: old, newPassword: next });
    setOld("");
    setNext("");
    setAgain("");
    announce("Password changed");
  });
  const errors = fieldErrors(changing.error);
  if (differs) errors["again"] = "Is not the same as the new password.";
  const isOldWrong = changing.error instanceof ApiError && changing.error.code === "PERMISSION_DENIED";
  if (isOldWrong) errors["oldPassword"] = "Is not your password.";
  return (
    <Card title="Password" hint="Changing it logs you out everywhere else.">
      <Form onSubmit={() => void changing.run()} errors={errors} label="Password">
        {!isOldWrong && <Problem error={changing.error} title="The password was not changed" />}
        <TextField
          label="Password so far" type="password" value={old} onChange={setOld} error={errors["oldPassword"]}
          autoComplete="current-password" isRequired
        />
        <TextField
          label="New password" type="password" value={next} onChange={setNext} error={errors["newPassword"]}
          autoComplete="new-password" hint="12 to 128 characters." isRequired
        />
        <TextField
          label="New password again" type="password" value={again} onChange={setAgain} error={errors["again"]}
          autoComplete="new-password" isRequired
        />
        <Button type="submit" kind="primary" isBusy={changing.isBusy}>Change password</Button>
      </Form>
    </Card>
  );
}
