import { useState } from "react";
import type { Agent, Decision } from "../../../typescript/index";
import { useAgents } from "../agents-list";
import { api } from "../api";
import { time, typedMoment, typedNumber } from "../format";
import { useAction } from "../loaded";
import { purposes } from "../names";
import { Await } from "../parts/await";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Empty } from "../parts/empty";
import { PhoneField, Select, TextField } from "../parts/field";
import { Form } from "../parts/form";
import { Link } from "../parts/link";
import { Problem } from "../parts/notice";
import { Page } from "../parts/page";
import { fieldErrors } from "../words";
import { Rules, VerdictBadge, consequence } from "./verdict";

/** Asks the rules without placing a call. */
export function CheckCall() {
  const agents = useAgents();
  return (
    <Page
      title="Check a number" back={{ to: "/compliance", label: "Decisions" }}
      intro="Asks the rules whether an agent may call somebody. No call is placed, and nothing is kept."
    >
      <Await of={agents}>
        {(all) => all.length === 0
          ? (
            <Empty title="First, an agent" action={<Link to="/agents/new" className="button primary">Create agent</Link>}>
              Whether a number may be called depends on the agent: its purpose and its own number.
            </Empty>
          )
          : <Question agents={all} />}
      </Await>
    </Page>
  );
}

function Question({ agents }: { agents: Agent[] }) {
  const [agentId, setAgentId] = useState(agents[0]?.agentId ?? "");
  const [number, setNumber] = useState("");
  const [at, setAt] = useState("");
  const [told, setTold] = useState<{ question: string; answer: Decision } | undefined>(undefined);
  const question = JSON.stringify([agentId, number, at]);
  const asking = useAction(async () => {
    setTold(undefined);
    const time = typedMoment(at);
    const answer = await api.compliance.checkCall({
      agentId, phoneNumber: typedNumber(number), ...(time ? { time } : {}),
    });
    setTold({ question, answer });
  });
  // An answer stands beside its own question alone.
  const answer = told?.question === question ? told.answer : undefined;
  const errors = fieldErrors(asking.error);
  const agent = agents.find((each) => each.agentId === agentId);
  return (
    <>
      <Card title="Whom">
        <Form onSubmit={() => void asking.run()} errors={errors} label="Check a number">
          <Problem error={asking.error} title="The rules could not be asked" />
          <div className="columns">
            <PhoneField
              label="Phone number" value={number} onChange={setNumber}
              error={errors["phoneNumber"]} isRequired
            />
            <Select
              label="Agent" value={agentId} onChange={setAgentId} error={errors["agentId"]} isRequired
              options={agents.map((each) => [each.agentId ?? "", each.name ?? ""] as const)}
              hint={agent && purposes[agent.purpose ?? "CALL_PURPOSE_UNSPECIFIED"]}
            />
            <TextField
              label="When" type="datetime-local" value={at} onChange={setAt} error={errors["time"]}
              hint="Indian time; now when empty."
            />
          </div>
          <Button type="submit" kind="primary" isBusy={asking.isBusy}>Ask the rules</Button>
        </Form>
      </Card>
      {answer && (
        <Card title={answer.verdict === "ALLOW" ? "The call may be placed" : "The call may not be placed"}>
          <p className="standing" role="status">
            <VerdictBadge of={answer} /> {consequence(answer)} Asked for {time(answer.evaluateTime)}.
          </p>
          <Rules of={answer} />
        </Card>
      )}
    </>
  );
}
