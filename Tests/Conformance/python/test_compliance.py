"""Compliance as merchants and auditors meet it: consents, do-not-call lists, the gate, the audit log."""

import base64
import datetime
import hashlib
import hmac
import itertools
import json
import subprocess
import time
import uuid

import grpc
import httpx
import pytest
from google.protobuf import timestamp_pb2

import calling
import stack as stacks
from conftest import client
from stack import wait_for
from test_webhooks import Receiver, endpoint

ROOT = "/api/v1/compliance"
CONSENTS, SUPPRESSIONS = f"{ROOT}/consents", f"{ROOT}/suppressions"
DAY = 86_400
NUMBERS = (f"+91987{n:07}" for n in itertools.count(1_000_000))


@pytest.fixture()
def number():
    """A number that no other test uses."""
    return next(NUMBERS)


@pytest.fixture(scope="module")
def v1():
    from payaid.voice.v1 import agents_pb2, compliance_pb2, compliance_pb2_grpc

    class V1:
        messages, agents, stub = compliance_pb2, agents_pb2, compliance_pb2_grpc.ComplianceServiceStub
    return V1


@pytest.fixture(scope="module")
def grpc_stub(v1, channel):
    return v1.stub(channel)


@pytest.fixture(scope="session")
def seller(stack, merchant):
    """Agents by purpose, each with a number to call from; one set, since a number has one agent."""
    with client(stack, merchant) as rest:
        return {purpose: calling.new_agent(
                    rest, "+911400165003" if purpose == "PROMOTIONAL" else f"+9180471650{n:02}",
                    purpose=f"CALL_PURPOSE_{purpose}",
                    callTemplateIds=[stack.template(rest, "+911400165003")] if purpose == "PROMOTIONAL" else [])
                for n, purpose in enumerate(("TRANSACTIONAL", "SERVICE", "SERVICE_EXPLICIT", "PROMOTIONAL"))}


def iso(offset=-60.0):
    """A time some seconds from now."""
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=offset)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def draft(number, purpose="SERVICE", basis="EXPLICIT", **more):
    return {"phoneNumber": number, "basis": basis, "purposes": [f"CALL_PURPOSE_{purpose}"],
            "statement": "Yes, call me about my order, says Ravi.", "evidence": "form 7",
            "grantTime": iso(), **more}


def consent(rest, number, purpose="SERVICE", basis="EXPLICIT", **more):
    """Records a consent; as the API shows it."""
    answer = rest.post(CONSENTS, json=draft(number, purpose, basis, **more))
    assert answer.status_code == 200, answer.text
    return answer.json()


