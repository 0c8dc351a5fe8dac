import type { A2pDeclaration, Agent, Merchant, PhoneNumber } from "../../../typescript/index";
import { useAgents } from "../agents-list";
import { isDeclared, useDeclarations } from "../compliance/declared";
import type { Loaded } from "../loaded";
import { useMerchant } from "../merchant";
import { usePhoneNumbers } from "../numbers-list";
import { Await } from "../parts/await";
import { Badge } from "../parts/badge";
import { Card } from "../parts/card";
import { Link } from "../parts/link";

/** What a merchant has, as far as its first call depends on it. */
interface Known {
  merchant: Merchant;
  numbers: PhoneNumber[];
  declarations: A2pDeclaration[];
  agents: Agent[];
}

interface Step {
  title: string;
  hint: string;
  to: string;
  isDone: boolean;
}

/** What has to be there before the rules let a first call be placed, in the order in which one gets it. */
function stepsOf({ merchant: { kyc = {} }, numbers, declarations, agents }: Known): Step[] {
  const own = [...numbers, ...agents].flatMap(({ phoneNumber }) => phoneNumber || []);
  const [first] = agents;
  const agent = first ? `/agents/${first.agentId}` : "/agents/new";
  const isClassified = ({ purpose = "CALL_PURPOSE_UNSPECIFIED", callTemplateIds = [] }: Agent) =>
    purpose === "CALL_PURPOSE_PROMOTIONAL" ? callTemplateIds.length > 0 : purpose !== "CALL_PURPOSE_UNSPECIFIED";
  return [
    {
      title: "Say who your business is", to: "/settings", isDone: kyc.state === "APPROVED",
      hint: kyc.state === "SUBMITTED" ? "It is being checked now." : "It is checked before its agents call people (KYC).",
    },
    {
      title: "Bind your DLT entity to the telemarketer", to: "/settings", isDone: kyc.dltBinding?.state === "BOUND",
      hint: "On your operator’s DLT platform. The settings say to whom, and whether we have seen it.",
    },
    { title: "Rent a number", to: "/numbers", isDone: own.length > 0, hint: "Agents call from it and answer it." },
    {
      title: "Record its declaration", to: "/numbers", isDone: own.some((number) => isDeclared(number, declarations)),
      hint: "An operator acknowledged that machines call from it (A2P).",
    },
    { title: "Create an agent", to: "/agents/new", isDone: agents.length > 0, hint: "It talks to your customers." },
    {
      title: "Give the agent its number", to: agent, isDone: agents.some(({ phoneNumber }) => phoneNumber),
      hint: "On the agent’s page.",
    },
    {
      title: "Say what its calls are for", to: agent, isDone: agents.some(isClassified),
      hint: "Calls of no purpose count as promotional; these need a call template that the DLT platforms approved.",
    },
    { title: "Place the first call", to: "/calls/new", isDone: false, hint: "What calls achieve and cost is then shown here." },
  ];
}

/** Several things that are read, as one. */
function together<T extends object>(parts: { [name in keyof T]: Loaded<T[name]> }): Loaded<T> {
  const all = Object.entries(parts) as [keyof T, Loaded<unknown>][];
  const isThere = all.every(([, part]) => part.value !== undefined);
  const error = all.find(([, part]) => part.error !== undefined)?.[1].error;
  return {
    ...(isThere ? { value: Object.fromEntries(all.map(([name, part]) => [name, part.value])) as T } : {}),
    ...(error === undefined ? {} : { error }),
    isLoading: all.some(([, part]) => part.isLoading),
    reload: () => all.forEach(([, part]) => part.reload()),
    set: () => undefined,
  };
}

/** The way to the first call: what is there, and what is missing. */
export function FirstSteps() {
  const known = together<Known>({
    merchant: useMerchant(), numbers: usePhoneNumbers(), declarations: useDeclarations(), agents: useAgents(),
  });
  return (
    <Card title="The way to your first call" hint="The rules allow no call before these are done.">
      <Await of={known}>
        {(value) => (
          <ol className="items">
            {stepsOf(value).map(({ title, hint, to, isDone }) => (
              <li key={title} className="item">
                <div className="item-head">
                  <div>
                    {isDone ? <span className="strong">{title}</span> : <Link to={to}>{title}</Link>}
                    <p className="hint">{hint}</p>
                  </div>
                  <Badge kind={isDone ? "good" : "idle"}>{isDone ? "Done" : "To do"}</Badge>
                </div>
              </li>
            ))}
          </ol>
        )}
      </Await>
    </Card>
  );
}
