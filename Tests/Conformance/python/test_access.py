"""Walks every method of every service, as nobody, as each role, with keys, and as another merchant."""

import datetime
import gzip
import re
import uuid

import grpc
import pytest
from google.api import annotations_pb2
from google.protobuf import descriptor

import accounts
import calling
import stack as stacks
from access_rules import LOGIN, OPEN, ROLES, RULES, allows, writes
from conftest import client, metadata
from stack import ROOT
from test_operations import audit

PACKAGE = "payaid.voice.v1"
FILES = sorted(path.stem for path in (ROOT / "Protos" / "payaid" / "voice" / "v1").glob("*.proto"))
REFUSED = {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED}
BROKEN = {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN}
UNIMPLEMENTED = grpc.StatusCode.UNIMPLEMENTED
# Requests that change nothing. Elsewhere an empty one does: a key without scopes would be made, and
# the session ended with which the other methods are tried.
REQUESTS = {"CreateApiKey": b"\n\x06\x1a\x04nope", "Logout": b"\n\x01x"}


def services():
    import importlib
    for name in FILES:
        module = importlib.import_module(f"payaid.voice.v1.{name}_pb2")
        yield from module.DESCRIPTOR.services_by_name.values()


def methods():
    return [method for service in services() for method in service.methods]


def rule_of(method):
    return RULES[method.containing_service.name][method.name]


def but(*rules):
    """The methods that have none of these rules."""
    return [method for method in methods() if rule_of(method) not in rules]


def names(method):
    return f"{method.containing_service.name}.{method.name}"


@pytest.fixture(scope="module")
def served(channel):
    from grpc_health.v1 import health_pb2, health_pb2_grpc
    return set(health_pb2_grpc.HealthStub(channel).List(health_pb2.HealthListRequest()).statuses)


class House:
    """A merchant with a user of each role logged in, keys of each kind, and something of each sort."""

    def __init__(self, stack, channel, number):
        from payaid.voice.v1 import accounts_pb2, accounts_pb2_grpc
        self.merchant = stack.merchant(f"{uuid.uuid4()}@example.in")
        self.callers = {"nobody": (), "key": metadata(self.merchant)}
        service = accounts_pb2_grpc.AccountServiceStub(channel)
        door = accounts_pb2_grpc.AuthServiceStub(channel)
        for role in ROLES:
            email = accounts.user(stack, self.merchant, f"{uuid.uuid4()}@example.in", role=role)
            session = door.Login(accounts_pb2.LoginRequest(email=email, password=accounts.PASSWORD))
            self.callers[role] = accounts.bearer(session)
            self.user = session.user.user_id
        scopes = {rule[1] for rules in RULES.values() for rule in rules.values() if isinstance(rule, tuple)}
        for scope in sorted(scopes):
            made = service.CreateApiKey(accounts_pb2.CreateApiKeyRequest(
                api_key=accounts_pb2.ApiKey(scopes=[scope])), metadata=self.callers["key"])
            self.callers[f"key:{scope}"] = accounts.key_metadata(made.api_key.key_id, made.secret)
        with client(stack, self.merchant) as rest:
            agent = calling.new_agent(rest, number)
            call = calling.place(rest, agent, "+919876500001")
            rest.post(f"/api/v1/calls/{call}:end", json={})
            now = datetime.datetime.now(datetime.timezone.utc)
            consent = rest.post("/api/v1/compliance/consents", json={
                "phoneNumber": "+919876500001", "basis": "ENQUIRY",
                "purposes": ["CALL_PURPOSE_SERVICE"], "grantTime": now.isoformat()}).json()
            erasure = rest.post("/api/v1/compliance/erasures", json={"phoneNumber": "+919876500009"}).json()
        self.ids = {
            "agent_id": agent, "call_id": call, "user_id": self.user, "key_id": self.merchant["key"],
            "merchant_id": self.merchant["id"], "consent_id": consent["consentId"],
            "erasure_id": erasure["erasureId"]}


@pytest.fixture(scope="module")
def house(stack, channel):
    return House(stack, channel, "+918047140001")


@pytest.fixture(scope="module")
def neighbour(stack, channel):
    return House(stack, channel, "+918047140002")


