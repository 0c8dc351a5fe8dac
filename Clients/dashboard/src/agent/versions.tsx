import { useState } from "react";
import type { Node } from "react";
import type { Agent, AgentVersion, ApiKey, User } from "../../../typescript/index";
import { api } from "../api";
import { time } from "../format";
import { useAction, useAll, usePages } from "../loaded";
import { mayManage, mayWrite } from "../names";
import { Badge } from "../parts/badge";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Confirm } from "../parts/dialog";
import { TextField } from "../parts/field";
import { Form } from "../parts/form";
import { Notice, Problem } from "../parts/notice";
import { PagedTable } from "../parts/paged-table";
import type { Column } from "../parts/table";
import { announce } from "../parts/toast";
import { useUsers } from "../users-list";
import { fieldErrors } from "../words";
import { VersionChanges } from "./version-changes";

/** What was published when and by whom, the way back to it, and publishing what waits. */
export function Versions({ agent, user, onChange }: { agent: Agent; user: User; onChange: () => void }) {
  const agentId = agent.agentId ?? "";
  const list = usePages<AgentVersion>(async (pageToken, signal) => {
    const page = await api.agents.listAgentVersions({ agentId, pageToken, pageSize: 20 }, { signal });
    return { items: page.versions ?? [], next: page.nextPageToken };
  }, [agentId, agent.etag]);
  const [wanted, setWanted] = useState<AgentVersion | undefined>(undefined);
  const [shown, setShown] = useState<AgentVersion | undefined>(undefined);
  const authorName = useAuthors(user);
  return (
    <>
      {agent.hasDraftChanges && mayWrite(user) && <Publish agent={agent} onDone={onChange} />}
      <Card title="Versions" hint="Calls are made with the published version and keep it to their end.">
        <PagedTable
          of={list} caption="Versions" rowKey={(version) => String(version.version)}
          columns={columns(authorName, setShown, mayWrite(user) ? setWanted : undefined)}
        />
      </Card>
      {shown && <VersionChanges version={shown} onClose={() => setShown(undefined)} />}
      {wanted && (
        <Rollback
          agent={agent} version={wanted} onClose={() => setWanted(undefined)}
          onDone={() => {
            setWanted(undefined);
            onChange();
          }}
        />
      )}
    </>
  );
}

/** What an author is called: a person, or a key, whose names only who manages keys may read. */
function useAuthors(user: User): (id: string | undefined) => Node {
  const users = useUsers();
  const keys = useAll<ApiKey>(async (pageToken, signal) => {
    if (!mayManage(user)) return { items: [], next: "" };
    const page = await api.accounts.listApiKeys({ pageToken }, { signal });
    return { items: page.apiKeys ?? [], next: page.nextPageToken };
  }, [mayManage(user)]);
  return (id) => {
    const person = users.value?.find((each) => each.userId === id);
    const key = keys.value?.find((each) => each.keyId === id);
    return person?.name || person?.email || (key?.displayName && `Key ${key.displayName}`) || <code>{id}</code>;
  };
}

function columns(
  authorName: (id: string | undefined) => Node, onShow: (version: AgentVersion) => void,
  onRollback: ((version: AgentVersion) => void) | undefined,
): Column<AgentVersion>[] {
  return [
    { title: "Version", cell: (it) => (
      <span className="badges">{it.version}{it.published && <Badge kind="good">Published</Badge>}</span>
    ) },
    { title: "What changed", cell: (it) => it.description
      || (it.restoredFrom ? `Version ${it.restoredFrom} again` : <span className="faint">Nothing noted</span>) },
    { title: "By", cell: (it) => authorName(it.author) },
    { title: "When", isWhole: true, cell: (it) => time(it.createTime) },
    { title: "Actions", isHidden: true, cell: (it) => (
      <div className="row-actions">
        <Button kind="quiet" label={`Show version ${it.version}`} onClick={() => onShow(it)}>Show changes</Button>
        {onRollback && !it.published && (
          <Button kind="quiet" label={`Go back to version ${it.version}`} onClick={() => onRollback(it)}>Go back to it</Button>
        )}
      </div>
    ) },
  ];
}

function Publish({ agent, onDone }: { agent: Agent; onDone: () => void }) {
  const [description, setDescription] = useState("");
  const publishing = useAction(async () => {
    const version = await api.agents.publishAgent({ agentId: agent.agentId ?? "", description, etag: agent.etag });
    announce(`Version ${version.version} is published`);
    onDone();
  });
  const errors = fieldErrors(publishing.error);
  return (
    <Card title="Changes that wait" hint="The draft says something else than the published version.">
      <Form onSubmit={() => void publishing.run()} errors={errors} label="Publish">
        <Problem error={publishing.error} title="The draft was not published" />
        <TextField label="What changed" value={description} onChange={setDescription} error={errors["description"]} />
        <Button type="submit" kind="primary" isBusy={publishing.isBusy}>Publish the draft</Button>
      </Form>
    </Card>
  );
}

function Rollback({ agent, version, onDone, onClose }: {
  agent: Agent; version: AgentVersion; onDone: () => void; onClose: () => void;
}) {
  const [description, setDescription] = useState("");
  const returning = useAction(async () => {
    const made = await api.agents.rollbackAgent({
      agentId: agent.agentId ?? "", version: version.version ?? 0, description, etag: agent.etag,
    });
    announce(`Version ${version.version} is published again, as version ${made.version}`);
    onDone();
  });
  return (
    <Confirm
      title={`Go back to version ${version.version}?`} verb="Publish it again" kind="primary" isBusy={returning.isBusy}
      error={returning.error} onConfirm={() => void returning.run()} onClose={onClose}
    >
      <p>It is published again as a new version, and the draft becomes the same.</p>
      <TextField
        label="Why" value={description} onChange={setDescription} error={fieldErrors(returning.error)["description"]}
        hint="Stands at the new version."
      />
      {agent.hasDraftChanges && <Notice kind="warning">Changes that are not published are lost.</Notice>}
    </Confirm>
  );
}
