import type { Call, User } from "../../../typescript/index";
import { agentName, useAgents } from "../agents-list";
import { api } from "../api";
import { Analysis } from "../call/analysis";
import { CallDecisions } from "../call/call-decisions";
import { CallStateBadge } from "../call/call-state";
import { useLiveCall } from "../call/live-call";
import { Recording } from "../call/recording";
import { ToolUses } from "../call/tool-uses";
import { Transcript } from "../call/transcript";
import { duration, milliseconds, money, phone, share, time } from "../format";
import { useAction } from "../loaded";
import { directions, endReasons, hasEnded, languages, mayWrite, recordingAnswers } from "../names";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Facts } from "../parts/facts";
import { Problem } from "../parts/notice";
import { Page } from "../parts/page";

/** One call: live while it goes on, and afterwards what was said, what it cost and what it came to. */
export function CallPage({ callId, user }: { callId: string; user: User }) {
  const { call, error, reload } = useLiveCall(callId);
  const agents = useAgents(true);
  return (
    <Page
      title={call?.phoneNumber ? `Call with ${phone(call.phoneNumber)}` : "Call"} back={{ to: "/calls", label: "Calls" }}
      actions={call && !hasEnded(call.state) && mayWrite(user) && <EndButton callId={callId} />}
    >
      <Problem error={error} onRetry={reload} />
      {!call && error === undefined && (
        <div className="skeleton" role="status" aria-label="Loading">
          <span /><span /><span />
        </div>
      )}
      {call && (
        <>
          <p className="standing" role="status"><CallStateBadge state={call.state} /> {ending(call)}</p>
          <div className="split">
            <div>
              {call.state === "BLOCKED" && <CallDecisions call={call} />}
              <Transcript call={call} />
              <ToolUses call={call} />
            </div>
            <div>
              <Overview call={call} agent={agents.value ? agentName(agents.value, call.agentId) : "…"} />
              <Analysis call={call} />
              <Recording call={call} />
              {call.state !== "BLOCKED" && <CallDecisions call={call} />}
            </div>
          </div>
        </>
      )}
    </Page>
  );
}

function ending(call: Call): string {
  if (!hasEnded(call.state)) return "This page follows the call.";
  if (call.state === "BUSY") return "The line was busy. Try again later.";
  if (call.state === "NO_ANSWER") return "Nobody answered. Try again later.";
  return endReasons[call.endReason ?? ""] ?? call.endReason ?? "";
}

function EndButton({ callId }: { callId: string }) {
  const ending = useAction(async () => {
    await api.calls.endCall({ callId });
  });
  return (
    <>
      <Problem error={ending.error} />
      <Button kind="danger" isBusy={ending.isBusy} onClick={() => void ending.run()}>End call</Button>
    </>
  );
}

/** The carrier's own price comes some minutes after the end. */
function phoneLine({ cost, direction }: Call): string {
  const isEstimate = !cost?.settled && direction !== "LIVE";
  return money(cost?.telephony) + (isEstimate ? ", estimated" : "");
}

function Overview({ call, agent }: { call: Call; agent: string }) {
  const isOver = hasEnded(call.state);
  const answer = recordingAnswers[call.recordingAnswer ?? "RECORDING_ANSWER_UNSPECIFIED"];
  const sure = call.quality?.recognitionConfidence;
  return (
    <Card title="Details">
      <Facts
        of={[
          ["Agent", call.agentVersion ? `${agent}, version ${call.agentVersion}` : agent],
          ["Direction", directions[call.direction ?? "DIRECTION_UNSPECIFIED"]],
          [call.direction === "INBOUND" ? "Called number" : "Called from", phone(call.callerId)],
          ["Language", languages[call.language ?? ""] ?? "–"],
          ["Placed", time(call.createTime)],
          ["Answered", time(call.answerTime)],
          ["Duration", call.duration ? duration(call.duration) : "–"],
          ["Cost", isOver ? money(call.cost?.total) : "Known when it has ended"],
          ["Of it, phone line", isOver ? phoneLine(call) : "–"],
          ["Of it, speech model", isOver ? money(call.cost?.model) : "–"],
          ["Reply latency, median", milliseconds(call.quality?.replyLatencyP50)],
          ["Reply latency, 95 % within", milliseconds(call.quality?.replyLatencyP95)],
          ["Interruptions", String(call.quality?.interruptions ?? 0)],
          ...(sure === undefined ? [] : [["Recognition confidence", share(sure)] as [string, string]]),
          ...(answer ? [["Asked about recording", answer] as [string, string]] : []),
        ]}
      />
    </Card>
  );
}
