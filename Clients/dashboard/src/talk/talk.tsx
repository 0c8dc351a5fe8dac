import { useEffect, useRef, useState } from "react";
import type { Agent, LiveStart, User } from "../../../typescript/index";
import { VariableFields, givenValues } from "../call/variable-fields";
import { languages, mayWrite } from "../names";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Select } from "../parts/field";
import { Form } from "../parts/form";
import { Notice } from "../parts/notice";
import { fieldErrors } from "../words";
import { Conversation } from "./conversation";
import type { Shown } from "./conversation";
import { Ended, Failure } from "./ended";
import { Running } from "./running";

/** Talks to an agent by the reader's own microphone, without a phone. */
export function Talk({ agent, user }: { agent: Agent; user: User }) {
  const { shown, start, conversation } = useConversation();
  const [wish, setWish] = useState<Wish>({ what: "draft", language: "", values: {} });
  if (!mayWrite(user)) return <Notice>Your role may read calls, but not hold them.</Notice>;
  if (shown && shown.stage !== "over") return <Running shown={shown} conversation={conversation} agent={agent} />;
  return (
    <>
      {shown && <Ended shown={shown} agent={agent} />}
      <Beginning
        agent={agent} wish={wish} onChange={setWish} error={shown?.error} isAgain={shown?.callId !== undefined} onStart={start}
      />
    </>
  );
}

/** How the next conversation is to be. */
interface Wish {
  what: string;
  language: string;
  values: Record<string, string>;
}

/** One conversation at a time; leaving the page hangs up. */
function useConversation() {
  const [shown, setShown] = useState<Shown | undefined>(undefined);
  const current = useRef<Conversation | undefined>(undefined);
  useEffect(() => () => current.current?.close(), []);
  const start = (how: LiveStart) => {
    current.current = new Conversation(setShown);
    void current.current.hold(how);
  };
  return { shown, start, conversation: current.current };
}

function Beginning({ agent, wish, onChange, error, isAgain, onStart }: {
  agent: Agent; wish: Wish; onChange: (wish: Wish) => void; error: unknown; isAgain: boolean;
  onStart: (how: LiveStart) => void;
}) {
  const { what, language, values } = wish;
  const variables = agent.variables ?? [];
  const errors = fieldErrors(error, "start.");
  const hasTwo = agent.hasDraftChanges && agent.publishedVersion;
  return (
    <Form
      label="Talk to the agent" errors={errors}
      onSubmit={() => onStart({
        agentId: agent.agentId ?? "", draft: !hasTwo || what === "draft", variables: givenValues(variables, values),
        ...(language ? { language } : {}),
      })}
    >
      <Failure error={error} />
      <Card
        title="Talk to the agent"
        hint={"By your microphone and speaker: nobody is called. It costs what a call does but for the line, "
          + "and stands among the calls."}
      >
        {hasTwo && (
          <Select
            label="Which" value={what} onChange={(next) => onChange({ ...wish, what: next })} isRequired
            options={[
              ["draft", "The draft: all that is saved"],
              ["published", `Version ${agent.publishedVersion}: what callers hear`],
            ]}
          />
        )}
        <Select
          label="Language" value={language} onChange={(next) => onChange({ ...wish, language: next })} isRequired
          error={errors["language"]}
          options={[["", `The agent’s own (${languages[agent.language ?? ""] ?? "–"})`], ...Object.entries(languages)]}
        />
      </Card>
      <VariableFields
        variables={variables} values={values} errors={errors} onChange={(next) => onChange({ ...wish, values: next })}
      />
      <div className="form-actions">
        <Button type="submit" kind="primary">{isAgain ? "Talk again" : "Start talking"}</Button>
      </div>
    </Form>
  );
}
