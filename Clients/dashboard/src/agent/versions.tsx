import { useState } from "react";
import type { Agent, AgentVersion, User } from "../../../typescript/index";
import { api } from "../api";
import { time } from "../format";
import { useAction, usePages } from "../loaded";
import { mayWrite } from "../names";
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
import { fieldErrors } from "../words";

/** What was published when and by whom, the way back to it, and publishing what waits. */
export function Versions({ agent, user, onChange }: { agent: Agent; user: User; onChange: () => void }) {
  const agentId = agent.agentId ?? "";
  const list = usePages<AgentVersion>(async (pageToken, signal) => {
    const page = await api.agents.listAgentVersions({ agentId, pageToken, pageSize: 20 }, { signal });
    return { items: page.versions ?? [], next: page.nextPageToken };
  }, [agentId, agent.etag]);
  const [wanted, setWanted] = useState<AgentVersion | undefined>(undefined);
  return (
    <>
      {agent.hasDraftChanges && mayWrite(user) && <Publish agent={agent} onDone={onChange} />}
      <Card title="Versions" hint="Calls are made with the published version and keep it to their end.">
        <PagedTable
          of={list} caption="Versions" columns={columns(mayWrite(user), setWanted)} rowKey={(version) => String(version.version)}
        />
      </Card>
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

function columns(isWriter: boolean, onRollback: (version: AgentVersion) => void): Column<AgentVersion>[] {
  return [
    { title: "Version", cell: (it) => (
      <span className="badges">{it.version}{it.published && <Badge kind="good">Published</Badge>}</span>
    ) },
    { title: "What changed", cell: (it) => it.description
      || (it.restoredFrom ? `Version ${it.restoredFrom} again` : <span className="faint">Nothing noted</span>) },
    { title: "By", cell: (it) => <code>{it.author}</code> },
    { title: "When", isWhole: true, cell: (it) => time(it.createTime) },
    { title: "Actions", isHidden: true, cell: (it) => isWriter && !it.published && (
      <Button kind="quiet" label={`Go back to version ${it.version}`} onClick={() => onRollback(it)}>Go back to it</Button>
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
  const returning = useAction(async () => {
    const made = await api.agents.rollbackAgent({
      agentId: agent.agentId ?? "", version: version.version ?? 0, etag: agent.etag,
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
      {agent.hasDraftChanges && <Notice kind="warning">Changes that are not published are lost.</Notice>}
    </Confirm>
  );
}
