import { useState } from "react";
import type { Document as KnowledgeDocument, Passage } from "../../../typescript/index";
import { api } from "../api";
import { share } from "../format";
import { useAction } from "../loaded";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { TextField } from "../parts/field";
import { Form } from "../parts/form";
import { Problem } from "../parts/notice";
import { fieldErrors } from "../words";

/** Tries a question: which passages the agent would find in a call. */
export function AskKnowledge({ agentId, documents }: { agentId: string; documents: KnowledgeDocument[] }) {
  const [query, setQuery] = useState("");
  const [passages, setPassages] = useState<Passage[] | undefined>(undefined);
  const asking = useAction(async () => {
    setPassages((await api.knowledge.searchKnowledge({ agentId, query })).passages ?? []);
  });
  const errors = fieldErrors(asking.error);
  const name = (id: string | undefined) => documents.find((each) => each.documentId === id)?.displayName ?? "a document";
  return (
    <Card title="Try a question" hint="Shows the passages that the agent would answer from.">
      <Form onSubmit={() => void asking.run()} errors={errors} label="Try a question">
        <TextField label="Question" value={query} onChange={setQuery} error={errors["query"]} isRequired />
        <Button type="submit" isBusy={asking.isBusy} isDisabled={!query.trim()}>Find passages</Button>
        <Problem error={asking.error} />
      </Form>
      {passages?.length === 0 && <p className="faint">Nothing in the documents is near this question.</p>}
      <ol className="passages">
        {passages?.map((passage, index) => (
          <li key={index}>
            <p>{passage.text}</p>
            <p className="hint">
              {name(passage.documentId)}{passage.page ? `, page ${passage.page}` : ""} · nearness {share(passage.score)}
            </p>
          </li>
        ))}
      </ol>
    </Card>
  );
}
