import { useState } from "react";
import { Button } from "../parts/button";
import { TextField } from "../parts/field";
import { Form } from "../parts/form";
import { setQuery } from "../router";

/** Looks for the entries about one thing, by its id, which stands in the page’s address. */
export function SubjectSearch({ subject }: { subject: string }) {
  const [text, setText] = useState(subject);
  return (
    <Form onSubmit={() => setQuery({ subject: text.trim() })} label="Search by id">
      <div className="filters search" role="search">
        <TextField label="About" type="search" autoComplete="off" value={text} onChange={setText} placeholder="call_…" />
        <Button type="submit">Find</Button>
        {subject && <Button kind="quiet" onClick={() => setQuery({ subject: "" })}>Clear</Button>}
      </div>
    </Form>
  );
}