def call(channel, method, message, sent):
    """The status and the answer's bytes of one call of any kind."""
    stub = channel.stream_stream(f"/{method.containing_service.full_name}/{method.name}")
    answers = stub(iter([message]), metadata=sent, timeout=15)
    try:
        first = next(iter(answers), b"")
        answers.cancel()
        return grpc.StatusCode.OK, first
    except grpc.RpcError as error:
        return error.code(), b""


def test_every_method_has_a_rule_here():
    assert {names(m) for m in methods()} == {
        f"{service}.{method}" for service, rules in RULES.items() for method in rules}


@pytest.mark.parametrize("method", methods(), ids=names)
def test_a_method_lets_in_whom_it_is_for(channel, served, house, method):
    rule = rule_of(method)
    for who, sent in house.callers.items():
        status, _ = call(channel, method, REQUESTS.get(method.name, b""), sent)
        if method.containing_service.full_name not in served:
            assert status == UNIMPLEMENTED
        elif allows(rule, who):
            assert status not in REFUSED | BROKEN or rule == OPEN and status not in BROKEN, (who, status)
        elif who == "nobody":
            assert status == grpc.StatusCode.UNAUTHENTICATED, (who, status)
        else:
            assert status == grpc.StatusCode.PERMISSION_DENIED, (who, status)


@pytest.mark.parametrize("sent", [
    (("x-api-key", "pa_live_00000000"), ("x-api-secret", "0" * 38)),
    (("authorization", "Bearer a.b.c"),), (("authorization", "Basic eDp5"),),
], ids=["key", "token", "basic"])
@pytest.mark.parametrize("method", but(OPEN), ids=names)
def test_a_false_credential_opens_nothing(channel, served, method, sent):
    is_served = method.containing_service.full_name in served
    expected = grpc.StatusCode.UNAUTHENTICATED if is_served else UNIMPLEMENTED
    assert call(channel, method, b"", sent)[0] == expected


def filled(message, ids):
    """The message with every identifier it can hold set to one of `ids`, and how many that were."""
    count = 0
    for field in message.DESCRIPTOR.fields:
        if field.is_repeated if hasattr(field, "is_repeated") else field.label == 3:
            continue
        if field.name in ids and field.type == descriptor.FieldDescriptor.TYPE_STRING:
            setattr(message, field.name, ids[field.name])
            count += 1
        elif field.message_type and field.message_type.full_name.startswith(PACKAGE):
            inner = getattr(message, field.name)
            if filled(inner, ids):
                inner.SetInParent()
                count += 1
    return count


def request_class(method):
    from google.protobuf import message_factory
    return message_factory.GetMessageClass(method.input_type)


@pytest.mark.parametrize("method", but(OPEN, LOGIN), ids=names)
def test_a_neighbour_reaches_nothing(channel, served, house, neighbour, method):
    """With everything of one merchant's named in the request, another's owner and key get nothing of it."""
    message = request_class(method)()
    named = filled(message, house.ids)
    for who in ("owner", "key"):
        status, answer = call(channel, method, message.SerializeToString(), neighbour.callers[who])
        if method.containing_service.full_name not in served:
            assert (status, answer) == (UNIMPLEMENTED, b""), who
            continue
        assert status not in BROKEN, (who, status)
        if named and not method.name.startswith(("Create", "List", "UpdateMerchant", "Check")):
            # A number of the operator's, a file, a question and a span are looked at before the agent that they are for.
            early = ("PhoneNumber", "UploadDocument", "SearchKnowledge", "ExportCallRecords")
            also = {grpc.StatusCode.INVALID_ARGUMENT} if any(n in method.name for n in early) else set()
            assert status in {grpc.StatusCode.NOT_FOUND} | also, (who, status)
        for found in house.ids.values():
            assert found.encode() not in answer, who
    # What was named is still there, and its owner still gets it.
    status, _ = call(channel, method, b"", house.callers["key"])
    assert status not in REFUSED


def test_a_suspended_merchant_may_read_only(stack, channel, served, neighbour):
    writing = [method for method in methods() if method.containing_service.full_name in served and writes(rule_of(method))]

    def until(state, is_denied):
        """Sets the merchant's state and waits until the server, which is told of it, knows."""
        accounts.operator(stack, "merchant", "set-state", neighbour.merchant["id"], state)
        stacks.wait_for(lambda: is_denied == (
            call(channel, writing[0], b"", neighbour.callers["key"])[0] == grpc.StatusCode.PERMISSION_DENIED))

    try:
        until("suspended", True)
        for method in methods():
            if method.containing_service.full_name not in served:
                continue
            status, _ = call(channel, method, b"", neighbour.callers["key"])
            if writes(rule_of(method)):
                assert status == grpc.StatusCode.PERMISSION_DENIED, names(method)
    finally:
        until("active", False)