def withdraw(rest, id, **headers):
    answer = rest.post(f"{CONSENTS}/{id}:withdraw", json={}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def check(rest, agent, number, **more):
    answer = rest.post(f"{ROOT}:check", json={"agentId": agent, "phoneNumber": number, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def failed(decision):
    return {r["rule"]: r["explanation"] for r in decision["results"] if r["outcome"] == "FAIL"}


def error(answer, status, name):
    assert answer.status_code == status, answer.text
    body = answer.json()["error"]
    assert body["status"] == name
    return body


def violations(body, key="fieldViolations"):
    return [v for d in body.get("details", []) for v in d.get(key, [])]


def pages(rest, path, key, **query):
    """Everything that a list has, two at a time."""
    found, token = [], ""
    while True:
        answer = rest.get(path, params={"pageSize": 2, "pageToken": token, **query})
        assert answer.status_code == 200, answer.text
        page = answer.json().get(key, [])
        assert len(page) <= 2
        found += page
        token = answer.json().get("nextPageToken")
        if not token:
            return found


def test_a_consent_is_the_same_over_rest_and_grpc(v1, rest, grpc_stub, auth, number):
    made = consent(rest, number, "PROMOTIONAL")
    assert made["state"] == "ACTIVE" and made["consentId"].startswith("con_")
    assert seconds(made["expireTime"]) - seconds(made["grantTime"]) == 180 * DAY
    read = grpc_stub.GetConsent(
        v1.messages.GetConsentRequest(consent_id=made["consentId"]), metadata=auth)
    assert read.phone_number == number and read.statement == made["statement"]
    assert list(read.purposes) == [v1.agents.CALL_PURPOSE_PROMOTIONAL]
    withdrawn = grpc_stub.WithdrawConsent(
        v1.messages.WithdrawConsentRequest(consent_id=made["consentId"]), metadata=auth)
    assert withdrawn.state == v1.messages.Consent.WITHDRAWN
    shown = rest.get(f"{CONSENTS}/{made['consentId']}").json()
    assert shown["state"] == "WITHDRAWN" and abs(seconds(shown["withdrawTime"]) - time.time()) < 60
    assert withdraw(rest, made["consentId"]) == shown


@pytest.mark.parametrize("basis, asked, days", [
    ("ENQUIRY", None, 7), ("ENQUIRY", 30, 7), ("EXPLICIT", 7, 7), ("EXPLICIT", 900, 180),
    ("INFERRED", None, None), ("INFERRED", 900, 900)])
def test_a_consent_ends_with_its_basis(rest, number, basis, asked, days):
    more = {"expireTime": iso(asked * DAY)} if asked else {}
    made = consent(rest, number, basis=basis, grantTime=iso(0), **more)
    assert made["state"] == "ACTIVE"
    if days is None:
        assert "expireTime" not in made
    else:
        assert abs(seconds(made["expireTime"]) - seconds(made["grantTime"]) - days * DAY) < 1
    old = consent(rest, number, basis="ENQUIRY", grantTime=iso(-8 * DAY))
    assert old["state"] == "EXPIRED"


def test_a_request_id_makes_one_consent(rest, number):
    key = {"idempotency-key": str(uuid.uuid4())}
    body = draft(number)
    first, second = (rest.post(CONSENTS, json=body, headers=key) for _ in range(2))
    assert first.status_code == 200 and first.json() == second.json()
    assert len(pages(rest, CONSENTS, "consents", phoneNumber=number)) == 1
    other = rest.post(CONSENTS, json={**body, "statement": "No."}, headers=key)
    error(other, 409, "ALREADY_EXISTS")
    again = {"idempotency-key": str(uuid.uuid4())}
    id = first.json()["consentId"]
    assert withdraw(rest, id, **again) == withdraw(rest, id, **again) == withdraw(rest, id)
    third = consent(rest, number, basis="ENQUIRY")["consentId"]
    error(rest.post(f"{CONSENTS}/{third}:withdraw", json={}, headers=again), 409, "ALREADY_EXISTS")


def test_lists_come_in_pages_newest_first(rest, number):
    ids = [consent(rest, number)["consentId"] for _ in range(5)]
    assert [c["consentId"] for c in pages(rest, CONSENTS, "consents", phoneNumber=number)] == ids[::-1]
    assert rest.get(CONSENTS, params={"pageSize": 1000}).status_code == 200
    token = rest.get(CONSENTS, params={"pageSize": 1, "phoneNumber": number}).json()["nextPageToken"]
    for query in ({"pageToken": token}, {"pageToken": "x" + token}, {"pageToken": "AAAA"},
                  {"pageSize": -1}, {"phoneNumber": "9876500001"}):
        error(rest.get(CONSENTS, params=query), 400, "INVALID_ARGUMENT")
    error(rest.get(SUPPRESSIONS, params={"pageToken": token}), 400, "INVALID_ARGUMENT")
    error(rest.get(f"{ROOT}/audit-entries", params={"pageToken": token}), 400, "INVALID_ARGUMENT")


def test_nobody_is_asked_again_in_ninety_days(rest, number):
    withdraw(rest, consent(rest, number)["consentId"])
    refused = error(
        rest.post(CONSENTS, json=draft(number, grantTime=iso(1))), 400, "FAILED_PRECONDITION")
    [why] = violations(refused, "violations")
    assert why["type"] == "RECONSENT_COOLING" and number not in json.dumps(refused)
    assert consent(rest, number, basis="ENQUIRY", grantTime=iso(1))["state"] == "ACTIVE"
    assert consent(rest, number, grantTime=iso(-DAY))["state"] == "ACTIVE"


def test_a_listed_number_is_called_by_nobody(rest, seller, number):
    body = {"phoneNumber": number, "reason": "complaint"}
    first = rest.post(SUPPRESSIONS, json=body).json()
    assert first["suppressionId"].startswith("sup_") and "reconsentTime" not in first
    assert rest.post(SUPPRESSIONS, json=body).json() == first
    out = rest.post(SUPPRESSIONS, json={**body, "reason": "opt_out"}).json()
    assert {**out, "reconsentTime": None} == {**first, "reconsentTime": None}
    assert abs(seconds(out["reconsentTime"]) - time.time() - 90 * DAY) < 60
    assert first["suppressionId"] in [
        s["suppressionId"] for s in pages(rest, SUPPRESSIONS, "suppressions")]
    for agent in seller.values():
        assert "NOT_SUPPRESSED" in failed(check(rest, agent, number))
    refused = rest.post(CONSENTS, json=draft(number, grantTime=iso(1)))
    error(refused, 400, "FAILED_PRECONDITION")


@pytest.mark.parametrize("purpose, fails", [
    ("PROMOTIONAL", True), ("SERVICE_EXPLICIT", True), ("SERVICE", False), ("TRANSACTIONAL", False)])
def test_the_register_is_asked_where_the_purpose_needs_it(rest, seller, number, purpose, fails):
    for callee, blocks in ((calling.REGISTERED, fails), (number, False)):
        assert ("DO_NOT_DISTURB" in failed(check(rest, seller[purpose], callee))) == blocks


def test_a_scrub_of_an_operator_counts_by_category_until_it_is_withdrawn(stack, tmp_path):
    insurer = stack.merchant(f"{uuid.uuid4()}@example.in", sector="INSURANCE")
    file = tmp_path / "scrub.csv"
    finance, health, free, unlisted = (next(NUMBERS) for _ in range(4))
    words = ("dnd", "import", file, "--operator", "JIO", "--time", iso(-1), "--by", "operator@example.in")

    with client(stack, insurer) as web:
        agent = calling.new_agent(web, "+911400165066", purpose="CALL_PURPOSE_PROMOTIONAL", language="en")

        def told(number):
            results = check(web, agent, number)["results"]
            [result] = [result for result in results if result["rule"] == "DO_NOT_DISTURB"]
            return result["outcome"], result["explanation"]

        for bad in ("+91987654321,HEALTH", f"{health},4", f"{health};HEALTH"):
            file.write_text(f"number,categories\n{finance},BANKING_FINANCE\n{bad}\n")
            with pytest.raises(subprocess.CalledProcessError) as refused:
                stack.operator(*words, "--polarity", "blocked")
            assert "line 3: " in refused.value.stderr and "9876" not in refused.value.stderr
            assert health not in refused.value.stderr
        assert "no snapshot holds" in stack.operator("dnd")
        file.write_text(f"number,categories\r\n{finance},BANKING_FINANCE|REAL_ESTATE\r\n{health},HEALTH\r\n"
                        + f"{calling.REGISTERED},HEALTH")
        made = stack.operator(*words, "--polarity", "blocked")
        snapshot = made.split()[1].rstrip(":")
        assert "3 numbers" in made
        assert f"snapshot {snapshot} has this file already" in stack.operator(*words, "--polarity", "blocked")
        says = f"says the scrub by JIO of {words[6]}"
        for number, outcome, source in (
                (finance, "FAIL", says), (health, "PASS", "says "), (unlisted, "PASS", "says the carrier at "),
                (calling.REGISTERED, "FAIL", "says the carrier at ")):
            assert told(number)[0] == outcome and source in told(number)[1], number
        # The verdict that is kept says it, too.
        refused = error(web.post("/api/v1/calls", json={"agentId": agent, "phoneNumber": finance}), 400,
                        "FAILED_PRECONDITION")
        assert says in failed(web.get(f"{ROOT}/decisions?verdict=BLOCK").json()["decisions"][0])["DO_NOT_DISTURB"]
        assert says in refused["message"]
        assert snapshot in stack.operator("dnd").split()
        stack.operator("dnd", "withdraw", snapshot)
        assert told(finance)[0] == "PASS"
        # The other way round; nothing is left of it for other tests.
        file.write_text(f"{finance},BANKING_FINANCE\n{free},HEALTH\n")
        snapshot = stack.operator(*words, "--polarity", "allowed", "--complete").split()[1].rstrip(":")
        assert [told(number)[0] for number in (finance, free, unlisted)] == ["PASS", "FAIL", "PASS"]
        stack.operator("dnd", "withdraw", snapshot)
        for wrong in (("--polarity", "both"), ("--polarity", "blocked", "--time", iso(60)),
                      ("--polarity", "blocked", "--time", iso(-DAY)), ("--polarity", "blocked", "--by", "me")):
            with pytest.raises(subprocess.CalledProcessError):
                stack.operator(*words, *wrong)
        assert "no snapshot holds" in stack.operator("dnd")


STANDINGS = {
    "none": {"SERVICE_EXPLICIT": "CONSENT_MISSING"},
    "active": {},
    "expired": {"SERVICE_EXPLICIT": "CONSENT_EXPIRED"},
    "withdrawn": {p: "CONSENT_WITHDRAWN" for p in ("SERVICE", "SERVICE_EXPLICIT", "PROMOTIONAL")},
    "of another purpose": {"SERVICE_EXPLICIT": "CONSENT_SCOPE"},
}


@pytest.mark.parametrize("standing", STANDINGS)
def test_the_gate_says_what_consents_say(rest, seller, number, standing):
    covered = "TRANSACTIONAL" if standing == "of another purpose" else None
    for purpose in seller:
        if standing == "none":
            break
        given = {"grantTime": iso(-2 * DAY), "expireTime": iso(-DAY)} if standing == "expired" else {}
        made = consent(rest, number, covered or purpose, **given)
        if standing == "withdrawn":
            withdraw(rest, made["consentId"])
            # One that is recorded later and was given before does not answer the withdrawal.
            assert consent(rest, number, purpose, grantTime=iso(-DAY))["state"] == "ACTIVE"
    for purpose, agent in seller.items():
        why = failed(check(rest, agent, number)).get("CONSENT", "")
        assert why.split(":")[0] == STANDINGS[standing].get(purpose, ""), purpose


@pytest.fixture(scope="session")
def lines(stack, merchant, stranger):
    """Numbers to call from, by whose they are and how; one set, as above."""
    found = {"nobody's": "+918047165090"}
    for n, (whose, owner) in enumerate({"own": merchant, "another's": stranger}.items()):
        with client(stack, owner) as web:
            calling.new_agent(web, f"+918047165{91 + n:03}")
            offers = web.get("/api/v1/phone-numbers:search", params={"region": "MH"}).json()
            rented = offers["phoneNumbers"][-1]["phoneNumber"]
            web.post("/api/v1/phone-numbers:buy", json={"phoneNumber": rented}).raise_for_status()
        found |= {f"{whose} agent's": f"+918047165{91 + n:03}", f"{whose} rented": rented}
    return found


@pytest.mark.parametrize("whose", [
    "own agent's", "own rented", "another's agent's", "another's rented", "nobody's"])
def test_a_call_is_placed_from_a_number_of_the_merchants_only(rest, seller, lines, whose):
    answer = rest.post("/api/v1/calls", json={
        "agentId": seller["SERVICE"], "phoneNumber": "+919000000003", "callerId": lines[whose]})
    if whose.startswith("own"):
        assert answer.status_code == 200, answer.text
        assert answer.json()["callerId"] == lines[whose]
    else:
        body = error(answer, 400, "FAILED_PRECONDITION")
        assert [v["type"] for v in violations(body, "violations")] == ["CALLER_ID_OWN"]
        assert lines[whose] not in answer.text


def test_a_call_is_placed_only_for_a_merchant_that_was_approved(stack):
    shop = stack.new_merchant(f"{uuid.uuid4()}@example.in")
    with client(stack, shop) as web:
        agent = calling.new_agent(web, "+918047165094")
        answer = web.post("/api/v1/calls", json={"agentId": agent, "phoneNumber": "+919000000003"})
        refused = error(answer, 400, "FAILED_PRECONDITION")
        assert [v["type"] for v in violations(refused, "violations")] == [
            "A2P_DECLARED", "MERCHANT_CHECKED", "DLT_ENTITY", "SECTOR_KNOWN"]
        declared = web.post(f"{ROOT}/a2p-declarations", json={
            "firstNumber": "+918047165094", "acknowledgement": "OAP/1"}).json()
        assert web.get(f"{ROOT}/a2p-declarations").json()["declarations"] == [declared]
        business = json.loads((stacks.ROOT / "tools" / "demo" / "business.json").read_text())
        web.patch("/api/v1/merchant", json=business).raise_for_status()
        review = ("merchant", "review", shop["id"], "--by", "operator@example.in")
        seen = stacks.ROOT / "README.md"
        for options, code in (
                (None, "KYC_PENDING"), (("--reject", "--reason", "no"), "KYC_REJECTED"),
                (("--suspend", "--reason", "no"), "KYC_SUSPENDED"),
                (("--method", "document", "--evidence", seen), None)):
            if options is not None:
                stack.operator(*review, *options)
            why = failed(check(web, agent, "+919000000003"))
            assert why.pop("DLT_CHAIN").startswith("CHAIN_MISSING")
            assert why.get("MERCHANT_CHECKED", "").startswith(code or "") and set(why) <= {"MERCHANT_CHECKED"}
            assert bool(why) == bool(code)
        assert web.get("/api/v1/merchant").json()["kyc"]["dltBinding"] == {
            "telemarketerId": "1102000000000000002", "state": "UNBOUND"}
        bind = ("merchant", "bind", shop["id"], "--by", "operator@example.in", "--days", "30")
        with pytest.raises(subprocess.CalledProcessError):
            stack.operator(*bind, "--telemarketer", "1102000000000000003")
        with pytest.raises(subprocess.CalledProcessError):
            stack.operator(*bind, "--entity", "1101234567890123457")
        stack.operator(*bind, "--entity", "1101234567890123456", "--telemarketer", "1102000000000000002")
        assert check(web, agent, "+919000000003")["verdict"] == "ALLOW"
        kept = stacks.sql(stack.ready["database"], f"""
            BEGIN; SELECT set_config('payaid.merchant_id', '{shop["id"]}', true) \\g /dev/null
            SELECT outcome, reviewer, method, encode(evidence, 'hex') FROM kyc_reviews ORDER BY review_id DESC LIMIT 1;
            COMMIT""")
        assert kept == [["approved", "operator@example.in", "document", hashlib.sha256(seen.read_bytes()).hexdigest()]]
        stack.operator("merchant", "bind", shop["id"], "--by", "operator@example.in", "--revoke", "--reason", "gone")
        assert failed(check(web, agent, "+919000000003"))["DLT_CHAIN"].startswith("CHAIN_REVOKED")
        assert web.get(f"{ROOT}/audit-checkpoint").status_code == 200  # What waits goes into the log before.
        entries = pages(web, f"{ROOT}/audit-entries", "entries", subject=shop["id"])
        told = [json.loads(base64.b64decode(entry["payload"])) for entry in entries]
        assert [(entry["kind"], text["outcome"]) for entry, text in zip(entries, told)] == [
            ("kyc.reviewed", outcome) for outcome in ("rejected", "suspended", "approved")
        ] + [("dlt.binding", "bound"), ("dlt.binding", "unbound")]
        assert {text["reviewer"] for text in told} == {"operator@example.in"}
        assert told[2]["evidence"] == kept[0][3] and told[4]["reason"] == "gone"
        assert (told[3]["entity_id"], told[3]["telemarketer_id"]) == ("1101234567890123456", "1102000000000000002")
        stack.operator("merchant", "bind", shop["id"], "--by", "operator@example.in")
        assert web.delete(f"{ROOT}/a2p-declarations/{declared['declarationId']}").status_code == 200
        assert set(failed(check(web, agent, "+919000000003"))) == {"A2P_DECLARED"}


def test_a_promotional_call_goes_out_by_a_template_that_was_approved(stack, v1, channel):
    shop = stack.merchant(f"{uuid.uuid4()}@example.in")
    templates = f"{ROOT}/call-templates"
    with client(stack, shop) as web:
        number = "+911400165096"
        agent = calling.new_agent(web, number, purpose="CALL_PURPOSE_PROMOTIONAL", language="en")

        def why():
            return failed(check(web, agent, "+919876500001")).get("TEMPLATE_APPROVED", "").split(":")[0]
        assert why() == "TEMPLATE_MISSING"
        made = stack.template(web, number, review=False, language="en")
        waiting = [json.loads(line) for line in stack.operator("template", "waiting", "--limit", "1000").splitlines()]
        [its] = [template for template in waiting if template["templateId"] == made]
        entity = web.get("/api/v1/merchant").json()["kyc"]["dltEntityId"]
        assert (its["merchantId"], its["dltEntityId"]) == (shop["id"], entity) and len(entity) == 19
        web.patch(f"/api/v1/agents/{agent}", json={"callTemplateIds": [made]}).raise_for_status()
        assert why() == "TEMPLATE_PENDING"
        review = ("template", "review", made, "--by", "operator@example.in")
        stack.operator(*review, "--method", "register")
        assert why() == ""
        for header, code in (("+911400165097", "HEADER_NOT_REGISTERED"), (number, "")):
            web.patch(f"/api/v1/agents/{agent}", json={"phoneNumber": header}).raise_for_status()
            assert why() == code
        # A version keeps the template that it was published with.
        web.patch(f"/api/v1/agents/{agent}", json={"language": "hi"}).raise_for_status()
        assert why() == "TEMPLATE_MISSING"
        web.patch(f"/api/v1/agents/{agent}", json={"language": "en"}).raise_for_status()
        stack.operator(*review, "--suspend", "--reason", "The operator suspended it.")
        assert why() == "TEMPLATE_SUSPENDED"
        stub = v1.stub(channel)
        metadata = (("x-api-key", shop["key"]), ("x-api-secret", shop["secret"]))
        listed = stub.ListCallTemplates(v1.messages.ListCallTemplatesRequest(), metadata=metadata).templates
        assert [(t.template_id, t.state, t.review_reason) for t in listed] == [
            (made, v1.messages.CallTemplate.SUSPENDED, "The operator suspended it.")]
        assert web.get(f"{templates}/{made}").json()["state"] == "SUSPENDED"
        assert web.delete(f"{templates}/{made}").status_code == 200
        assert why() == "TEMPLATE_UNKNOWN"
        error(web.get(f"{templates}/{made}"), 404, "NOT_FOUND")
        web.get(f"{ROOT}/audit-checkpoint").raise_for_status()
        entries = pages(web, f"{ROOT}/audit-entries", "entries", subject=made)
        assert sorted(entry["kind"] for entry in entries) == [
            "template.deleted", "template.registered", "template.reviewed", "template.reviewed"]
        told = [json.loads(base64.b64decode(entry["payload"])) for entry in entries]
        assert {text["reviewer"] for text in told if "reviewer" in text} == {"operator@example.in"}
        assert "Namaste" not in json.dumps(told) and number not in json.dumps(told)
        wrong = error(web.post(templates, json={
            "dltTemplateId": "1", "headers": ["1400"], "callClass": "PROMOTIONAL"}), 400, "INVALID_ARGUMENT")
        assert {v["field"] for v in violations(wrong, "fieldViolations")} == {
            f"template.{field}" for field in ("dltTemplateId", "sector", "language", "content", "headers[0]")}
        bad = error(web.patch(f"/api/v1/agents/{agent}", json={"callTemplateIds": ["x"] * 2}), 400, "INVALID_ARGUMENT")
        assert "agent.callTemplateIds[0]" in {v["field"] for v in violations(bad, "fieldViolations")}


def test_the_sector_and_the_purpose_decide_from_which_series_a_call_goes_out(stack):
    with client(stack, stack.merchant(f"{uuid.uuid4()}@example.in", sector="COMMERCIAL_BANK")) as bank:
        numbers = "+918047165095", "+911600112095", "+911400165095"
        for purpose, expected in {
                "SERVICE": ({"SERIES_1600"}, set(), {"SERIES_SERVICE", "SERIES_1600"}),
                "PROMOTIONAL": ({"SERIES_PROMOTIONAL"}, {"SERIES_PROMOTIONAL"}, set())}.items():
            for number, rules in zip(numbers, expected):
                agent = calling.new_agent(bank, number, purpose=f"CALL_PURPOSE_{purpose}")
                why = failed(check(bank, agent, "+919876500001"))
                assert {rule for rule in why if rule.startswith("SERIES")} == rules
                bank.delete(f"/api/v1/agents/{agent}").raise_for_status()


def test_a_check_keeps_nothing_and_lists_every_rule(rest, seller, number):
    def size():
        # Calls of other tests end meanwhile.
        return len([e for e in pages(rest, f"{ROOT}/audit-entries", "entries") if e["kind"] != "call.ended"])
    before = size()
    decision = check(rest, seller["SERVICE"], number)
    assert decision["verdict"] == "ALLOW" and "decisionId" not in decision
    assert [r["rule"] for r in decision["results"]].count("CONSENT") == 1
    assert all(r["source"] for r in decision["results"])
    day = datetime.datetime.now(datetime.timezone.utc).replace(
        hour=18, minute=29, second=59, microsecond=0) + datetime.timedelta(days=1)
    night = check(rest, seller["PROMOTIONAL"], number, time=day.isoformat().replace("+00:00", "Z"))
    assert "CALLING_HOURS" in failed(night) and night["verdict"] == "BLOCK"
    assert seconds(night["evaluateTime"]) == day.timestamp()
    assert size() == before


def test_a_call_is_refused_after_the_consent_was_withdrawn(rest, seller, number):
    id = consent(rest, number, basis="INFERRED")["consentId"]
    withdraw(rest, id)
    answer = rest.post("/api/v1/calls", json={"agentId": seller["SERVICE"], "phoneNumber": number})
    body = error(answer, 400, "FAILED_PRECONDITION")
    assert "CONSENT" in [v["type"] for v in violations(body, "violations")]
    decision = next(d for d in body["details"] if "decisionId" in d)
    stored = rest.get(f"{ROOT}/decisions/{decision['decisionId']}")
    assert stored.status_code == 200, stored.text
    assert stored.json()["verdict"] == "BLOCK" and set(failed(stored.json())) == {"CONSENT"}
    assert stored.json()["results"][0]["rule"] == "CONSENT"
    # In a list it is the same, and no call was made of it.
    listed = rest.get(f"{ROOT}/decisions", params={"verdict": "BLOCK", "callId": stored.json()["callId"]}).json()
    assert listed["decisions"] == [stored.json()]
    assert stored.json()["agentId"] == seller["SERVICE"] and "callMade" not in stored.json()
    # What is given later answers the withdrawal.
    time.sleep(0.01)
    consent(rest, number, basis="INFERRED", grantTime=iso(1))
    assert check(rest, seller["SERVICE"], number)["verdict"] == "ALLOW"


def test_the_audit_log_can_be_recomputed(rest, number):
    made = consent(rest, number)
    withdraw(rest, made["consentId"])
    listed = rest.post(SUPPRESSIONS, json={"phoneNumber": number, "reason": "opt_out"}).json()
    entries = pages(rest, f"{ROOT}/audit-entries", "entries")
    assert [int(e.get("index", 0)) for e in entries] == list(range(len(entries)))
    for entry in entries:
        payload, leaf, line, salt = (
            base64.b64decode(entry.get(key, "")) for key in ("payload", "leafHash", "entry", "salt"))
        assert hashlib.sha256(b"\0" + line).digest() == leaf
        assert number[3:].encode() not in payload + line and b"Ravi" not in payload + line
        # What was erased has neither payload nor salt.
        for text in (payload, line) if salt else (line,):
            canonical = json.dumps(
                json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            assert canonical.encode() == text
        told = json.loads(line)
        assert not salt or told["commit"] == hmac.new(salt, payload, "sha256").hexdigest()
        assert told["event"] == entry["kind"] and told["subject"] == entry["subject"]
    mine = pages(rest, f"{ROOT}/audit-entries", "entries", subject=made["consentId"])
    assert [e["kind"] for e in mine] == ["consent.created", "consent.withdrawn"]
    told = [json.loads(base64.b64decode(e["payload"])) for e in mine]
    assert told[0]["phone_number"] == told[1]["phone_number"] and len(told[0]["statement"]) == 64
    assert told[0]["purposes"] == ["service"] and told[0]["basis"] == "explicit"
    [entry] = pages(rest, f"{ROOT}/audit-entries", "entries", subject=listed["suppressionId"])
    assert entry["kind"] == "suppression.created"


def test_another_merchant_sees_and_changes_nothing(stack, stranger, rest, seller, number):
    made = consent(rest, number)
    rest.post(SUPPRESSIONS, json={"phoneNumber": number})
    refused = rest.post("/api/v1/calls", json={"agentId": seller["SERVICE"], "phoneNumber": number})
    decision = next(d["decisionId"] for d in refused.json()["error"]["details"] if "decisionId" in d)
    token = rest.get(CONSENTS, params={"pageSize": 1}).json()["nextPageToken"]
    with client(stack, stranger) as other:
        path = f"{CONSENTS}/{made['consentId']}"
        error(other.get(path), 404, "NOT_FOUND")
        error(other.post(path + ":withdraw", json={}), 404, "NOT_FOUND")
        error(other.get(f"{ROOT}/decisions/{decision}"), 404, "NOT_FOUND")
        error(other.get(CONSENTS, params={"pageToken": token, "pageSize": 1}), 400, "INVALID_ARGUMENT")
        answer = other.post(
            f"{ROOT}:check", json={"agentId": seller["SERVICE"], "phoneNumber": number})
        error(answer, 404, "NOT_FOUND")
        for list in (CONSENTS, SUPPRESSIONS, f"{ROOT}/audit-entries", f"{ROOT}/decisions"):
            text = other.get(list).text
            assert not any(secret in text for secret in (number, made["consentId"], decision))
        # The same number's consents and opt-outs are another matter there.
        assert consent(other, number, grantTime=iso(1))["state"] == "ACTIVE"
    assert rest.get(path).json()["state"] == "ACTIVE"


HOSTILE = {
    "nothing": ({"phoneNumber": None, "basis": None, "purposes": None, "grantTime": None},
                {"consent.phoneNumber", "consent.basis", "consent.purposes", "consent.grantTime"}),
    "no number": ({"phoneNumber": "call me"}, {"consent.phoneNumber"}),
    "toll-free": ({"phoneNumber": "+911800110000"}, {"consent.phoneNumber"}),
    "abroad": ({"phoneNumber": "+14155550100"}, {"consent.phoneNumber"}),
    "sql": ({"phoneNumber": "+91'; DROP TABLE--"}, {"consent.phoneNumber"}),
    "no basis": ({"basis": "BASIS_UNSPECIFIED"}, {"consent.basis"}),
    "a basis of no name": ({"basis": 77}, {"consent.basis"}),
    "a purpose twice": ({"purposes": ["CALL_PURPOSE_SERVICE"] * 2}, {"consent.purposes"}),
    "no purpose": ({"purposes": ["CALL_PURPOSE_UNSPECIFIED"]}, {"consent.purposes[0]"}),
    "inferred promotion": ({"basis": "INFERRED", "purposes": ["CALL_PURPOSE_PROMOTIONAL"]},
                           {"consent.purposes[0]"}),
    "tomorrow": ({"grantTime": iso(DAY)}, {"consent.grantTime"}),
    "eleven years ago": ({"grantTime": iso(-11 * 366 * DAY)}, {"consent.grantTime"}),
    "the year 9999": ({"grantTime": "9999-12-31T23:59:59.999999999Z"}, {"consent.grantTime"}),
    "an end before its beginning": ({"expireTime": "0001-01-01T00:00:00Z"}, {"consent.expireTime"}),
    "a long statement": ({"statement": "न" * 4_001}, {"consent.statement"}),
    "long evidence": ({"evidence": "x" * 2_049}, {"consent.evidence"}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_bad_consent_names_its_fields(rest, number, name):
    change, fields = HOSTILE[name]
    body = {k: v for k, v in {**draft(number), **change}.items() if v is not None}
    refused = error(rest.post(CONSENTS, json=body), 400, "INVALID_ARGUMENT")
    assert {v["field"] for v in violations(refused)} == fields
    assert number not in json.dumps(refused)


def test_a_statement_at_its_limit_is_kept_and_one_with_nul_is_not(rest, number):
    text = "नि" * 1_999 + "😀\n"
    made = consent(rest, number, statement=text, evidence="e" * 2_048)
    assert rest.get(f"{CONSENTS}/{made['consentId']}").json()["statement"] == text
    for field in ("statement", "evidence"):
        answer = rest.post(CONSENTS, json=draft(number, **{field: "a\0b"}))
        error(answer, 400, "INVALID_ARGUMENT")


@pytest.mark.parametrize("id", [
    "con_1", "dec_01JDABCDEFGHJKMNPQRSTVWXYZ", "con_%27--", "con_" + "Z" * 26, "x" * 3_000])
def test_ids_that_are_none_are_not_found(rest, id):
    error(rest.get(f"{CONSENTS}/{id}"), 404, "NOT_FOUND")
    error(rest.post(f"{CONSENTS}/{id}:withdraw", json={}), 404, "NOT_FOUND")
    error(rest.get(f"{ROOT}/decisions/{id}"), 404, "NOT_FOUND")


@pytest.mark.parametrize("body, field", [
    ({"phoneNumber": "1", "reason": "other"}, "suppression.phoneNumber"),
    ({"phoneNumber": "+919876500001", "reason": "whim"}, "suppression.reason")])
def test_a_bad_entry_of_the_list_names_its_field(rest, body, field):
    refused = error(rest.post(SUPPRESSIONS, json=body), 400, "INVALID_ARGUMENT")
    assert [v["field"] for v in violations(refused)] == [field]


@pytest.mark.parametrize("change, field", [
    ({"agentId": "agt_1"}, "agentId"), ({"phoneNumber": "1"}, "phoneNumber"),
    ({"time": "1970-01-01T00:00:00Z"}, "time"), ({"time": "9999-12-31T23:59:59Z"}, "time")])
def test_a_bad_question_to_the_gate_names_its_field(rest, seller, number, change, field):
    body = {"agentId": seller["SERVICE"], "phoneNumber": number, **change}
    refused = error(rest.post(f"{ROOT}:check", json=body), 400, "INVALID_ARGUMENT")
    assert [v["field"] for v in violations(refused)] == [field]


@pytest.mark.parametrize("at", [
    (2**63 - 1, 0), (-2**63, 0), (253_402_300_800, 0), (0, -1), (0, 2**31 - 1)])
def test_times_that_no_calendar_has_are_refused(v1, grpc_stub, channel, auth, seller, number, at):
    from payaid.voice.v1 import calls_pb2, calls_pb2_grpc
    moment = timestamp_pb2.Timestamp(seconds=at[0], nanos=at[1])
    bad = v1.messages.Consent(
        phone_number=number, basis="EXPLICIT", purposes=["CALL_PURPOSE_SERVICE"], grant_time=moment)
    for call, request in (
            (grpc_stub.CreateConsent, v1.messages.CreateConsentRequest(consent=bad)),
            (grpc_stub.CheckCall, v1.messages.CheckCallRequest(
                agent_id=seller["SERVICE"], phone_number=number, time=moment))):
        with pytest.raises(grpc.RpcError) as caught:
            call(request, metadata=auth, timeout=20)
        assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    # A list takes such a time for the nearest one that there is.
    calls_pb2_grpc.CallServiceStub(channel).ListCalls(
        calls_pb2.ListCallsRequest(start_time=moment), metadata=auth, timeout=20)


def test_a_request_without_its_consent_names_what_it_lacks(v1, grpc_stub, auth):
    for call, request in (
            (grpc_stub.CreateConsent, v1.messages.CreateConsentRequest()),
            (grpc_stub.CreateSuppression, v1.messages.CreateSuppressionRequest()),
            (grpc_stub.CheckCall, v1.messages.CheckCallRequest())):
        with pytest.raises(grpc.RpcError) as caught:
            call(request, metadata=auth, timeout=20)
        assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


@pytest.fixture(scope="module")
def lab():
    """A server that may send webhooks to this machine, whose calls wait fifteen seconds in the queue."""
    with stacks.running(environment={"WEBHOOK_ALLOW_LOOPBACK": "true"}) as stack:
        stacks.sql(stack.ready["database"], """
            CREATE FUNCTION dial_later() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN NEW.run_at := now() + interval '15 seconds'; RETURN NEW; END $$;
            CREATE TRIGGER dial_later BEFORE INSERT ON jobs FOR EACH ROW
              WHEN (NEW.kind = 'call.dial') EXECUTE FUNCTION dial_later();""")
        with client(stack, stack.merchant(f"{uuid.uuid4()}@example.in")) as rest:
            yield stack, rest


def test_events_tell_of_consents_without_saying_whose(lab, number):
    _, rest = lab
    receiver = Receiver()
    try:
        _, webhook = endpoint(
            rest, receiver.url("/consents"), "consent.created", "consent.withdrawn")
        key = {"idempotency-key": str(uuid.uuid4())}
        body = draft(number, "PROMOTIONAL", basis="ENQUIRY")
        made = [rest.post(CONSENTS, json=body, headers=key).json() for _ in range(2)][0]
        for _ in range(2):
            withdraw(rest, made["consentId"])
        got = wait_for(lambda: (r := receiver.got("/consents")) and len(r) >= 2 and r)
        time.sleep(1)
        assert len(receiver.got("/consents")) == 2
        told = sorted((webhook.verify(r.body, r.headers) for r in got),
                      key=lambda m: m["data"]["sequence"])
    finally:
        receiver.server.shutdown()
    assert [m["type"] for m in told] == ["consent.created", "consent.withdrawn"]
    first, second = (m["data"] for m in told)
    assert first["consent_id"] == second["consent_id"] == made["consentId"]
    assert (first["basis"], first["purposes"]) == ("enquiry", ["promotional"])
    assert (first["state"], second["state"]) == ("active", "withdrawn")
    assert first["withdrawn_at"] is None and second["withdrawn_at"]
    assert seconds(first["expires_at"]) - seconds(first["granted_at"]) == 7 * DAY
    for request in got:
        assert number[3:].encode() not in request.body and b"Ravi" not in request.body


def test_a_call_that_waits_is_blocked_when_its_consent_is_withdrawn(lab):
    stack, rest = lab
    agent = calling.new_agent(rest, "+918047165099")
    ids = [consent(rest, n, basis="INFERRED")["consentId"] for n in (calling.HASTY, calling.SILENT)]
    kept, stopped = (calling.place(rest, agent, n) for n in (calling.HASTY, calling.SILENT))
    assert calling.get(rest, stopped)["state"] == "QUEUED"
    withdraw(rest, ids[1])
    ended = calling.until(rest, stopped, {"BLOCKED"})
    assert ended["endReason"] == "compliance"
    calling.until(rest, kept, {"COMPLETED"})
    entries = pages(rest, f"{ROOT}/audit-entries", "entries")
    # Ends of calls come when the log is signed.
    order = [(e["kind"], e["subject"]) for e in entries
             if e["subject"] in (stopped, ids[1]) and e["kind"] != "call.ended"]
    assert order == [("consent.created", ids[1]), ("call.decision", stopped),
                     ("consent.withdrawn", ids[1]), ("call.decision", stopped)]
    log = (stack.folder / "voiced.log").read_text()
    assert calling.SILENT[3:] not in log


def test_a_call_is_not_tried_again_after_its_person_opted_out(lab, number):
    stack, rest = lab
    agent = calling.new_agent(rest, "+918047165098")

    def switch(**faults):
        parts = {"exotel": faults, "gemini": {}}
        httpx.post(stack.sim.ready["admin"] + "/faults", json=parts).raise_for_status()

    switch(rest_status=503, rest_count=1_000_000)
    call = calling.place(rest, agent, number)
    wait_for(lambda: stacks.sql(stack.ready["database"], "SET payaid.merchant_id = '*'; "
             f"SELECT 1 FROM jobs WHERE unique_key = '{call}' AND last_error <> ''"), 30)
    assert calling.get(rest, call)["state"] == "DIALING"
    rest.post(SUPPRESSIONS, json={"phoneNumber": number}).raise_for_status()
    switch()
    ended = calling.until(rest, call, {"FAILED"})
    assert ended["endReason"] == "compliance" and "answerTime" not in ended
    decisions = pages(rest, f"{ROOT}/decisions", "decisions", callId=call)
    assert [d["verdict"] for d in decisions] == ["BLOCK", "ALLOW", "ALLOW"]
    assert list(failed(decisions[0])) == ["NOT_SUPPRESSED"]


def test_a_call_that_waits_is_blocked_when_its_number_is_the_merchants_no_more(lab):
    stack, rest = lab
    first, second = "+918047165096", "+918047165097"
    agent = calling.new_agent(rest, first)
    lost = calling.place(rest, agent, calling.HASTY)
    rest.patch(f"/api/v1/agents/{agent}", json={"phoneNumber": second}).raise_for_status()
    kept = calling.place(rest, agent, calling.HASTY)
    with client(stack, stack.merchant(f"{uuid.uuid4()}@example.in")) as other:
        calling.new_agent(other, first)
    ended = calling.until(rest, lost, {"BLOCKED"})
    assert (ended["endReason"], ended["callerId"]) == ("compliance", first)
    assert calling.until(rest, kept, {"COMPLETED"})["callerId"] == second
