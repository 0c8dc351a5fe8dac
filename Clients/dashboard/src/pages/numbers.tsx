import { useState } from "react";
import type {
  A2pDeclaration, Agent, AvailablePhoneNumber, PhoneNumber, PhoneNumberType, User,
} from "../../../typescript/index";
import { agentName, useAgents } from "../agents-list";
import { api, deleted } from "../api";
import { Declarations } from "../compliance/declarations";
import { isDeclared, useDeclarations } from "../compliance/declared";
import { money, phone } from "../format";
import { useAction, useRequestId } from "../loaded";
import { mayManage } from "../names";
import { usePhoneNumbers } from "../numbers-list";
import { Await } from "../parts/await";
import { Badge } from "../parts/badge";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Confirm } from "../parts/dialog";
import { Empty } from "../parts/empty";
import { Select, TextField } from "../parts/field";
import { Form } from "../parts/form";
import { Link } from "../parts/link";
import { Problem } from "../parts/notice";
import { Page } from "../parts/page";
import { Table } from "../parts/table";
import { announce } from "../parts/toast";
import { fieldErrors } from "../words";

const kinds: [PhoneNumberType, string][] = [
  ["PHONE_NUMBER_TYPE_LANDLINE", "Landline"],
  ["PHONE_NUMBER_TYPE_MOBILE", "Mobile"],
  ["PHONE_NUMBER_TYPE_TOLL_FREE", "Toll-free (1800)"],
];

function kindName(kind: PhoneNumberType | undefined): string {
  return kinds.find(([key]) => key === kind)?.[1] ?? "";
}

/** The numbers that the merchant rents, and those that could be. */
export function Numbers({ user }: { user: User }) {
  const agents = useAgents();
  const numbers = usePhoneNumbers();
  const declarations = useDeclarations();
  const [doomed, setDoomed] = useState<PhoneNumber | undefined>(undefined);
  return (
    <Page title="Numbers" intro="Agents call from these numbers and answer them. An agent is given its number on its own page.">
      <Card title="Your numbers">
        <Await of={numbers}>
          {(rented) => rented.length === 0
            ? (
              <Empty title="No numbers yet">
                {mayManage(user) ? "Rent one below; then give it to an agent." : "An owner or an admin can rent one."}
              </Empty>
            )
            : (
              <Rented
                numbers={rented} agents={agents.value} declarations={declarations.value}
                onRelease={mayManage(user) ? setDoomed : undefined}
              />
            )}
        </Await>
      </Card>
      <Declarations list={declarations} user={user} />
      {mayManage(user) && <Offer onBought={numbers.reload} />}
      {doomed && (
        <Release
          number={doomed} onClose={() => setDoomed(undefined)}
          onDone={() => {
            setDoomed(undefined);
            numbers.reload();
          }}
        />
      )}
    </Page>
  );
}

function Rented({ numbers, agents, declarations, onRelease }: {
  numbers: PhoneNumber[]; agents: Agent[] | undefined; declarations: A2pDeclaration[] | undefined;
  onRelease: ((number: PhoneNumber) => void) | undefined;
}) {
  return (
    <Table
      caption="Your numbers" rows={numbers} rowKey={(it) => it.phoneNumber ?? ""}
      columns={[
        { title: "Number", isWhole: true, cell: (it) => <span className="strong">{phone(it.phoneNumber)}</span> },
        { title: "Agent", cell: (it) => it.agentId
          ? <Link to={`/agents/${it.agentId}`}>{agents ? agentName(agents, it.agentId) : "…"}</Link>
          : <span className="faint">None</span> },
        { title: "Kind", cell: (it) => [kindName(it.type), it.region].filter(Boolean).join(", ") || "–" },
        { title: "State", cell: (it) => (
          <span className="badges">
            <NumberState of={it} />
            {declarations && !isDeclared(it.phoneNumber ?? "", declarations) && <Badge kind="warn">Not declared</Badge>}
          </span>
        ) },
        { title: "Rent a month", isFigure: true, cell: (it) => money(it.monthlyRent) },
        { title: "Actions", isHidden: true, cell: (it) => onRelease && (
          <Button kind="quiet" label={`Give back ${phone(it.phoneNumber)}`} onClick={() => onRelease(it)}>Give back</Button>
        ) },
      ]}
    />
  );
}

