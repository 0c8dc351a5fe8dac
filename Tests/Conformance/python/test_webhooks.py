"""Webhooks to merchants: what we send from real calls, held against the standardwebhooks package."""

import collections
import datetime
import http.server
import json
import os
import subprocess
import threading
import time
import uuid

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

import calling
import stack as stacks
from conftest import client
from stack import wait_for

BUSY = "+919000000003"
Request = collections.namedtuple("Request", "path headers body")


class Receiver:
    """Somebody's endpoint: answers by the path's script, 204 after its end, and keeps every request."""

    def __init__(self):
        self.requests, self.scripts, self.lock = [], collections.defaultdict(list), threading.Lock()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                with receiver.lock:
                    receiver.requests.append(Request(self.path, dict(self.headers), body))
                    script = receiver.scripts[self.path]
                    status, headers, answer = script.pop(0) if script else (204, {}, b"")
                if status == 0:  # breaks the connection off in place of answering
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("content-length", str(len(answer)))
                self.end_headers()
                if status != 204:
                    try:
                        self.wfile.write(answer)
                    except OSError:
                        self.close_connection = True

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path):
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def plan(self, path, *answers):
        """Each answer: a status, or (status, headers, body)."""
        self.scripts[path] += [a if isinstance(a, tuple) else (a, {}, b"no\n") for a in answers]

    def got(self, path):
        with self.lock:
            return [r for r in self.requests if r.path == path]


@pytest.fixture(scope="module")
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()


@pytest.fixture(scope="module")
def lab():
    """A server that may send webhooks to this machine."""
    with stacks.running(environment={"WEBHOOK_ALLOW_LOOPBACK": "true"}) as stack:
        yield stack


@pytest.fixture(scope="module")
def rest(lab):
    with client(lab, lab.merchant(f"{uuid.uuid4()}@example.in")) as it:
        yield it


def endpoint(rest, url, *types, **more):
    """Adds an endpoint; its id, and what verifies its messages."""
    answer = rest.post("/api/v1/webhook-endpoints", json={"url": url, "eventTypes": types, **more})
    assert answer.status_code == 200, answer.text
    made = answer.json()
    return made["endpoint"]["endpointId"], Webhook(made["secret"])


def deliveries(rest, endpoint_id):
    answer = rest.get(f"/api/v1/webhook-endpoints/{endpoint_id}/deliveries")
    assert answer.status_code == 200, answer.text
    return answer.json().get("deliveries", [])


def test(rest, endpoint_id):
    answer = rest.post(f"/api/v1/webhook-endpoints/{endpoint_id}:test", json={})
    assert answer.status_code == 200, answer.text
    return answer.json()


test.__test__ = False


def until(rest, endpoint_id, what, limit=20):
    """Waits for a delivery of the endpoint of which `what` is true; that."""
    return wait_for(lambda: next((d for d in deliveries(rest, endpoint_id) if what(d)), None), limit)


@pytest.fixture(scope="module")
def call(rest, receiver):
    """A whole call, another that was busy, and what an endpoint got of both."""
    _, webhook = endpoint(rest, receiver.url("/calls"))
    agent = calling.new_agent(rest, "+918047120009")
    answer = rest.post("/api/v1/calls", json={
        "agentId": agent, "phoneNumber": calling.SILENT, "metadata": {"order": "A-17", "tries": 2}})
    assert answer.status_code == 200, answer.text
    ids = [answer.json()["callId"], calling.place(rest, agent, BUSY)]
    calling.listen(rest, ids[0])
    calling.until(rest, ids[1], {"BUSY"})
    wanted = {("call.busy", ids[1])} | {
        (f"call.{what}", ids[0]) for what in ("completed", "recording.ready", "transcript.ready")}

    def complete():
        messages = [(r, json.loads(r.body)) for r in receiver.got("/calls")]
        types = {(m["type"], m["data"].get("call_id")) for _, m in messages}
        # They are sent side by side: what is before these may come after them.
        numbers = [sorted(m["data"]["sequence"] for _, m in messages if m["data"].get("call_id") == id) for id in ids]
        is_whole = all(told == list(range(1, len(told) + 1)) for told in numbers)
        return messages if wanted <= types and is_whole else None
    return ids, webhook, wait_for(complete, 90)


