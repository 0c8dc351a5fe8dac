import type { Agent } from "../../../typescript/index";
import { Transcript } from "../call/transcript";
import { duration, money } from "../format";
import { endReasons } from "../names";
import { Card } from "../parts/card";
import { Facts } from "../parts/facts";
import { Link } from "../parts/link";
import { Notice, Problem } from "../parts/notice";
import type { Shown } from "./conversation";
import { NoMicrophone } from "./microphone";

/** A conversation that is over: what came of it, and where its record is. Nothing of one that never began. */
export function Ended({ shown, agent }: { shown: Shown; agent: Agent }) {
  const { call, callId } = shown;
  if (!callId) return null;
  const reason = call?.endReason ?? "";
  return (
    <>
      <Card
        title="The conversation is over"
        actions={<Link to={`/calls/${callId}`} className="button plain">Open its record</Link>}
      >
        {call && (
          <Facts
            of={[
              ["Lasted", duration(call.duration)],
              ["Cost", money(call.cost?.total)],
              ["Ended", reason === "caller_hung_up" ? "You hung up." : endReasons[reason] ?? reason],
            ]}
          />
        )}
        {!call && <p className="faint">Its record says what came of it.</p>}
      </Card>
      <Transcript
        call={{ state: "COMPLETED", transcript: shown.transcript, ...(agent.language ? { language: agent.language } : {}) }}
      />
    </>
  );
}

/** Why a conversation failed, or could not begin. Nothing without an error. */
export function Failure({ error }: { error: unknown }) {
  if (error instanceof NoMicrophone) return <Notice kind="error" title="Without a microphone">{error.message}</Notice>;
  return <Problem error={error} title="The conversation failed" />;
}
