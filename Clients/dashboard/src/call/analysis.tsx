import type { Call, Sentiment } from "../../../typescript/index";
import { StateBadge } from "../parts/badge";
import type { Shown } from "../parts/badge";
import { Card } from "../parts/card";
import { mayBeAnalysed } from "./live-call";

const moods: Record<Sentiment, Shown | undefined> = {
  SENTIMENT_UNSPECIFIED: undefined,
  SENTIMENT_POSITIVE: ["good", "Content"],
  SENTIMENT_NEUTRAL: ["idle", "Neutral"],
  SENTIMENT_NEGATIVE: ["bad", "Displeased"],
};

/** What a language model made of the call; nothing when there is nothing. */
export function Analysis({ call }: { call: Call }) {
  const mood = moods[call.sentiment ?? "SENTIMENT_UNSPECIFIED"];
  if (!call.analysis) {
    return mayBeAnalysed(call)
      ? <Card title="Analysis"><p className="faint" role="status">The call is being analysed…</p></Card> : null;
  }
  return (
    <Card title="Analysis" hint="Made by a language model. It can be wrong.">
      {mood && <p>Caller’s mood: <StateBadge of={mood} /></p>}
      <p>{call.analysis.summary}</p>
      {(call.analysis.actionItems ?? []).length > 0 && (
        <>
          <h3>To do</h3>
          <ul>{call.analysis.actionItems?.map((item, index) => <li key={index}>{item}</li>)}</ul>
        </>
      )}
    </Card>
  );
}
