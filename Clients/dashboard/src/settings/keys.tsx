import { useState } from "react";
import type { ApiKey, User } from "../../../typescript/index";
import { api } from "../api";
import { date, time } from "../format";
import { useAction, usePages } from "../loaded";
import { mayManage } from "../names";
import { Badge } from "../parts/badge";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Commas } from "../parts/commas";
import { Confirm } from "../parts/dialog";
import { Empty } from "../parts/empty";
import { PagedTable } from "../parts/paged-table";
import { Secrets } from "../parts/secret";
import type { Column } from "../parts/table";
import { announce } from "../parts/toast";
import { CreateKey } from "./create-key";
import { Origins } from "./origins";

/** A key that was made, with what is shown once. */
export interface MadeKey {
  key: ApiKey;
  secret: string;
}

type Question = { verb: "revoke" | "rotate"; key: ApiKey } | undefined;

/** The keys of programs. */
export function Keys({ user }: { user: User }) {
  if (!mayManage(user)) {
    return (
      <Card title="API keys">
        <Empty title="Not for your role">Owners and admins of your account manage its keys.</Empty>
      </Card>
    );
  }
  return (
    <>
      <KeyList />
      <Origins />
    </>
  );
}

function KeyList() {
  const list = usePages<ApiKey>(async (pageToken, signal) => {
    const page = await api.accounts.listApiKeys({ pageToken, pageSize: 20 }, { signal });
    return { items: page.apiKeys ?? [], next: page.nextPageToken };
  }, []);
  const [isMaking, setMaking] = useState(false);
  const [question, setQuestion] = useState<Question>(undefined);
  const [made, setMade] = useState<MadeKey | undefined>(undefined);
  const show = (key: MadeKey | undefined) => {
    setMaking(false);
    setQuestion(undefined);
    setMade(key);
    list.reload();
  };
  return (
    <Card
      title="API keys" hint="Programs send a key and its secret. A secret is shown once, when it is made."
      actions={<Button kind="primary" onClick={() => setMaking(true)}>Create key</Button>}
    >
      <PagedTable
        of={list} caption="API keys" columns={columns(setQuestion)} rowKey={(key) => key.keyId ?? ""}
      />
      {isMaking && <CreateKey onDone={show} onClose={() => setMaking(false)} />}
      {question && <Change question={question} onDone={show} onClose={() => setQuestion(undefined)} />}
      {made && (
        <Secrets
          title={`Key ${made.key.displayName ?? ""}`} texts={{ Key: made.key.keyId ?? "", Secret: made.secret }}
          onClose={() => setMade(undefined)}
        />
      )}
    </Card>
  );
}

function isOver(key: ApiKey): boolean {
  return key.revokeTime !== undefined || (key.expireTime !== undefined && Date.parse(key.expireTime) <= Date.now());
}

function Standing({ of }: { of: ApiKey }) {
  if (of.revokeTime) return <Badge kind="idle">Revoked</Badge>;
  if (isOver(of)) return <Badge kind="idle">Expired</Badge>;
  return of.replacedBy ? <Badge kind="warn">Replaced</Badge> : <Badge kind="good">Active</Badge>;
}

function columns(ask: (question: Question) => void): Column<ApiKey>[] {
  return [
    { title: "Name", cell: (key) => (
      <div>
        <span className="strong">{key.displayName || "Without a name"}</span>
        <p className="hint nowrap">Created {date(key.createTime)}</p>
      </div>
    ) },
    { title: "Key and secret", cell: (key) => (
      <span><code className="nowrap">{key.keyId}</code> <code>••••••••</code></span>
    ) },
    { title: "May", cell: (key) => <Commas of={key.scopes?.join(", ") || "Everything"} /> },
    { title: "State", isWhole: true, cell: (key) => (
      <div>
        <Standing of={key} />
        <p className="hint">{key.expireTime ? `Until ${date(key.expireTime)}` : "Has no end"}</p>
      </div>
    ) },
    { title: "Last used", cell: (key) => <Commas of={key.lastUsedTime ? time(key.lastUsedTime) : "Never"} /> },
    { title: "Actions", isHidden: true, cell: (key) => !isOver(key) && (
      <div className="row-actions">
        {!key.replacedBy && (
          <Button
            kind="quiet" label={`Rotate ${key.displayName ?? ""}`} onClick={() => ask({ verb: "rotate", key })}
          >
            Rotate
          </Button>
        )}
        <Button kind="quiet" label={`Revoke ${key.displayName ?? ""}`} onClick={() => ask({ verb: "revoke", key })}>
          Revoke
        </Button>
      </div>
    ) },
  ];
}

function Change({ question, onDone, onClose }: {
  question: NonNullable<Question>; onDone: (made: MadeKey | undefined) => void; onClose: () => void;
}) {
  const { verb, key } = question;
  const name = key.displayName || key.keyId;
  const acting = useAction(async () => {
    if (verb === "revoke") {
      await api.accounts.revokeApiKey({ keyId: key.keyId ?? "" });
      announce(`${name} was revoked`);
      return onDone(undefined);
    }
    const made = await api.accounts.rotateApiKey({ keyId: key.keyId ?? "" });
    onDone({ key: made.apiKey ?? {}, secret: made.secret ?? "" });
  });
  return (
    <Confirm
      title={verb === "revoke" ? `Revoke ${name}?` : `Rotate ${name}?`} verb={verb === "revoke" ? "Revoke key" : "Rotate key"}
      kind={verb === "revoke" ? "danger" : "primary"} isBusy={acting.isBusy} error={acting.error}
      onConfirm={() => void acting.run()} onClose={onClose}
    >
      <p>
        {verb === "revoke" ? "It stops working at once, everywhere. Programs that use it are let in no more."
          : "A new key with the same rights takes its place. The old one goes on working for 24 hours."}
      </p>
    </Confirm>
  );
}