def routes():
    """Every REST route of every method: verb, path, whether it takes a body."""
    found = []
    # Logging out would end the session with which the other routes are tried.
    for method in [m for m in but(OPEN) if m.name != "Logout"]:
        rule = method.GetOptions().Extensions[annotations_pb2.http]
        for each in (rule, *rule.additional_bindings):
            verb = each.WhichOneof("pattern")
            if verb:
                path = getattr(each, verb)
                found.append(pytest.param(
                    method, verb.upper(), path, bool(each.body), id=f"{verb} {path}"))
    return found


@pytest.fixture(scope="module", params=[False, True], ids=["http1", "http2"])
def visitor(request, stack):
    with client(stack, None, http2=request.param) as it:
        yield it


@pytest.mark.parametrize("method, verb, template, has_body", routes())
def test_a_route_lets_in_whom_it_is_for(visitor, served, house, method, verb, template, has_body):
    rule = rule_of(method)
    path = re.sub(r"{[^}]*}", "7", template)
    for who in ("nobody", *ROLES, "key", "key:account.read", "key:webhooks.write"):
        body = {"scopes": ["nope"]} if method.name == "CreateApiKey" else {}
        answer = visitor.request(
            verb, path, headers=dict(house.callers[who]), **({"json": body} if has_body else {}))
        if method.containing_service.full_name not in served:
            assert answer.status_code == 501
        elif allows(rule, who):
            assert answer.status_code not in (401, 403, 500), (who, answer.text)
        else:
            expected = 401 if who == "nobody" else 403
            assert answer.status_code == expected, (who, answer.text)


@pytest.mark.parametrize("who, principal", [("viewer", "usr_"), ("key:agents.read", "pa_live_")])
def test_a_refusal_is_its_callers_in_the_log_and_in_the_audit(stack, visitor, house, who, principal):
    name = f"refused-{uuid.uuid4()}"
    sent = dict(house.callers[who]) | {"x-request-id": name}
    answer = visitor.post("/api/v1/agents", json={}, headers=sent)
    assert answer.status_code == 403 and "ratelimit-remaining" in answer.headers
    [line] = stacks.wait_for(
        lambda: [line for line in stacks.log_lines(stack.folder) if line.get("request_id") == name])
    assert line["code"] == "PERMISSION_DENIED" and line["principal"].startswith(principal)
    assert sent.get("x-api-key", line["principal"]) == line["principal"]
    assert audit(stack, name) == [[
        line["principal"], "payaid.voice.v1.AgentService/CreateAgent", "PERMISSION_DENIED",
        house.merchant["id"]]]


@pytest.mark.parametrize("path", [
    "/api/v1/agents", "/payaid.voice.v1.AgentService/CreateAgent"], ids=["rest", "connect"])
@pytest.mark.parametrize("coding, body", [
    ("identity", b"{"), ("gzip", b"no gzip"), ("gzip", gzip.compress(b"[" * (4 << 20)))],
    ids=["broken", "no gzip", "bomb"])
def test_what_a_stranger_sends_is_not_read(visitor, house, path, coding, body):
    head = {"content-type": "application/json", "content-encoding": coding}
    assert visitor.post(path, headers=head, content=body).status_code == 401
    owner = dict(house.callers["owner"])
    assert visitor.post(path, headers=head | owner, content=body).status_code == 400


@pytest.mark.parametrize("kind", ["connect+json", "grpc-web+json"])
def test_what_a_stranger_streams_is_not_read(visitor, house, kind):
    def tell(headers):
        answer = visitor.post(
            f"/{PACKAGE}.CallService/WatchCall", content=b"\0\0\0\0\x01{",
            headers={"content-type": f"application/{kind}"} | headers)
        assert answer.status_code == 200
        return answer.text + answer.headers.get("grpc-status", "")

    if kind == "connect+json":
        assert '"unauthenticated"' in tell({})
        assert '"invalid_argument"' in tell(dict(house.callers["owner"]))
    else:
        assert tell({}) == "16"
        assert tell(dict(house.callers["owner"])) == "3"
