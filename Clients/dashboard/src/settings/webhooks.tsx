import { useState } from "react";
import type { Merchant, User, WebhookEndpoint } from "../../../typescript/index";
import { api } from "../api";
import { useAction, useAll } from "../loaded";
import { useMerchant } from "../merchant";
import { mayManage } from "../names";
import { Await } from "../parts/await";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Empty } from "../parts/empty";
import { TextField } from "../parts/field";
import { Form } from "../parts/form";
import { Problem } from "../parts/notice";
import { Secrets } from "../parts/secret";
import { announce } from "../parts/toast";
import { fieldErrors } from "../words";
import { AddEndpoint } from "./add-endpoint";
import { Endpoint } from "./endpoint";

/** Where events go: the merchant's one address, and endpoints of their own. */
export function Webhooks({ user }: { user: User }) {
  const merchant = useMerchant();
  const endpoints = useAll<WebhookEndpoint>(async (pageToken, signal) => {
    const page = await api.webhooks.listWebhookEndpoints({ pageToken }, { signal });
    return { items: page.endpoints ?? [], next: page.nextPageToken };
  });
  const [isAdding, setAdding] = useState(false);
  const [secret, setSecret] = useState("");
  const add = mayManage(user) && <Button onClick={() => setAdding(true)}>Add endpoint</Button>;
  return (
    <>
      <Await of={merchant}>
        {(value) => (
          <MainAddress
            key={value.etag ?? ""} merchant={value} isDisabled={!mayManage(user)}
            onSave={(saved) => {
              merchant.set(saved);
              endpoints.reload();
            }}
          />
        )}
      </Await>
      <Card title="Endpoints" hint="Each gets the events that it asks for, signed with a secret of its own." actions={add}>
        <Await of={endpoints}>
          {(list) => list.length === 0
            ? <Empty title="No endpoints yet">Your systems can be told when a call is answered, completed or analysed.</Empty>
            : (
              <ul className="items">
                {list.map((each) => (
                  <Endpoint
                    key={each.endpointId ?? ""} endpoint={each} mayChange={mayManage(user)} onChange={endpoints.reload}
                    onSecret={setSecret}
                  />
                ))}
              </ul>
            )}
        </Await>
      </Card>
      {isAdding && (
        <AddEndpoint
          onClose={() => setAdding(false)}
          onDone={(made) => {
            setAdding(false);
            setSecret(made);
            endpoints.reload();
          }}
        />
      )}
      {secret && <Secrets title="Signing secret" texts={{ Secret: secret }} onClose={() => setSecret("")} />}
    </>
  );
}

function MainAddress({ merchant, isDisabled, onSave }: {
  merchant: Merchant; isDisabled: boolean; onSave: (merchant: Merchant) => void;
}) {
  const [url, setUrl] = useState(merchant.webhookUrl ?? "");
  const saving = useAction(async () => {
    onSave(await api.accounts.updateMerchant({
      merchant: { webhookUrl: url.trim(), etag: merchant.etag }, updateMask: "webhookUrl",
    }));
    announce("Webhook URL saved");
  });
  const errors = fieldErrors(saving.error, "merchant.");
  return (
    <Card title="Webhook URL" hint="All events go here. It appears below as an endpoint, where its secret can be made anew.">
      <Form onSubmit={() => void saving.run()} errors={errors} label="Webhook URL">
        <Problem error={saving.error} title="The URL was not saved" />
        <TextField
          label="URL" type="url" value={url} onChange={setUrl} error={errors["webhookUrl"]} isDisabled={isDisabled}
          hint="Begins with https://. Empty for nowhere." placeholder="https://shop.example.in/hooks/voice"
        />
        {!isDisabled && (
          <Button
            type="submit" kind="primary" isBusy={saving.isBusy} isDisabled={url === (merchant.webhookUrl ?? "")}
          >
            Save URL
          </Button>
        )}
      </Form>
    </Card>
  );
}
