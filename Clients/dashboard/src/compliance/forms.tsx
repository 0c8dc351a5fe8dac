import { useState } from "react";
import type { ConsentForm, User } from "../../../typescript/index";
import { api } from "../api";
import { phone, time } from "../format";
import { usePages } from "../loaded";
import { languages, mayWrite } from "../names";
import { StateBadge } from "../parts/badge";
import { Button } from "../parts/button";
import { Empty } from "../parts/empty";
import { Link } from "../parts/link";
import { PagedTable } from "../parts/paged-table";
import { Secrets } from "../parts/secret";
import type { Column } from "../parts/table";
import { CreateForm } from "./create-form";
import { formStates, purposeList } from "./names";
import { NumberSearch } from "./number-search";

/** Pages that ask people for consent, newest first. */
export function ConsentForms({ user }: { user: User }) {
  const [number, setNumber] = useState("");
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<ConsentForm | undefined>(undefined);
  const list = usePages<ConsentForm>(async (pageToken, signal) => {
    const page = await api.compliance.listConsentForms({ pageToken, pageSize: 25, phoneNumber: number }, { signal });
    return { items: page.consentForms ?? [], next: page.nextPageToken };
  }, [number]);
  return (
    <>
      <div className="list-head">
        <NumberSearch onSearch={setNumber} />
        {mayWrite(user) && <Button kind="primary" onClick={() => setMaking(true)}>Create form</Button>}
      </div>
      <PagedTable
        of={list} caption="Consent forms" columns={columns} rowKey={(each) => each.consentFormId ?? ""}
        empty={(
          <Empty title={number ? "No form for this number" : "No consent forms yet"}>
            {number ? "This person was not asked."
              : "A form is a page in English and Hindi that asks one person which calls they agree to. Send them its link."}
          </Empty>
        )}
      />
      {isMaking && (
        <CreateForm
          onClose={() => setMaking(false)}
          onDone={(form) => {
            setMaking(false);
            setMade(form);
            list.reload();
          }}
        />
      )}
      {made && (
        <Secrets title="The form is ready" texts={{ Link: made.link ?? "" }} onClose={() => setMade(undefined)}>
          <p>
            Send it to {phone(made.phoneNumber)} alone: whoever has the link can answer for the number. It can be answered
            until {time(made.expireTime)}.
          </p>
        </Secrets>
      )}
    </>
  );
}

/** How a form stands, in a word. */
export function FormStateBadge({ of }: { of: ConsentForm }) {
  return <StateBadge of={formStates[of.state ?? "STATE_UNSPECIFIED"]} />;
}

const columns: Column<ConsentForm>[] = [
  { title: "Person", isWhole: true, cell: (it) => (
    <Link to={`/compliance/forms/${it.consentFormId}`} className="strong">{phone(it.phoneNumber)}</Link>
  ) },
  { title: "State", cell: (it) => <FormStateBadge of={it} /> },
  { title: "Asks for", cell: (it) => purposeList(it.purposes) },
  { title: "Language", cell: (it) => languages[it.language ?? ""] ?? "The browser’s" },
  { title: "Made", isWhole: true, cell: (it) => time(it.createTime) },
  { title: "Answered", isWhole: true, cell: (it) => time(it.answerTime) },
];
