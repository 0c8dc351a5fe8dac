"""Erasure of people as merchants meet it, and as whoever has no business with it does."""

import concurrent.futures
import uuid

import grpc
import pytest

import accounts
from conftest import client, metadata
from stack import wait_for
from test_compliance import NUMBERS, ROOT, check, consent, error, failed, iso, pages, violations

ERASURES = f"{ROOT}/erasures"
UNKNOWN = "era_00000000000000000000000000"


@pytest.fixture()
def number():
    return next(NUMBERS)


@pytest.fixture(scope="module")
def v1():
    from payaid.voice.v1 import compliance_pb2, compliance_pb2_grpc

    class V1:
        messages, stub = compliance_pb2, compliance_pb2_grpc.ComplianceServiceStub
    return V1


@pytest.fixture(scope="module")
def service(v1, channel):
    return v1.stub(channel)


def erase(rest, number, **more):
    answer = rest.post(ERASURES, json={"phoneNumber": number, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def done(rest, erasure):
    """Waits for an erasure's end; as it then is."""
    path = f"{ERASURES}/{erasure['erasureId']}"
    return wait_for(lambda: (found := rest.get(path).json())["state"] == "DONE" and found)


def test_a_person_is_erased_and_called_again_only_by_a_new_consent(rest, desk, number):
    made, other = consent(rest, number), consent(rest, next(NUMBERS))
    assert "ERASED_PERSON" not in failed(check(rest, desk, number))
    begun = erase(rest, number, reason="withdrawal")
    assert begun["state"] in ("PENDING", "RUNNING") and number not in str(begun)
    assert "ERASED_PERSON" in failed(check(rest, desk, number))
    ended = done(rest, begun)
    assert ended["erased"]["consents"] == "1" and ended["reason"] == "withdrawal"
    left = rest.get(f"{ROOT}/consents/{made['consentId']}").json()
    assert not {"phoneNumber", "statement", "evidence"} & set(left) and left["grantTime"] == made["grantTime"]
    assert rest.get(f"{ROOT}/consents/{other['consentId']}").json() == other
    refused = error(
        rest.post("/api/v1/calls", json={"agentId": desk, "phoneNumber": number}), 400,
        "FAILED_PRECONDITION")
    assert "ERASED_PERSON" in {v["type"] for v in violations(refused, "violations")}
    # What was given before it does not count, whenever it is recorded.
    consent(rest, number)
    assert "ERASED_PERSON" in failed(check(rest, desk, number))
    consent(rest, number, grantTime=iso(0))
    assert "ERASED_PERSON" not in failed(check(rest, desk, number))


def test_an_erasure_is_the_same_over_rest_and_grpc(v1, rest, service, auth, number):
    request = v1.messages.CreateErasureRequest(phone_number=number, request_id=str(uuid.uuid4()))
    made = service.CreateErasure(request, metadata=auth)
    assert service.CreateErasure(request, metadata=auth) == made
    ended = done(rest, {"erasureId": made.erasure_id})
    read = service.GetErasure(v1.messages.GetErasureRequest(erasure_id=made.erasure_id), metadata=auth)
    assert read.state == v1.messages.Erasure.DONE and not read.kept and read.error == ""
    assert ended["createTime"].startswith(read.create_time.ToJsonString()[:19])
    listed = pages(rest, ERASURES, "erasures")
    assert ended in listed and len({e["erasureId"] for e in listed}) == len(listed)
    again = erase(rest, number)
    assert again["erasureId"] != made.erasure_id
    request.phone_number = next(NUMBERS)
    assert accounts.code(service.CreateErasure, request, metadata=auth) == grpc.StatusCode.ALREADY_EXISTS


def test_requests_at_once_share_an_erasure(rest, number):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: erase(rest, number), range(8)))
    # One that comes when the first is over begins another.
    assert len({e["erasureId"] for e in made}) < 8
    for erasure in made:
        done(rest, erasure)


