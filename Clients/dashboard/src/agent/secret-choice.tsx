import { useState } from "react";
import type { Node } from "react";
import type { User } from "../../../typescript/index";
import { mayManage } from "../names";
import { useSecrets } from "../secrets-list";
import { SetSecret } from "../settings/set-secret";

/** The secrets that a tool's headers can have. */
export interface SecretChoice {
  /** Their names; undefined until they are known. */
  names: string[] | undefined;
  /** Asks for a new one and hands on its name; undefined for users who may not make any. */
  make: ((use: (name: string) => void) => void) | undefined;
  /** The question. It is a form, and so stands outside of the agent's. */
  dialog: Node;
}

/** The merchant's secrets, to choose from and to add to. */
export function useSecretChoice(user: User): SecretChoice {
  const secrets = useSecrets();
  const [use, setUse] = useState<((name: string) => void) | undefined>(undefined);
  const done = (name: string) => {
    use?.(name);
    setUse(undefined);
    secrets.reload();
  };
  const names = secrets.value?.map(({ name = "" }) => name);
  return {
    names,
    make: mayManage(user) ? (next) => setUse(() => next) : undefined,
    dialog: use ? <SetSecret taken={names ?? []} onDone={done} onClose={() => setUse(undefined)} /> : null,
  };
}
