"""Phone numbers through Exotel's API, as the stand-in speaks it: search, buy, assign, give back."""

import uuid

import pytest

import calling
import stack as stacks
from conftest import client
from test_rest import error, fields


@pytest.fixture(scope="module")
def web(stack, merchant):
    with client(stack, merchant) as it:
        it.timeout = 60
        yield it


@pytest.fixture(autouse=True)
def normal(stack):
    yield
    faults(stack)


def faults(stack, **switches):
    answer = stacks.post(stack.sim.ready["admin"] + "/faults", json={"exotel": switches, "gemini": {}})
    assert answer.status_code == 200, answer.text


def offered(web, **query):
    answer = web.get("/api/v1/phone-numbers:search", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json().get("phoneNumbers", [])


def owned(web):
    return {n["phoneNumber"]: n for n in web.get("/api/v1/phone-numbers").json().get("phoneNumbers", [])}


def test_a_number_lives_through_its_whole_life(web):
    found = offered(web, region="KA")
    assert found and all(n["region"] == "KA" and n["type"] == "PHONE_NUMBER_TYPE_LANDLINE" for n in found)
    assert found[0]["monthlyRent"] == {"currencyCode": "INR", "units": "499"}
    number = found[0]["phoneNumber"]
    agents = [web.post("/api/v1/agents", json={"name": n, "language": "en"}).json()["agentId"] for n in "AB"]
    bought = web.post("/api/v1/phone-numbers:buy", json={
        "phoneNumber": number, "displayName": "Desk", "agentId": agents[0]})
    assert bought.status_code == 200, bought.text
    assert (bought.json()["state"], bought.json()["agentId"]) == ("ACTIVE", agents[0])
    assert number not in [n["phoneNumber"] for n in offered(web, region="KA")]
    assert web.get(f"/api/v1/phone-numbers/{number}").json() == bought.json() == owned(web)[number]
    moved = web.post(f"/api/v1/phone-numbers/{number}:assign", json={"agentId": agents[1]}).json()
    assert moved["agentId"] == agents[1]
    assert "phoneNumber" not in web.get(f"/api/v1/agents/{agents[0]}").json()
    assert web.get(f"/api/v1/agents/{agents[1]}").json()["phoneNumber"] == number
    gone = web.post(f"/api/v1/phone-numbers/{number}:release", json={}).json()
    assert gone["state"] == "RELEASED"
    assert "phoneNumber" not in web.get(f"/api/v1/agents/{agents[1]}").json()
    error(web.get(f"/api/v1/phone-numbers/{number}"), 404, "NOT_FOUND")
    assert number in [n["phoneNumber"] for n in offered(web, region="KA")]


def test_a_bought_number_places_calls(web):
    number = offered(web, type="PHONE_NUMBER_TYPE_LANDLINE", region="DL")[0]["phoneNumber"]
    agent = calling.new_agent(web, "", name="Delhi desk")
    web.post("/api/v1/phone-numbers:buy", json={"phoneNumber": number, "agentId": agent}).raise_for_status()
    call = calling.place(web, agent, "+919000000004")
    assert calling.get(web, call)["callerId"] == number


def test_the_same_request_buys_once(web):
    number = offered(web, type="PHONE_NUMBER_TYPE_MOBILE")[0]["phoneNumber"]
    body, key = {"phoneNumber": number}, {"idempotency-key": str(uuid.uuid4())}
    first = web.post("/api/v1/phone-numbers:buy", json=body, headers=key).json()
    assert first["state"] == "ACTIVE"
    assert web.post("/api/v1/phone-numbers:buy", json=body, headers=key).json() == first
    changed = {**body, "displayName": "x"}
    error(web.post("/api/v1/phone-numbers:buy", json=changed, headers=key), 409, "ALREADY_EXISTS")
    error(web.post("/api/v1/phone-numbers:buy", json={"phoneNumber": number}), 409, "ALREADY_EXISTS")


def test_a_purchase_whose_answer_is_lost_is_found_in_the_list(stack, web):
    number = offered(web, region="MH")[0]["phoneNumber"]
    faults(stack, swallow_answers=1)
    bought = web.post("/api/v1/phone-numbers:buy", json={"phoneNumber": number})
    assert bought.status_code == 200, bought.text
    assert bought.json()["state"] == "ACTIVE"


@pytest.mark.parametrize("status, code, name", [
    (400, 400, "FAILED_PRECONDITION"), (402, 429, "RESOURCE_EXHAUSTED"), (403, 400, "FAILED_PRECONDITION")])
def test_a_refusal_of_the_carriers_leaves_nothing_behind(stack, web, status, code, name):
    number = offered(web, region="MH")[-1]["phoneNumber"]
    faults(stack, rest_status=status)
    error(web.post("/api/v1/phone-numbers:buy", json={"phoneNumber": number}), code, name)
    assert number not in owned(web)


def test_numbers_are_their_merchants(stack, stranger, web):
    number = offered(web, type="PHONE_NUMBER_TYPE_TOLL_FREE")[0]["phoneNumber"]
    web.post("/api/v1/phone-numbers:buy", json={"phoneNumber": number}).raise_for_status()
    with client(stack, stranger) as other:
        error(other.get(f"/api/v1/phone-numbers/{number}"), 404, "NOT_FOUND")
        error(other.post(f"/api/v1/phone-numbers/{number}:release", json={}), 404, "NOT_FOUND")
        error(other.post("/api/v1/phone-numbers:buy", json={"phoneNumber": number}), 400, "FAILED_PRECONDITION")
        error(other.post("/api/v1/agents", json={"name": "T", "language": "en", "phoneNumber": number}),
              409, "ALREADY_EXISTS")
        assert number not in owned(other)


def test_a_number_that_anothers_agent_has_cannot_be_bought(stack, stranger, web):
    number = offered(web, region="KA")[-1]["phoneNumber"]
    with client(stack, stranger) as other:
        agent = other.post(
            "/api/v1/agents", json={"name": "T", "language": "en", "phoneNumber": number}).json()["agentId"]
        error(web.post("/api/v1/phone-numbers:buy", json={"phoneNumber": number}), 400, "FAILED_PRECONDITION")
        assert number not in owned(web) and number in [n["phoneNumber"] for n in offered(web, region="KA")]
        other.delete(f"/api/v1/agents/{agent}").raise_for_status()
    assert web.post("/api/v1/phone-numbers:buy", json={"phoneNumber": number}).json()["state"] == "ACTIVE"


def test_a_purchase_for_an_agent_that_is_not_there_buys_nothing(web):
    number = offered(web, region="KA")[-1]["phoneNumber"]
    answer = web.post("/api/v1/phone-numbers:buy", json={
        "phoneNumber": number, "agentId": "agt_01JDABCDEFGHJKMNPQRSTVWXYZ"})
    error(answer, 404, "NOT_FOUND")
    assert number not in owned(web)


@pytest.mark.parametrize("query, where", [
    ({"region": "Karnataka"}, "region"), ({"contains": "4x"}, "contains"), ({"region": "K1"}, "region")])
def test_a_search_is_checked_at_the_edge(web, query, where):
    assert fields(error(web.get("/api/v1/phone-numbers:search", params=query), 400, "INVALID_ARGUMENT")) == [where]
