import { useState } from "react";
import type { WebhookDelivery, WebhookEndpoint } from "../../../typescript/index";
import { api, deleted } from "../api";
import { milliseconds, time } from "../format";
import { useAction, useLoaded } from "../loaded";
import { Await } from "../parts/await";
import { Badge } from "../parts/badge";
import { Button } from "../parts/button";
import { Confirm } from "../parts/dialog";
import { Notice, Problem } from "../parts/notice";
import { announce } from "../parts/toast";

interface Props {
  endpoint: WebhookEndpoint;
  mayChange: boolean;
  onChange: () => void;
  onSecret: (secret: string) => void;
}

const pauses: Record<string, string> = {
  merchant: "You paused it. Events wait.",
  gone: "It answered that it is gone (410). Events wait.",
  failing: "Every attempt of five days failed. Events wait.",
};

/** One endpoint: where it is, how it does, and what can be done with it. */
export function Endpoint({ endpoint, mayChange, onChange, onSecret }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [round, setRound] = useState(0);
  const isPaused = endpoint.state === "PAUSED";
  const types = endpoint.eventTypes ?? [];
  return (
    <li className="item">
      <div className="item-head">
        <div>
          <p className="strong breakable">{endpoint.url}</p>
          <p className="hint">
            {types.length ? types.join(", ") : "All events"}{endpoint.managed && " · follows the webhook URL above"}
          </p>
        </div>
        <Standing of={endpoint} />
      </div>
      {isPaused && <p className="hint">{pauses[endpoint.pauseReason ?? ""]}</p>}
      {endpoint.failingSince && <p className="hint">Every attempt has failed since {time(endpoint.failingSince)}.</p>}
      <div className="row-actions">
        <Button kind="quiet" onClick={() => setOpen(!isOpen)}>{isOpen ? "Hide deliveries" : "Deliveries"}</Button>
        {mayChange && (
          <Changes
            endpoint={endpoint} onChange={onChange} onSecret={onSecret}
            onTest={() => {
              setOpen(true);
              setRound(round + 1);
            }}
          />
        )}
      </div>
      {isOpen && <Deliveries key={round} endpointId={endpoint.endpointId ?? ""} />}
    </li>
  );
}

function Standing({ of }: { of: WebhookEndpoint }) {
  if (of.state === "PAUSED") return <Badge kind="warn">Paused</Badge>;
  return of.failingSince ? <Badge kind="bad">Failing</Badge> : <Badge kind="good">Active</Badge>;
}

type Question = "delete" | "rotate" | undefined;

function Changes({ endpoint, onChange, onSecret, onTest }: Omit<Props, "mayChange"> & { onTest: () => void }) {
  const endpointId = endpoint.endpointId ?? "";
  const [question, setQuestion] = useState<Question>(undefined);
  const isPaused = endpoint.state === "PAUSED";
  const acting = useAction(async (what: "test" | "toggle" | "delete" | "rotate") => {
    if (what === "test") {
      await api.webhooks.testWebhookEndpoint({ endpointId });
      announce("A test event is on its way");
      return onTest();
    }
    if (what === "toggle") {
      await api.webhooks.updateWebhookEndpoint({
        endpoint: { endpointId, state: isPaused ? "ACTIVE" : "PAUSED", etag: endpoint.etag }, updateMask: "state",
      });
    } else if (what === "delete") {
      await deleted(api.webhooks.deleteWebhookEndpoint({ endpointId }));
    } else {
      onSecret((await api.webhooks.rotateWebhookSecret({ endpointId })).secret ?? "");
    }
    setQuestion(undefined);
    onChange();
  });
  return (
    <>
      <Button kind="quiet" isBusy={acting.isBusy} onClick={() => void acting.run("test")}>Send test</Button>
      <Button kind="quiet" isDisabled={acting.isBusy} onClick={() => void acting.run("toggle")}>
        {isPaused ? "Resume" : "Pause"}
      </Button>
      <Button kind="quiet" onClick={() => setQuestion("rotate")}>New secret</Button>
      {!endpoint.managed && <Button kind="quiet" onClick={() => setQuestion("delete")}>Delete</Button>}
      {!question && <Problem error={acting.error} />}
      {question && (
        <Confirm
          title={question === "delete" ? "Delete this endpoint?" : "Make a new secret?"}
          verb={question === "delete" ? "Delete endpoint" : "Make a new secret"} isBusy={acting.isBusy} error={acting.error}
          onConfirm={() => void acting.run(question)} onClose={() => setQuestion(undefined)}
        >
          <p>
            {question === "delete" ? "Events that wait for it are dropped."
              : "The old secret signs beside the new one for 24 hours, so that nothing is lost meanwhile."}
          </p>
        </Confirm>
      )}
    </>
  );
}

function Deliveries({ endpointId }: { endpointId: string }) {
  const list = useLoaded(
    async (signal) => (await api.webhooks.listWebhookDeliveries({ endpointId, pageSize: 10 }, { signal })).deliveries ?? [],
    [endpointId]);
  return (
    <Await of={list} lines={2}>
      {(deliveries) => (
        <>
          {deliveries.length === 0 && <Notice>Nothing was sent to it yet.</Notice>}
          <ul className="deliveries">{deliveries.map((each) => <Delivery key={each.deliveryId ?? ""} delivery={each} />)}</ul>
          <Button kind="quiet" isBusy={list.isLoading} onClick={list.reload}>Refresh</Button>
        </>
      )}
    </Await>
  );
}

function Delivery({ delivery }: { delivery: WebhookDelivery }) {
  const attempts = delivery.attempts ?? 0;
  const outcome = delivery.state === "DELIVERED" ? <Badge kind="good">Delivered</Badge>
    : delivery.state === "EXHAUSTED" ? <Badge kind="bad">Given up</Badge> : <Badge kind="busy">Waiting</Badge>;
  const last = delivery.attemptLog?.[delivery.attemptLog.length - 1];
  const answer = delivery.lastStatus ? `HTTP ${delivery.lastStatus} in ${milliseconds(delivery.lastLatency)}` : last?.error ?? "";
  return (
    <li>
      <code>{delivery.eventType}</code> {outcome}
      <span className="hint">
        {time(delivery.createTime)} · {attempts === 1 ? "1 attempt" : `${attempts} attempts`}{answer && ` · ${answer}`}
      </span>
    </li>
  );
}