def test_every_state_of_a_call_is_told_in_numbered_order(call):
    ids, _, messages = call
    for id, last in zip(ids, ("call.completed", "call.busy")):
        told = sorted(
            (m["data"]["sequence"], m["type"]) for _, m in messages if m["data"].get("call_id") == id)
        assert [n for n, _ in told] == list(range(1, len(told) + 1))
        types = [t for _, t in told if t != "call.analysis.ready"]  # comes when it comes
        assert types[:2] == ["call.queued", "call.dialing"] and types[-1] == last
    types = [m["type"] for _, m in messages if m["data"].get("call_id") == ids[0]]
    assert {"call.answered", "call.recording.ready", "call.transcript.ready"} <= set(types)


def test_the_standardwebhooks_package_verifies_each_message(call):
    _, webhook, messages = call
    assert len(messages) >= 8
    for request, message in messages:
        assert webhook.verify(request.body, request.headers) == message
        assert request.headers["user-agent"] == "PayAid-Webhooks/1.0"
        assert request.headers["content-type"] == "application/json"
        assert "expect" not in {name.lower() for name in request.headers}
        with pytest.raises(WebhookVerificationError):
            webhook.verify(request.body + b" ", request.headers)


def test_a_completed_call_says_how_long_it_was_and_what_it_cost(call):
    ids, _, messages = call
    data = next(m["data"] for _, m in messages if m["type"] == "call.completed")
    assert data["call_id"] == ids[0] and data["status"] == "completed"
    assert data["duration_seconds"] > 1 and float(data["cost"]["amount"]) > 0
    assert data["cost"]["currency"] == "INR" and data["ended_at"] > data["started_at"]
    assert data["metadata"] == {"order": "A-17", "tries": 2}
    assert "phone" not in json.dumps(data) and calling.SILENT not in json.dumps(data)


def test_an_agent_that_is_made_changed_and_deleted_is_told_in_order(rest, receiver):
    id, webhook = endpoint(
        rest, receiver.url("/agents"), "agent.created", "agent.updated", "agent.deleted")
    agent = calling.new_agent(rest, "+918047120010")
    path = f"/api/v1/agents/{agent}"
    assert rest.patch(path, json={"name": "Desk two"}).status_code == 200
    assert rest.delete(path).status_code == 200
    wait_for(lambda: len(receiver.got("/agents")) == 3)
    told = sorted(
        (webhook.verify(r.body, r.headers) for r in receiver.got("/agents")),
        key=lambda m: m["data"]["sequence"])
    assert [m["type"] for m in told] == ["agent.created", "agent.updated", "agent.deleted"]
    assert {m["data"]["agent_id"] for m in told} == {agent}
    assert [m["data"]["name"] for m in told] == ["Order desk", "Desk two", "Desk two"]


def test_a_failing_endpoint_is_tried_again_with_the_same_message(rest, receiver):
    id, webhook = endpoint(rest, receiver.url("/fails"), "webhook.test")
    receiver.plan("/fails", (500, {}, b"x" * 5000))
    test(rest, id)
    failed = until(rest, id, lambda d: d.get("attempts") == 1)
    assert failed["state"] == "PENDING" and failed["lastStatus"] == 500
    assert failed["lastResponse"] == "x" * 1024 and "nextAttemptTime" in failed
    done = until(rest, id, lambda d: d["state"] == "DELIVERED")
    assert [a["status"] for a in done["attemptLog"]] == [500, 204]
    first, second = receiver.got("/fails")
    assert first.body == second.body and first.headers["webhook-id"] == second.headers["webhook-id"]
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) >= 3
    for request in (first, second):
        webhook.verify(request.body, request.headers)
    assert done["request"].encode() == first.body and done["eventId"] == first.headers["webhook-id"]


@pytest.mark.parametrize("answer, error", [
    ((301, {"location": "/elsewhere"}, b""), ""),
    ((0, {}, b""), "request to 127.0.0.1"),
])
def test_a_redirect_is_not_followed_and_a_broken_connection_is_named(rest, receiver, answer, error):
    path = f"/odd{answer[0]}"
    id, _ = endpoint(rest, receiver.url(path), "webhook.test")
    receiver.plan(path, answer)
    test(rest, id)
    failed = until(rest, id, lambda d: d.get("attempts") == 1)["attemptLog"][0]
    assert failed.get("status", 0) == answer[0] and failed.get("error", "").startswith(error)
    assert not receiver.got("/elsewhere")


