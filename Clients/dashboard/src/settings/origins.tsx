import { useState } from "react";
import type { Merchant } from "../../../typescript/index";
import { api } from "../api";
import { useAction } from "../loaded";
import { useMerchant } from "../merchant";
import { Await } from "../parts/await";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { TextArea } from "../parts/field";
import { Form } from "../parts/form";
import { useUnsaved } from "../parts/leaving";
import { Problem } from "../parts/notice";
import { announce } from "../parts/toast";
import { fieldErrors } from "../words";

/** From which pages of others browsers may use the keys. */
export function Origins() {
  const merchant = useMerchant();
  return <Await of={merchant}>{(value) => <OriginsForm merchant={value} onSave={merchant.set} />}</Await>;
}

function OriginsForm({ merchant, onSave }: { merchant: Merchant; onSave: (merchant: Merchant) => void }) {
  const before = (merchant.corsOrigins ?? []).join("\n");
  const [text, setText] = useState(before);
  useUnsaved(text !== before);
  const saving = useAction(async () => {
    const saved = await api.accounts.updateMerchant({
      merchant: { corsOrigins: text.split(/[\s,]+/).filter(Boolean), etag: merchant.etag }, updateMask: "corsOrigins",
    });
    setText((saved.corsOrigins ?? []).join("\n"));
    onSave(saved);
    announce("Origins saved");
  });
  const errors = fieldErrors(saving.error, "merchant.");
  const wrong = Object.keys(errors).find((field) => field.startsWith("corsOrigins"));
  return (
    <Card
      title="Browsers" hint="Pages of these origins may use the API with your keys (CORS). Programs on servers need none of it."
    >
      <Form onSubmit={() => void saving.run()} errors={errors} label="Browsers">
        <Problem error={saving.error} title="The origins were not saved" />
        <TextArea
          label="Origins" value={text} onChange={setText} rows={3} error={wrong && errors[wrong]}
          hint="One a line, as browsers write it: https://app.example.in"
        />
        <Button type="submit" kind="primary" isBusy={saving.isBusy} isDisabled={text === before}>Save origins</Button>
      </Form>
    </Card>
  );
}
