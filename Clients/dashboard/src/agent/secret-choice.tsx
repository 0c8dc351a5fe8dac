import { useState } from "react";
import type { Node } from "react";
import type { Secret, User } from "../../../typescript/index";
import { mayManage } from "../names";
import { useSecrets } from "../secrets-list";
import { SetSecret } from "../settings/set-secret";

/** The secrets that a tool's headers can have. */
export interface SecretChoice {
  /** All of them; undefined until they are known. */
  list: Secret[] | undefined;
  /** Asks for a new one, for a tool at `host`, and hands on its name; undefined for users who may not make any. */
  make: ((host: string, use: (name: string) => void) => void) | undefined;
  /** The question. It is a form, and so stands outside of the agent's. */
  dialog: Node;
}

/** The merchant's secrets, to choose from and to add to. */
export function useSecretChoice(user: User): SecretChoice {
  const secrets = useSecrets();
  const [wanted, setWanted] = useState<{ host: string; use: (name: string) => void } | undefined>(undefined);
  const close = () => setWanted(undefined);
  const done = (name: string) => {
    wanted?.use(name);
    close();
    secrets.reload();
  };
  const taken = (secrets.value ?? []).map(({ name = "" }) => name);
  return {
    list: secrets.value,
    make: mayManage(user) ? (host, use) => setWanted({ host, use }) : undefined,
    dialog: wanted && (
      <SetSecret secret={{ hosts: wanted.host ? [wanted.host] : [] }} taken={taken} onDone={done} onClose={close} />
    ),
  };
}