function NumberState({ of }: { of: PhoneNumber }) {
  if (of.state === "ACTIVE") return <Badge kind="good">Active</Badge>;
  return <Badge kind="busy">{of.state === "BUYING" ? "Being rented" : "Being given back"}</Badge>;
}

function Offer({ onBought }: { onBought: () => void }) {
  const [type, setType] = useState<PhoneNumberType>("PHONE_NUMBER_TYPE_LANDLINE");
  const [contains, setContains] = useState("");
  const [found, setFound] = useState<AvailablePhoneNumber[] | undefined>(undefined);
  const [wanted, setWanted] = useState<AvailablePhoneNumber | undefined>(undefined);
  const searching = useAction(async () => {
    const page = await api.numbers.searchPhoneNumbers({ type, contains: contains.trim() });
    setFound((page.phoneNumbers ?? []).slice(0, 20));
  });
  const errors = fieldErrors(searching.error);
  return (
    <Card title="Rent a number">
      <Form onSubmit={() => void searching.run()} errors={errors} label="Find numbers">
        <div className="filters">
          <Select label="Kind" value={type} options={kinds} isRequired onChange={(value) => setType(value as PhoneNumberType)} />
          <TextField
            label="With these digits" inputMode="numeric" value={contains} onChange={setContains}
            error={errors["contains"]}
          />
          <Button type="submit" isBusy={searching.isBusy}>Find numbers</Button>
        </div>
        <Problem error={searching.error} />
      </Form>
      {found?.length === 0 && (
        <p className="faint" role="status">
          The carrier offers no such number now. Try other digits or another kind.
        </p>
      )}
      {found && found.length > 0 && (
        <Table
          caption="Numbers to rent" rows={found} rowKey={(it) => it.phoneNumber ?? ""}
          columns={[
            { title: "Number", isWhole: true, cell: (it) => <span className="strong">{phone(it.phoneNumber)}</span> },
            { title: "Circle", cell: (it) => it.region || "–" },
            { title: "Rent a month", isFigure: true, cell: (it) => money(it.monthlyRent) },
            { title: "Actions", isHidden: true, cell: (it) => (
              <Button kind="quiet" label={`Rent ${phone(it.phoneNumber)}`} onClick={() => setWanted(it)}>Rent</Button>
            ) },
          ]}
        />
      )}
      {wanted && (
        <Buy
          number={wanted} onClose={() => setWanted(undefined)}
          onDone={() => {
            setFound((before) => before?.filter((each) => each.phoneNumber !== wanted.phoneNumber));
            setWanted(undefined);
            onBought();
          }}
        />
      )}
    </Card>
  );
}

function Buy({ number, onDone, onClose }: { number: AvailablePhoneNumber; onDone: () => void; onClose: () => void }) {
  const requestId = useRequestId(number);
  const buying = useAction(async () => {
    await api.numbers.buyPhoneNumber({ phoneNumber: number.phoneNumber ?? "", requestId });
    announce(`${phone(number.phoneNumber)} is yours`);
    onDone();
  });
  return (
    <Confirm
      title={`Rent ${phone(number.phoneNumber)}?`} verb="Rent it" kind="primary" isBusy={buying.isBusy} error={buying.error}
      onConfirm={() => void buying.run()} onClose={onClose}
    >
      <p>The carrier bills {money(number.monthlyRent)} a month for it until you give it back.</p>
    </Confirm>
  );
}

function Release({ number, onDone, onClose }: { number: PhoneNumber; onDone: () => void; onClose: () => void }) {
  const releasing = useAction(async () => {
    await deleted(api.numbers.releasePhoneNumber({ phoneNumber: number.phoneNumber ?? "" }));
    announce(`${phone(number.phoneNumber)} was given back`);
    onDone();
  });
  return (
    <Confirm
      title={`Give ${phone(number.phoneNumber)} back?`} verb="Give it back" isBusy={releasing.isBusy} error={releasing.error}
      onConfirm={() => void releasing.run()} onClose={onClose}
    >
      <p>It is gone for good, and its agent has no number afterwards.</p>
    </Confirm>
  );
}
