import type { Call, TranscriptEntry } from "../../../typescript/index";
import { clock, milliseconds, share } from "../format";
import { hasEnded, languages } from "../names";
import { Card } from "../parts/card";

/** Below this the reader is told how sure the recogniser was. */
const doubtful = 0.6;

/** What was said, in order; read out as it comes while the call goes on. */
export function Transcript({ call }: { call: Call }) {
  const lines = call.transcript ?? [];
  return (
    <Card title="Transcript">
      <ol className="transcript" aria-live={hasEnded(call.state) ? "off" : "polite"}>
        {lines.map((entry, index) => <Line key={index} entry={entry} spoken={call.language} />)}
      </ol>
      {lines.length === 0 && (
        <p className="faint">
          {hasEnded(call.state) ? "Nothing was said." : "Nothing was said yet. It appears here while it is said."}
        </p>
      )}
    </Card>
  );
}

/** One thing said; its language is named where it is not the one that the call is in. */
function Line({ entry, spoken }: { entry: TranscriptEntry; spoken: string | undefined }) {
  const isAgent = entry.speaker === "AGENT";
  const { confidence, language } = entry;
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
        {language && language !== spoken && <span>in {languages[language] ?? language}</span>}
        {confidence !== undefined && confidence < doubtful && (
          <span className="doubt" title="How sure the recogniser is of these words">{share(confidence)} sure</span>
        )}
      </p>
      <p lang={language || spoken}>{entry.text}</p>
    </li>
  );
}