def test_a_huge_answer_is_cut_off_and_still_an_answer(rest, receiver):
    id, _ = endpoint(rest, receiver.url("/huge"), "webhook.test")
    receiver.plan("/huge", (200, {}, b"y" * 5_000_000))
    test(rest, id)
    assert until(rest, id, lambda d: d["state"] == "DELIVERED")["lastResponse"] == "y" * 1024


def test_410_pauses_and_says_so_and_what_waited_goes_out_afterwards(rest, receiver):
    id, _ = endpoint(rest, receiver.url("/gone"), "agent.created", "webhook.test")
    witness, _ = endpoint(rest, receiver.url("/witness"), "webhook.paused")
    receiver.plan("/gone", 410)
    test(rest, id)
    paused = wait_for(lambda: next(
        (e for e in rest.get("/api/v1/webhook-endpoints").json()["endpoints"]
         if e["endpointId"] == id and e["state"] == "PAUSED"), None))
    assert paused["pauseReason"] == "gone"
    told = until(rest, witness, lambda d: d["state"] == "DELIVERED")
    assert json.loads(told["request"])["data"]["endpoint_id"] == id
    refused = rest.post(
        f"/api/v1/webhook-endpoints/{id}/deliveries/{deliveries(rest, id)[0]['deliveryId']}:replay",
        json={})
    assert refused.status_code == 400 and "paused" in refused.text
    resumed = rest.patch(f"/api/v1/webhook-endpoints/{id}", json={"state": "ACTIVE"})
    assert resumed.status_code == 200 and "pauseReason" not in resumed.json(), resumed.text
    until(rest, id, lambda d: d["state"] == "DELIVERED")
    assert len(receiver.got("/gone")) == 2


def test_an_endpoint_that_asks_for_rest_gets_it(rest, receiver):
    id, _ = endpoint(rest, receiver.url("/rest"), "webhook.test")
    receiver.plan("/rest", (429, {"retry-after": "3600"}, b""))
    test(rest, id)
    first = until(rest, id, lambda d: d.get("attempts") == 1)
    test(rest, id)
    time_left = stamp(first["nextAttemptTime"]) - time.time()
    assert 3500 < time_left < 3700
    assert len(receiver.got("/rest")) == 1


