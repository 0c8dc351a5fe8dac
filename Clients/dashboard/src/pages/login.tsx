import { useEffect, useState } from "react";
import { ApiError } from "../../../typescript/index";
import type { User } from "../../../typescript/index";
import { useAction } from "../loaded";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { TextField } from "../parts/field";
import { Form } from "../parts/form";
import { Mark } from "../parts/layout";
import { Notice } from "../parts/notice";
import { logIn, logout } from "../session";
import { explain, fieldErrors } from "../words";

/** The way in. After it, the page that was asked for is there. */
export function Login({ notice }: { notice?: string | undefined }) {
  useEffect(() => {
    document.title = "Log in · PayAid Voice";
  }, []);
  return (
    <main className="login">
      <div className="login-card">
        <Mark />
        <h1>Log in</h1>
        <p className="intro">Your agents, their calls and what they cost.</p>
        <LoginForm email="" notice={notice} />
        <p className="hint">Forgotten the password? An owner or an admin of your account can add you again.</p>
      </div>
    </main>
  );
}

/** The way back in, above the page on which the session ended. */
export function LoginAgain({ user }: { user: User }) {
  return (
    <Dialog title="Log in again" onClose={() => undefined}>
      <div className="dialog-text">
        <LoginForm email={user.email ?? ""} notice="Your session has ended. What is on the page is kept until you are back." />
        <Button kind="quiet" onClick={() => void logout()}>Leave the page</Button>
      </div>
    </Dialog>
  );
}

function LoginForm({ email: known, notice }: { email: string; notice: string | undefined }) {
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState("");
  const entering = useAction(() => logIn(email.trim(), password));
  const errors = fieldErrors(entering.error);
  return (
    <>
      {notice && !entering.error && <Notice>{notice}</Notice>}
      {entering.error !== undefined && <Notice kind="error">{refusal(entering.error)}</Notice>}
      <Form onSubmit={() => void entering.run()} errors={errors}>
        <TextField
          label="E-mail" type="email" value={email} onChange={setEmail} autoComplete="username"
          error={errors["email"]} isRequired
        />
        <TextField
          label="Password" type="password" value={password} onChange={setPassword}
          autoComplete="current-password" error={errors["password"]} isRequired
        />
        <Button type="submit" kind="primary" isBusy={entering.isBusy}>Log in</Button>
      </Form>
    </>
  );
}

function refusal(error: unknown): string {
  if (error instanceof ApiError && error.code === "UNAUTHENTICATED") {
    return "The e-mail address or the password is not right. Check both and try again.";
  }
  return explain(error);
}
