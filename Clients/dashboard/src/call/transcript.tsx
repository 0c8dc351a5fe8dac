import type { Call, TranscriptEntry } from "../../../typescript/index";
import { clock, milliseconds } from "../format";
import { hasEnded } from "../names";
import { Card } from "../parts/card";

/** What was said, in order; read out as it comes while the call goes on. */
export function Transcript({ call }: { call: Call }) {
  const lines = call.transcript ?? [];
  return (
    <Card title="Transcript">
      <ol className="transcript" aria-live={hasEnded(call.state) ? "off" : "polite"}>
        {lines.map((entry, index) => <Line key={index} entry={entry} />)}
      </ol>
      {lines.length === 0 && (
        <p className="faint">
          {hasEnded(call.state) ? "Nothing was said." : "Nothing was said yet. It appears here while it is said."}
        </p>
      )}
    </Card>
  );
}

function Line({ entry }: { entry: TranscriptEntry }) {
  const isAgent = entry.speaker === "AGENT";
  return (
    <li className={isAgent ? "line agent" : "line caller"}>
      <p className="line-head">
        <span>{isAgent ? "Agent" : "Caller"}</span>
        <time>{clock(entry.offset)}</time>
        {entry.replyLatency && (
          <span title="From the end of the caller's speech to the first sound">
            after {milliseconds(entry.replyLatency)}
          </span>
        )}
        {entry.interrupted && <span>interrupted</span>}
      </p>
      <p>{entry.text}</p>
    </li>
  );
}
