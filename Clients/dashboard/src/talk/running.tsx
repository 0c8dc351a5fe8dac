import type { Agent } from "../../../typescript/index";
import { Transcript } from "../call/transcript";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import type { Conversation, Shown } from "./conversation";

const stages = {
  asking: "Your browser asks whether this page may use the microphone.",
  connecting: "Connecting to the agent…",
  talking: "You are talking to the agent.",
  over: "",
};

const keys = [..."123456789*0#"];

/** A conversation while it goes on: how it stands, what was said, and what a telephone has. */
export function Running({ shown, conversation, agent }: {
  shown: Shown; conversation: Conversation | undefined; agent: Agent;
}) {
  const isTalking = shown.stage === "talking";
  return (
    <>
      <Card title={`Talking to ${agent.name}`}>
        <p role="status">{shown.isMuted ? "You are muted: the agent does not hear you." : stages[shown.stage]}</p>
        <div className="talk">
          <meter className="level" min={0} max={1} value={shown.isMuted ? 0 : shown.level} aria-label="How loud you are" />
          <div className="actions">
            <Button isDisabled={!isTalking} onClick={() => conversation?.mute(!shown.isMuted)}>
              {shown.isMuted ? "Unmute" : "Mute"}
            </Button>
            <Button kind="danger" onClick={() => conversation?.hangUp()}>Hang up</Button>
          </div>
        </div>
        <details className="preview">
          <summary>Keys</summary>
          <div className="keypad">
            {keys.map((key) => (
              <Button
                key={key} isDisabled={!isTalking} label={`Key ${names[key] ?? key}`}
                onClick={() => conversation?.press(key)}
              >
                {key}
              </Button>
            ))}
          </div>
        </details>
      </Card>
      {isTalking && (
        <Transcript
          call={{ state: "IN_PROGRESS", transcript: shown.transcript, ...(agent.language ? { language: agent.language } : {}) }}
        />
      )}
    </>
  );
}

const names: Record<string, string> = { "*": "star", "#": "hash" };