@pytest.mark.parametrize("body, fields", [
    ({}, {"phoneNumber"}), ({"phoneNumber": "9876500001"}, {"phoneNumber"}),
    ({"phoneNumber": "+9198765\u0966\u0966\u0966\u0966\u0966"}, {"phoneNumber"}),
    ({"phoneNumber": "+919876500001\u0000"}, {"phoneNumber"}),
    ({"phoneNumber": "+919876500001' OR '1'='1"}, {"phoneNumber"}),
    ({"phoneNumber": "+91" + "9" * 100_000}, {"phoneNumber"}), ({"phoneNumber": "+442071838750"}, {"phoneNumber"}),
    ({"phoneNumber": "x", "reason": "y" * 1_000}, {"phoneNumber", "reason"}),
    ({"phoneNumber": "+919876500001", "holdUntil": "2020-01-01T00:00:00Z"}, {"holdUntil"}),
    ({"phoneNumber": "+919876500001", "holdUntil": "9999-12-31T23:59:59Z"}, {"holdUntil"}),
])
def test_a_bad_request_says_what_is_wrong_with_it(rest, body, fields):
    refused = error(rest.post(ERASURES, json=body), 400, "INVALID_ARGUMENT")
    assert {v["field"] for v in violations(refused)} == fields
    assert "98765" not in refused["message"] and len(refused["message"]) < 500


def test_what_cannot_be_read_is_refused(rest):
    for body in ('{"phoneNumber": 919876500001}', '{"number": "+919876500001"}', "[]",
                 '{"phoneNumber": "+919876500001", "holdUntil": "soon"}', '{"reason": "\\ud800"}'):
        error(rest.post(ERASURES, content=body, headers={"content-type": "application/json"}),
              400, "INVALID_ARGUMENT")
    for id in (UNKNOWN, "era_x", "con_00000000000000000000000000", "%E0%A4%A8", "x" * 5_000):
        error(rest.get(f"{ERASURES}/{id}"), 404, "NOT_FOUND")
    error(rest.get(f"{ERASURES}?pageToken=x"), 400, "INVALID_ARGUMENT")
    error(rest.get(f"{ERASURES}?pageSize=-1"), 400, "INVALID_ARGUMENT")


def test_another_merchant_finds_and_erases_nothing(stack, stranger, rest, desk, v1, service, number):
    mine = consent(rest, number)
    erasure = erase(rest, next(NUMBERS))
    theirs = metadata(stranger)
    with client(stack, stranger) as other:
        error(other.get(f"{ERASURES}/{erasure['erasureId']}"), 404, "NOT_FOUND")
        assert erasure["erasureId"] not in {e["erasureId"] for e in pages(other, ERASURES, "erasures")}
        assert done(other, erase(other, number))["erased"].get("consents", "0") == "0"
    assert accounts.code(
        service.GetErasure, v1.messages.GetErasureRequest(erasure_id=erasure["erasureId"]),
        metadata=theirs) == grpc.StatusCode.NOT_FOUND
    assert rest.get(f"{ROOT}/consents/{mine['consentId']}").json() == mine
    assert "ERASED_PERSON" not in failed(check(rest, desk, number))


def test_neither_a_viewer_nor_a_key_for_the_rest_of_compliance_may_erase(
        stack, merchant, rest, v1, service, number):
    from payaid.voice.v1 import accounts_pb2, accounts_pb2_grpc

    made = rest.post("/api/v1/api-keys", json={
        "scopes": ["compliance.read", "compliance.write"]})
    assert made.status_code == 200, made.text
    key = accounts.key_metadata(made.json()["apiKey"]["keyId"], made.json()["secret"])
    request = v1.messages.CreateErasureRequest(phone_number=number)
    people = [key]
    with accounts.channel(stack) as channel:
        login = accounts_pb2_grpc.AuthServiceStub(channel).Login
        for role in ("viewer", "member"):
            email = accounts.user(stack, merchant, f"{uuid.uuid4()}@example.in", role)
            people.append(accounts.bearer(login(accounts_pb2.LoginRequest(
                email=email, password=accounts.PASSWORD))))
    for caller in people:
        for call, message in (
                (service.CreateErasure, request), (service.ListErasures, v1.messages.ListErasuresRequest()),
                (service.GetErasure, v1.messages.GetErasureRequest(erasure_id=UNKNOWN))):
            assert accounts.code(call, message, metadata=caller) == grpc.StatusCode.PERMISSION_DENIED
    assert accounts.code(service.CreateErasure, request) == grpc.StatusCode.UNAUTHENTICATED
