import { useState } from "react";
import type { CallTemplate, User } from "../../../typescript/index";
import { api } from "../api";
import { date } from "../format";
import { usePages } from "../loaded";
import { languages, mayManage } from "../names";
import { StateBadge } from "../parts/badge";
import { Button } from "../parts/button";
import { Empty } from "../parts/empty";
import { Link } from "../parts/link";
import { PagedTable } from "../parts/paged-table";
import type { Column } from "../parts/table";
import { beginning } from "../templates-list";
import { sentence } from "../words";
import { callClasses, templateStates } from "./names";
import { RegisterTemplate } from "./register-template";

/** What the operators' DLT platforms approved that agents say, newest first. */
export function Templates({ user }: { user: User }) {
  const [isRegistering, setRegistering] = useState(false);
  const list = usePages<CallTemplate>(async (pageToken, signal) => {
    const page = await api.compliance.listCallTemplates({ pageToken, pageSize: 25 }, { signal });
    return { items: page.templates ?? [], next: page.nextPageToken };
  }, []);
  return (
    <>
      <div className="list-head">
        <p className="intro">
          What your agents say, as the operators’ DLT platforms approved it. Promotional calls need such a template.
        </p>
        {mayManage(user) && <Button kind="primary" onClick={() => setRegistering(true)}>Register a template</Button>}
      </div>
      <PagedTable
        of={list} caption="Call templates" columns={columns} rowKey={(each) => each.templateId ?? ""}
        empty={(
          <Empty title="No call templates yet">
            Have the words approved on your DLT platform, and register them here as they are there.
          </Empty>
        )}
      />
      {isRegistering && (
        <RegisterTemplate
          onClose={() => setRegistering(false)}
          onDone={() => {
            setRegistering(false);
            list.reload();
          }}
        />
      )}
    </>
  );
}

/** How a template stands, in a word. */
export function TemplateStateBadge({ of }: { of: CallTemplate }) {
  return <StateBadge of={templateStates[of.state ?? "STATE_UNSPECIFIED"]} />;
}

const columns: Column<CallTemplate>[] = [
  { title: "Words", cell: (it) => (
    <Link to={`/compliance/templates/${it.templateId}`} className="strong">{beginning(it)}</Link>
  ) },
  { title: "State", cell: (it) => (
    <div>
      <TemplateStateBadge of={it} />
      {it.state !== "APPROVED" && it.reviewReason && <p className="hint">{sentence(it.reviewReason)}</p>}
    </div>
  ) },
  { title: "Calls", cell: (it) => callClasses[it.callClass ?? "CALL_CLASS_UNSPECIFIED"] },
  { title: "Language", cell: (it) => languages[it.language ?? ""] ?? it.language },
  { title: "DLT id", isWhole: true, cell: (it) => it.dltTemplateId },
  { title: "Good until", isWhole: true, cell: (it) => date(it.expireTime) },
];
