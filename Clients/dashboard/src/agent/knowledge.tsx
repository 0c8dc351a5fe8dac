import { useState } from "react";
import type { Document as KnowledgeDocument, User } from "../../../typescript/index";
import { api, deleted } from "../api";
import { bytes, number, time } from "../format";
import { useAction, usePages, usePolling } from "../loaded";
import { mayWrite } from "../names";
import { Badge } from "../parts/badge";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Confirm } from "../parts/dialog";
import { Empty } from "../parts/empty";
import { PagedTable } from "../parts/paged-table";
import type { Column } from "../parts/table";
import { announce } from "../parts/toast";
import { sentence } from "../words";
import { AskKnowledge } from "./ask-knowledge";
import { Upload } from "./upload";

/** The documents that an agent answers from. */
export function Knowledge({ agentId, user }: { agentId: string; user: User }) {
  const list = usePages<KnowledgeDocument>(async (pageToken, signal) => {
    const page = await api.knowledge.listDocuments({ agentId, pageToken, pageSize: 20 }, { signal });
    return { items: page.documents ?? [], next: page.nextPageToken };
  }, [agentId]);
  const [doomed, setDoomed] = useState<KnowledgeDocument | undefined>(undefined);
  usePolling(list.value?.items.some((document) => document.state === "PENDING"), list.reload);
  return (
    <>
      {mayWrite(user) && list.value && <Upload agentId={agentId} onDone={list.reload} />}
      <Card title="Documents">
        <PagedTable
          of={list} caption="Documents" columns={columns(mayWrite(user), setDoomed)} rowKey={(each) => each.documentId ?? ""}
          empty={(
            <Empty title="No documents yet">
              Price lists, return rules, opening hours: what the agent should know and answer from.
            </Empty>
          )}
        />
      </Card>
      {list.value?.items.some((document) => document.state === "READY")
        && <AskKnowledge agentId={agentId} documents={list.value.items} />}
      {doomed && (
        <Delete
          agentId={agentId} document={doomed} onClose={() => setDoomed(undefined)}
          onDone={() => {
            setDoomed(undefined);
            list.reload();
          }}
        />
      )}
    </>
  );
}

function columns(isWriter: boolean, onDelete: (document: KnowledgeDocument) => void): Column<KnowledgeDocument>[] {
  return [
    { title: "Name", cell: (it) => <span className="strong">{it.displayName || it.documentId}</span> },
    { title: "State", cell: (it) => <DocumentState document={it} /> },
    { title: "Passages", isFigure: true, cell: (it) => number(it.passages) },
    { title: "Size", isFigure: true, cell: (it) => bytes(it.sizeBytes) },
    { title: "Added", isWhole: true, cell: (it) => time(it.createTime) },
    { title: "Actions", isHidden: true, cell: (it) => isWriter && (
      <Button kind="quiet" label={`Delete ${it.displayName ?? ""}`} onClick={() => onDelete(it)}>Delete</Button>
    ) },
  ];
}

function DocumentState({ document }: { document: KnowledgeDocument }) {
  if (document.state === "READY") {
    return (
      <div>
        <Badge kind="good">Ready</Badge>
        {document.notice && <p className="faint">{sentence(document.notice)}</p>}
      </div>
    );
  }
  if (document.state !== "FAILED") return <Badge kind="busy">Being read</Badge>;
  return (
    <div>
      <Badge kind="bad">Failed</Badge>
      <p className="error">{document.error ? sentence(document.error) : "It could not be read."}</p>
    </div>
  );
}

function Delete({ agentId, document, onDone, onClose }: {
  agentId: string; document: KnowledgeDocument; onDone: () => void; onClose: () => void;
}) {
  const deleting = useAction(async () => {
    await deleted(api.knowledge.deleteDocument({ agentId, documentId: document.documentId ?? "" }));
    announce(`${document.displayName} was deleted`);
    onDone();
  });
  return (
    <Confirm
      title={`Delete ${document.displayName}?`} verb="Delete document" isBusy={deleting.isBusy} error={deleting.error}
      onConfirm={() => void deleting.run()} onClose={onClose}
    >
      <p>The agent no longer answers from it.</p>
    </Confirm>
  );
}
