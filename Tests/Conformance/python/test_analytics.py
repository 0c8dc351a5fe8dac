"""Analytics as a merchant's dashboard asks for them."""

import datetime
import uuid

import pytest

import calling
from conftest import client
from test_compliance import error

DASHBOARD, REVENUE = "/api/v1/analytics/dashboard", "/api/v1/analytics/revenue"
INDIA = datetime.timezone(datetime.timedelta(hours=5, minutes=30))


@pytest.fixture(scope="module")
def shop(stack):
    """A merchant of whose calls nobody else makes any."""
    return stack.merchant(f"{uuid.uuid4()}@example.in")


@pytest.fixture(scope="module")
def rest(stack, shop):
    with client(stack, shop) as rest:
        yield rest


@pytest.fixture(scope="module")
def call(rest):
    """A call that was held; with its agent."""
    agent = calling.new_agent(rest, "+918047165777", purpose="CALL_PURPOSE_TRANSACTIONAL")
    return agent, calling.listen(rest, calling.place(rest, agent, "+919000000777"))


def money(value):
    return calling.rupees(value)


def test_a_held_call_is_in_the_figures(rest, call):
    agent, held = call
    # By its own time, which the machine's midnight in India may part from now.
    found = rest.get(DASHBOARD, params={"period": "PERIOD_MONTH"}).json()
    assert (found["totalCalls"], found["completedCalls"], found["successRate"]) == ("1", "1", 1)
    assert found["averageDuration"] == held["duration"]
    assert money(found["totalCost"]) == pytest.approx(money(held["cost"]["total"]), abs=1e-6)
    assert found["callsByAgent"] == [{"agentId": agent, "agentName": "Order desk", "calls": "1"}]
    assert sum(int(n) for n in found["sentiment"].values()) == 1
    assert found["startTime"] <= held["createTime"] <= found["endTime"]
    assert rest.get(DASHBOARD, params={"period": "PERIOD_MONTH", "agentId": agent}).json()["totalCalls"] == "1"
    start = datetime.datetime.fromisoformat(found["startTime"].replace("Z", "+00:00")).astimezone(INDIA)
    assert (start.day, start.hour, start.minute, start.second) == (1, 0, 0, 0)


def test_revenue_by_month(rest, call):
    today = datetime.datetime.now(INDIA).date()
    first = (today.replace(day=1) - datetime.timedelta(days=40)).replace(day=1)
    found = rest.get(REVENUE, params={"startDate": first.isoformat()}).json()
    months = [month["month"] for month in found["months"]]
    assert months[0] == first.isoformat()[:7] and months[-1] == today.isoformat()[:7]
    assert months == sorted(set(months)) and len(months) in (2, 3)
    assert found["months"][-1]["calls"] == "1" and "calls" not in found["months"][0]
    assert money(found["total"]) == pytest.approx(money(call[1]["cost"]["total"]), abs=1e-6)
    assert money(found["months"][-1]["usage"]) == money(found["total"])
    assert money(found["months"][-1]["mrr"]) == 0


def test_another_merchant_has_no_part_in_it(stack, stranger, call):
    with client(stack, stranger) as other:
        found = other.get(DASHBOARD, params={"period": "PERIOD_MONTH"}).json()
        assert call[0] not in [agent["agentId"] for agent in found.get("callsByAgent", [])]
        error(other.get(DASHBOARD, params={"agentId": call[0]}), 404, "NOT_FOUND")


@pytest.mark.parametrize("path", [
    f"{DASHBOARD}?period=9", f"{DASHBOARD}?period=YEAR", f"{DASHBOARD}?agentId=x", f"{DASHBOARD}?agentId=agt_'",
    f"{DASHBOARD}?period=PERIOD_WEEK&period=PERIOD_MONTH", f"{DASHBOARD}?since=2026-01-01",
    f"{REVENUE}?startDate=2026-02-30", f"{REVENUE}?startDate=1.1.2026", f"{REVENUE}?endDate=2026-01-01",
    f"{REVENUE}?startDate=2026-02-01&endDate=2026-01-31", f"{REVENUE}?startDate=2020-01-01&endDate=2026-01-01",
    f"{REVENUE}?startDate=2999-01-01", f"{REVENUE}?startDate=%00", f"{REVENUE}?period=-1",
])
def test_what_is_no_report_is_refused(rest, path):
    error(rest.get(path), 400, "INVALID_ARGUMENT")
