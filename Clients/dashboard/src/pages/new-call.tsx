import { useState } from "react";
import type { Agent, User } from "../../../typescript/index";
import { useAgents } from "../agents-list";
import { api } from "../api";
import { Refusal } from "../call/refusal";
import { VariableFields, givenValues } from "../call/variable-fields";
import { phone, typedNumber } from "../format";
import { useAction, useIsShown, useRequestId } from "../loaded";
import { languages, mayWrite } from "../names";
import { Await } from "../parts/await";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Empty } from "../parts/empty";
import { PhoneField, Select } from "../parts/field";
import { Form } from "../parts/form";
import { Link } from "../parts/link";
import { Notice } from "../parts/notice";
import { Page } from "../parts/page";
import { announce } from "../parts/toast";
import { navigate } from "../router";
import { fieldErrors } from "../words";

/** Places a call: whom, by which agent, and what it should know. */
export function NewCall({ agentId, user }: { agentId: string; user: User }) {
  const agents = useAgents();
  return (
    <Page title="Place a call" back={{ to: "/calls", label: "Calls" }}>
      {!mayWrite(user) && <Notice>Your role may read calls, but not place them.</Notice>}
      <Await of={agents}>
        {(all) => {
          const able = all.filter((agent) => agent.state === "ACTIVE");
          if (able.length === 0) return <NoAgent hasAny={all.length > 0} />;
          return <CallForm agents={able} agentId={agentId} isDisabled={!mayWrite(user)} />;
        }}
      </Await>
    </Page>
  );
}

function NoAgent({ hasAny }: { hasAny: boolean }) {
  return hasAny
    ? (
      <Empty title="No agent is active" action={<Link to="/agents" className="button primary">To the agents</Link>}>
        All agents are paused. Make one active to place calls.
      </Empty>
    )
    : (
      <Empty title="First, an agent" action={<Link to="/agents/new" className="button primary">Create agent</Link>}>
        A call is held by an agent, and there is none yet.
      </Empty>
    );
}

function CallForm({ agents, agentId, isDisabled }: { agents: Agent[]; agentId: string; isDisabled: boolean }) {
  const [chosen, setChosen] = useState(agents.some((agent) => agent.agentId === agentId) ? agentId : agents[0]?.agentId ?? "");
  const [number, setNumber] = useState("");
  const [language, setLanguage] = useState("");
  const [values, setValues] = useState<Record<string, string>>({});
  const agent = agents.find((each) => each.agentId === chosen);
  const variables = agent?.variables ?? [];
  const requestId = useRequestId([chosen, number, language, values]);
  const isShown = useIsShown();
  const placing = useAction(async () => {
    const call = await api.calls.createCall({
      requestId,
      call: {
        agentId: chosen, phoneNumber: typedNumber(number), variables: givenValues(variables, values),
        ...(language ? { language } : {}),
      },
    });
    if (isShown()) navigate(`/calls/${call.callId}`);
    else announce(`${phone(call.phoneNumber)} is being called`);
  });
  const errors = fieldErrors(placing.error, "call.");
  return (
    <Form onSubmit={() => void placing.run()} errors={errors} label="New call">
      <Refusal error={placing.error} agentId={chosen} />
      <Card title="Whom">
        <PhoneField
          label="Phone number" value={number} onChange={setNumber}
          error={errors["phoneNumber"]} hint="An Indian number: +91 and ten digits, or the ten digits alone." isRequired
        />
        <Select
          label="Agent" value={chosen} onChange={setChosen} isRequired error={errors["agentId"]}
          options={agents.map((each) => [
            each.agentId ?? "", each.phoneNumber ? each.name ?? "" : `${each.name} (has no number to call from)`,
          ] as const)}
        />
        <Select
          label="Language" value={language} onChange={setLanguage} isRequired error={errors["language"]}
          options={[["", `The agent’s own (${languages[agent?.language ?? ""] ?? "–"})`], ...Object.entries(languages)]}
        />
      </Card>
      <VariableFields variables={variables} values={values} onChange={setValues} errors={errors} />
      <div className="form-actions">
        <Button type="submit" kind="primary" isBusy={placing.isBusy} isDisabled={isDisabled}>Place the call</Button>
      </div>
    </Form>
  );
}
