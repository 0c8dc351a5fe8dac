"""Analytics as a merchant's dashboard asks for them."""

import csv
import datetime
import io
import json
import uuid

import pytest

import calling
from conftest import client, metadata
from test_compliance import error, iso

DASHBOARD, REVENUE = "/api/v1/analytics/dashboard", "/api/v1/analytics/revenue"
RECORDS = "/api/v1/analytics/call-records"
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
    """A call that was held; with its agent. Reports come right after it, in the month that it was held in."""
    calling.within_a_day()
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


def span(**more):
    return {"startTime": iso(-3_600), "endTime": iso(60), **more}


def test_a_held_call_has_its_record_in_both_forms(rest, call):
    agent, held = call
    answer = rest.get(RECORDS, params=span())
    assert answer.status_code == 200 and answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "\r" not in answer.text and answer.text.endswith("\n")
    [row] = csv.DictReader(io.StringIO(answer.text))
    assert (row["call_id"], row["agent_id"], row["status"]) == (held["callId"], agent, "COMPLETED")
    assert row["called_number"] == "+9190******77" and row["cli"] == "+918047165777"
    assert row["gate_reason"] == "OK" and row["gate_decision_id"].startswith("dec_")
    assert abs(int(row["cost_paise"]) - 100 * money(held["cost"]["total"])) <= 0.5 + 1e-6
    assert int(row["talk_seconds"]) == int(calling.seconds(held["duration"])) and int(row["ring_seconds"]) >= 0
    assert row["recording_id"] == held["callId"] and row["hangup_cause"] == held["endReason"]
    assert row["queued_at"] <= row["initiated_at"] <= row["answered_at"] <= row["ended_at"]
    assert rest.get(RECORDS, params=span(agentId=agent)).text == answer.text
    answer = rest.get(RECORDS, params=span(format="NDJSON", fullNumbers=True))
    assert answer.headers["content-type"] == "application/x-ndjson"
    record = json.loads(answer.text)
    assert record["called_number"] == "+919000000777"
    assert {k: str(v) for k, v in record.items() if k != "called_number"}.items() <= row.items()


def test_records_over_grpc_are_the_same_bytes(channel, shop, rest, call):
    from google.protobuf import timestamp_pb2
    from payaid.voice.v1 import analytics_pb2, analytics_pb2_grpc

    start, end = timestamp_pb2.Timestamp(), timestamp_pb2.Timestamp()
    asked = span()
    start.FromJsonString(asked["startTime"])
    end.FromJsonString(asked["endTime"])
    body = analytics_pb2_grpc.AnalyticsServiceStub(channel).ExportCallRecords(
        analytics_pb2.ExportCallRecordsRequest(start_time=start, end_time=end), metadata=metadata(shop))
    assert body.content_type.startswith("text/csv") and body.data == rest.get(RECORDS, params=asked).content


@pytest.mark.parametrize("change", [
    {"startTime": ""}, {"endTime": ""}, {"startTime": "yesterday"}, {"endTime": "2026-13-01T00:00:00Z"},
    {"startTime": "2020-01-01T00:00:00Z"}, {"endTime": "2020-01-01T00:00:00Z"}, {"format": "XLSX"},
    {"format": "99"}, {"fullNumbers": "maybe"}, {"startTime": "0000-01-01T00:00:00Z"}, {"columns": "*"},
    {"agentId": "agt_'"}])
def test_a_bad_question_for_records_is_refused(rest, change):
    error(rest.get(RECORDS, params=span(**change)), 400, "INVALID_ARGUMENT")


def test_another_merchants_records_and_whole_numbers_are_not_for_everybody(stack, stranger, shop, rest, call):
    with client(stack, stranger) as other:
        assert call[1]["callId"] not in other.get(RECORDS, params=span()).text
        error(other.get(RECORDS, params=span(agentId=call[0])), 404, "NOT_FOUND")
    made = rest.post("/api/v1/api-keys", json={"scopes": ["analytics.read"]}).json()
    with client(stack, {"key": made["apiKey"]["keyId"], "secret": made["secret"]}) as reader:
        assert "+9190******77" in reader.get(RECORDS, params=span()).text
        refused = error(reader.get(RECORDS, params=span(fullNumbers=True)), 403, "PERMISSION_DENIED")
        assert "fullNumbers" in refused["message"]
