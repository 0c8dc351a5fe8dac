"""Every method with messages of every kind of value, extreme ones often: each is answered or refused for
what it is, and the server goes on."""

import datetime
import random

import grpc
import pytest
from google.protobuf import json_format, message_factory
from google.protobuf.descriptor import FieldDescriptor as F

from protobuf_random import Messages
from test_access import OPEN, House, call, methods, names, rule_of

# What would say that the server did not understand what came: a trap ends the connection, an error
# that nobody foresaw is INTERNAL.
BROKEN = {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.UNAVAILABLE}
# These would end what the others are called with, or ring the simulated phones of whole districts.
SPARED = {"RevokeApiKey", "RotateApiKey", "DeleteUser", "DeleteAgent", "Logout", "CreateCall"}
ROUNDS = 40
NOW, TOMORROW = (
    (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=n)).isoformat() for n in range(2))
NUMBER, BUSY, OURS = "+919876500001", "+919000000003", "+918047140009"


class Requests(Messages):
    """Random messages in which names often mean something, so that more than a look-up is tried."""

    def __init__(self, seed, known):
        super().__init__(random.Random(seed))
        self.known = known

    def value(self, described, depth):
        if described.type == F.TYPE_STRING and self.random.random() < 0.6:
            return self.known.get(described.name) or super().value(described, depth)
        return super().value(described, depth)

    def bend(self, message):
        """Sets one field anywhere in a message to something else; its name and what it is then."""
        target, depth = message, 0
        while True:
            described = self.random.choice(target.DESCRIPTOR.fields)
            if described.type != F.TYPE_MESSAGE or described.is_repeated or self.random.random() < 0.1:
                self.fill(target, described, depth)
                return described.full_name, getattr(target, described.name)
            target, depth = getattr(target, described.name), depth + 1


@pytest.fixture(scope="module")
def house(stack, channel):
    return House(stack, channel, OURS)


@pytest.fixture(scope="module")
def known(house):
    return {name: id for name, id in house.ids.items() if name not in ("user_id", "key_id")} | {
        "phone_number": "+919876500001", "language": "hi", "voice_id": "Aoede", "name": "order_desk",
        "url": "https://example.in/hook", "email": "somebody@example.in", "request_id": "",
        "page_token": "", "etag": "", "system_prompt": "Help.", "description": "Finds an order."}


@pytest.mark.parametrize("method", methods(), ids=names)
def test_a_method_takes_whatever_its_message_can_hold(channel, stack, house, known, method):
    if method.name in SPARED or rule_of(method) == OPEN:
        return
    kind = message_factory.GetMessageClass(method.input_type)
    requests = Requests(names(method), known)
    for _ in range(ROUNDS):
        message = requests.message(kind)
        status, _ = call(channel, method, message.SerializeToString(), house.callers["owner"])
        assert status not in BROKEN, (status, message)
    assert stack.server.process.poll() is None


AGENT = {
    "name": "Desk", "language": "en", "voiceId": "Kore", "systemPrompt": "Help {{name}}.",
    "purpose": "CALL_PURPOSE_SERVICE", "variables": [{"name": "name", "defaultValue": "you"}],
    "maxDuration": "600s", "model": {"temperature": 0.5},
    "tools": [{"name": "look", "description": "Looks.", "url": "https://example.in/look"}]}
# Requests that are good, to be bent in one place.
GOOD = {
    "CreateAgent": {"agent": AGENT},
    "ReplaceAgent": {"agent": AGENT | {"agentId": "agent_id", "phoneNumber": OURS}},
    "UpdateAgent": {"agent": AGENT | {"agentId": "agent_id", "phoneNumber": OURS}},
    "ListAgents": {"pageSize": 5, "filter": "language = en"},
    "CreateCall": {"call": {"agentId": "agent_id", "phoneNumber": BUSY, "callerId": OURS,
                            "metadata": {"n": 1}}},
    "ListCalls": {"agentId": "agent_id", "startTime": NOW, "endTime": NOW},
    "WatchCall": {"callId": "call_id", "afterSequence": "1"},
    "UpdateMerchant": {"merchant": {"name": "Shop", "settings": {"sessionLifetime": "7200s"}}},
    "CreateUser": {"user": {"email": "x@example.in", "role": "ROLE_VIEWER"}, "password": "correct horse 9"},
    "CreateApiKey": {"apiKey": {"displayName": "k", "scopes": ["agents.read"]}},
    "CreateConsent": {"consent": {"phoneNumber": NUMBER, "basis": "EXPLICIT", "grantTime": NOW,
                                  "purposes": ["CALL_PURPOSE_PROMOTIONAL"], "expireTime": TOMORROW}},
    "CheckCall": {"agentId": "agent_id", "phoneNumber": NUMBER, "time": TOMORROW},
    "CreateSuppression": {"suppression": {"phoneNumber": "+919876599999", "reason": "opt_out"}},
    "CreateA2pDeclaration": {"declaration": {
        "firstNumber": OURS, "lastNumber": OURS, "acknowledgement": "A-1", "startTime": NOW,
        "endTime": TOMORROW}},
    "ListAuditEntries": {"subject": "call_id", "pageSize": 3},
    "CreateWebhookEndpoint": {
        "endpoint": {"url": "https://example.in/hook", "eventTypes": ["call.completed"]}},
    "SetSecret": {"name": "key", "value": "abc", "hosts": ["example.in"]},
}


@pytest.mark.parametrize("method", [m for m in methods() if m.name in GOOD], ids=names)
def test_one_strange_value_in_a_good_request_is_answered(channel, stack, house, known, method):
    kind = message_factory.GetMessageClass(method.input_type)
    text = GOOD[method.name]
    good = json_format.ParseDict(text, kind())
    for target in (good, *(getattr(good, name) for name in ("agent", "call") if hasattr(good, name))):
        for name in ("agent_id", "call_id", "subject"):
            if getattr(target, name, "") in known:
                setattr(target, name, known[getattr(target, name)])
    requests, answered = Requests(names(method), known), 0
    for _ in range(3 * ROUNDS):
        message = kind()
        message.CopyFrom(good)
        bent = requests.bend(message)
        status, _ = call(channel, method, message.SerializeToString(), house.callers["owner"])
        assert status not in BROKEN, (status, bent)
        answered += status == grpc.StatusCode.OK
    assert answered, "no request was good"
    assert stack.server.process.poll() is None