def stamp(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def test_rotated_secrets_sign_side_by_side(rest, receiver):
    id, old = endpoint(rest, receiver.url("/rotated"), "webhook.test")
    key = {"request_id": str(uuid.uuid4())}
    answers = [rest.post(f"/api/v1/webhook-endpoints/{id}:rotateSecret", json=key) for _ in range(2)]
    assert answers[0].status_code == 200 and answers[0].json() == answers[1].json()
    new = Webhook(answers[0].json()["secret"])
    assert 86_000 < stamp(answers[0].json()["oldSecretExpireTime"]) - time.time() <= 86_400
    test(rest, id)
    request = wait_for(lambda: receiver.got("/rotated"))[0]
    signatures = request.headers["webhook-signature"].split(" ")
    assert len(signatures) == 2
    for webhook, signature in zip((new, old), signatures):
        webhook.verify(request.body, request.headers)
        assert webhook.verify(request.body, {**request.headers, "webhook-signature": signature})


def test_a_delivery_is_replayed_under_its_id(rest, receiver):
    id, webhook = endpoint(rest, receiver.url("/again"), "webhook.test")
    test(rest, id)
    done = until(rest, id, lambda d: d["state"] == "DELIVERED")
    answer = rest.post(
        f"/api/v1/webhook-endpoints/{id}/deliveries/{done['deliveryId']}:replay", json={})
    assert answer.status_code == 200 and answer.json()["state"] == "PENDING", answer.text
    until(rest, id, lambda d: d.get("attempts") == 2 and d["state"] == "DELIVERED")
    first, second = receiver.got("/again")
    assert first.headers["webhook-id"] == second.headers["webhook-id"] and first.body == second.body
    webhook.verify(second.body, second.headers)


def test_a_secret_is_shown_once_and_again_only_to_the_same_request(rest, receiver):
    body = {"url": receiver.url("/once"), "eventTypes": ["webhook.test"]}
    key = {"idempotency-key": str(uuid.uuid4())}
    answers = [rest.post("/api/v1/webhook-endpoints", json=body, headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json() and answers[0].json()["secret"].startswith("whsec_")
    listed = rest.get("/api/v1/webhook-endpoints").text
    assert answers[0].json()["secret"] not in listed and "whsec_" not in listed


@pytest.mark.parametrize("change, field", [
    ({"url": ""}, "endpoint.url"), ({"url": "ftp://example.in/"}, "endpoint.url"),
    ({"url": "http://example.in/"}, "endpoint.url"),
    ({"url": "https://example.in:8080/"}, "endpoint.url"),
    ({"url": "https://user:pw@example.in/"}, "endpoint.url"),
    ({"url": "https://10.0.0.1/"}, "endpoint.url"),
    ({"eventTypes": ["call.exploded"]}, "endpoint.eventTypes[0]"),
    ({"eventTypes": ["call.busy", "call.busy"]}, "endpoint.eventTypes"),
])
def test_a_bad_endpoint_is_refused_by_its_field(rest, change, field):
    answer = rest.post(
        "/api/v1/webhook-endpoints", json={"url": "https://example.in/hook", **change})
    assert answer.status_code == 400
    assert field in answer.text


def test_an_etag_guards_changes_and_a_stranger_sees_nothing(lab, rest):
    id, _ = endpoint(rest, "https://example.in/hook", "webhook.test")
    path = f"/api/v1/webhook-endpoints/{id}"
    changed = rest.patch(path, json={"state": "PAUSED", "etag": "1"})
    assert changed.status_code == 200 and changed.json()["pauseReason"] == "merchant"
    assert rest.patch(path, json={"state": "ACTIVE", "etag": "1"}).status_code == 409
    with client(lab, lab.merchant(f"{uuid.uuid4()}@example.in")) as stranger:
        assert stranger.patch(path, json={"state": "ACTIVE"}).status_code == 404
        assert stranger.delete(path).status_code == 404
        assert stranger.get(path + "/deliveries").status_code == 404
        for verb in (":test", ":rotateSecret"):
            assert stranger.post(path + verb, json={}).status_code == 404
        assert stranger.get("/api/v1/webhook-endpoints").json().get("endpoints", []) == []
    assert rest.delete(path).status_code == 200
    assert rest.get(path + "/deliveries").status_code == 404


def admin(lab, *words):
    """`voicectl admin jobs`; its lines and exit status."""
    done = subprocess.run(
        [stacks.BIN / "voicectl", "admin", "jobs", *map(str, words)], stdout=subprocess.PIPE,
        text=True, timeout=30, env={**os.environ, "DATABASE_URL": lab.ready["database"]}, check=False)
    return done.stdout.splitlines(), done.returncode


def test_an_operator_sees_cancels_and_replays_the_job_behind_a_delivery(lab, rest, receiver):
    id, _ = endpoint(rest, receiver.url("/operated"), "webhook.test")
    receiver.plan("/operated", (503, {"retry-after": "7200"}, b""))
    test(rest, id)
    until(rest, id, lambda d: d.get("attempts") == 1)
    lines, _ = admin(lab, "list", "--kind", "webhook.deliver", "--status", "later", "--limit", 1)
    number, status, kind = lines[0].split()[:3]
    assert (status, kind) == ("later", "webhook.deliver")
    assert any("webhook.deliver" in line and "later" in line for line in admin(lab)[0])
    assert admin(lab, "cancel", number) == (["cancelled"], 0)
    assert admin(lab, "cancel", number) == (["not waiting and not running"], 1)
    assert admin(lab, "list", "--status", "cancelled")[0][0].split()[0] == number
    assert admin(lab, "replay", number) == (["1 replayed"], 0)
    assert admin(lab, "replay", number) == (["0 replayed"], 1)
    assert admin(lab, "replay", "--kind", "webhook.deliver") == (["0 replayed"], 0)


def test_metrics_show_the_queue_and_the_attempts(lab, rest, receiver):
    id, _ = endpoint(rest, receiver.url("/counted"), "webhook.test")
    test(rest, id)
    until(rest, id, lambda d: d["state"] == "DELIVERED")
    lines = rest.get("/metrics").text.splitlines()
    for start in (
            'payaid_webhook_attempts_total{outcome="delivered"} ',
            'payaid_job_runs_total{kind="webhook.deliver",outcome="done"} ',
            'payaid_job_run_seconds_count{kind="webhook.deliver"} ', "payaid_job_leader 1"):
        assert any(line.startswith(start) for line in lines), start


INWARD = [
    "https://localhost/", "https://127.0.0.1/", "https://127.1/", "https://2130706433/",
    "https://0x7f000001/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:a00:1]/",
    "https://169.254.169.254/latest/meta-data/", "https://10.1.2.3/", "https://172.16.0.1/",
    "https://192.168.1.1/", "https://100.64.0.1/", "https://[fd00:ec2::254]/", "https://[fe80::1]/",
    "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://0.0.0.0/", "http://127.0.0.1:80/",
]


def test_no_address_inside_is_ever_called(stack, merchant):
    """Without the setting: refused as it is given or, where only the resolver knows, as it is sent."""
    listener = Receiver()
    with client(stack, merchant) as rest:
        sent = {}
        for url in INWARD:
            answer = rest.post(
                "/api/v1/webhook-endpoints", json={"url": url, "eventTypes": ["webhook.test"]})
            if answer.status_code == 200:
                sent[url] = answer.json()["endpoint"]["endpointId"]
                test(rest, sent[url])
            else:
                assert answer.status_code == 400 and "endpoint.url" in answer.text
        assert set(sent) <= {"https://127.1/", "https://2130706433/", "https://0x7f000001/"}
        for id in sent.values():
            failed = until(rest, id, lambda d: d.get("attempts"))["attemptLog"][0]
            assert failed["error"].startswith("refused:") and "status" not in failed
            assert rest.delete(f"/api/v1/webhook-endpoints/{id}").status_code == 200
    assert not listener.requests
    listener.server.shutdown()


def test_a_merchants_own_url_is_an_endpoint_that_follows_it(lab, receiver):
    with client(lab, lab.merchant(f"{uuid.uuid4()}@example.in")) as rest:
        def endpoints():
            return rest.get("/api/v1/webhook-endpoints").json().get("endpoints", [])

        def change(**fields):
            answer = rest.patch("/api/v1/merchant", json=fields)
            assert answer.status_code == 200, answer.text

        def heard(path):
            rest.post("/api/v1/agents", json={"name": "Asha", "language": "hi"}).raise_for_status()
            return wait_for(lambda: receiver.got(path))[0]

        assert endpoints() == []
        change(webhookUrl=receiver.url("/own"))
        [own] = endpoints()
        path = f"/api/v1/webhook-endpoints/{own['endpointId']}"
        assert (own["url"], own["managed"], own["state"]) == (receiver.url("/own"), True, "ACTIVE")
        assert not own.get("eventTypes")
        secret = rest.post(f"{path}:rotateSecret", json={}).json()["secret"]
        request = heard("/own")
        Webhook(secret).verify(request.body, request.headers)

        etag = endpoints()[0]["etag"]
        change(name="Another name")
        assert [e["etag"] for e in endpoints()] == [etag]
        change(webhookUrl=receiver.url("/moved"))
        assert [e["endpointId"] for e in endpoints()] == [own["endpointId"]]
        Webhook(secret).verify(heard("/moved").body, receiver.got("/moved")[0].headers)

        # All of it but its address is the merchant's to change here.
        for refused in (rest.delete(path), rest.patch(path, json={"url": receiver.url("/x")})):
            assert refused.json()["error"]["status"] == "FAILED_PRECONDITION"
        paused = rest.patch(path, json={"state": "PAUSED", "eventTypes": ["agent.created"]})
        assert (paused.json()["state"], paused.json()["managed"]) == ("PAUSED", True)
        change(webhookUrl=receiver.url("/again"))
        assert endpoints()[0]["state"] == "PAUSED", "the merchant's pause was lifted by a move"
        inwards = rest.patch("/api/v1/merchant", json={"webhookUrl": "https://10.0.0.1/hook"})
        assert inwards.status_code == 400 and "merchant.webhookUrl" in inwards.text
        assert endpoints()[0]["url"] == receiver.url("/again")

        # One of the merchant's own making beside it stays when the URL is cleared.
        kept, _ = endpoint(rest, receiver.url("/kept"))
        change(webhookUrl="")
        assert [e["endpointId"] for e in endpoints()] == [kept]
