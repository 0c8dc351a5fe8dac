"""Alerts and dashboard of tools/deploy/prometheus: what they watch is there, and each alert is explained."""

import json
import re

import pytest
import yaml

import stack as stacks
from conftest import client

FOLDER = stacks.ROOT / "tools" / "deploy"
GROUPS = yaml.safe_load((FOLDER / "prometheus" / "alerts.yaml").read_text())["groups"]
RULES = [rule for group in GROUPS for rule in group["rules"]]
PANELS = json.loads((FOLDER / "prometheus" / "dashboard.json").read_text())["panels"]
EXPRESSIONS = [rule["expr"] for rule in RULES] + [
    target["expr"] for panel in PANELS for target in panel["targets"]]
ALERTS = [rule["alert"] for rule in RULES if "alert" in rule]

# A metric with its matchers; what else stands in an expression has neither colon nor underscore.
SELECTOR = re.compile(r"\b([a-z]+(?:[_:][a-z0-9_:]+)+)\b(?!\s*\()(?:\{([^}]*)\})?")
OF_PROMETHEUS = {"histogram_quantile"}


def selectors():
    """Each metric that is named, with the labels and values that are asked for."""
    for expression in EXPRESSIONS:
        text = re.sub(r"\b(by|on|without)\s*\([^)]*\)", "", expression)
        for name, matchers in SELECTOR.findall(text):
            if name not in OF_PROMETHEUS:
                yield name, dict(re.findall(r'([a-z_]+)="([^"]*)"', matchers))


def samples(text):
    """The labels of every sample, by name."""
    found = {}
    for name, labels in re.findall(r"^([a-z_]+)(?:\{(.*)\})? \S+$", text, re.M):
        found.setdefault(name, []).append(dict(re.findall(r'([a-z_]+)="([^"]*)"', labels)))
    return found


@pytest.fixture(scope="module")
def shown(stack, merchant):
    """What /metrics shows of a server on which a job waits, as one does sooner or later."""
    stacks.sql(stack.ready["database"], """
        INSERT INTO jobs (kind, run_at, payload) VALUES ('call.dial', now() + interval '1 hour', '');
        """)
    try:
        with client(stack, merchant) as rest:
            def waiting():
                seen = samples(rest.get("/metrics").text)
                kinds = {labels["kind"] for labels in seen.get("payaid_job_oldest_due_seconds", ())}
                return "call.dial" in kinds and seen

            return stacks.wait_for(waiting)
    finally:
        stacks.sql(stack.ready["database"], "DELETE FROM jobs WHERE kind = 'call.dial' AND payload = '';")


def test_each_metric_that_is_named_is_shown_with_what_is_asked_for(shown):
    recorded = {rule["record"] for rule in RULES if "record" in rule}
    named = list(selectors())
    assert len({name for name, _ in named} - recorded) > 15
    for name, wanted in named:
        # The server of these tests has no Redis; test_limits.py has one.
        if name in recorded or wanted.get("dependency") == "redis":
            continue
        assert name in shown, name
        wanted.pop("job")
        for label, value in wanted.items():
            assert value in {labels.get(label) for labels in shown[name]}, (name, label, value)


def test_latency_is_that_of_all_methods_but_streams():
    [rule] = [rule for rule in RULES if rule.get("alert") == "LatencyHigh"]
    left_out = re.compile(re.search(r'rpc_method!~"([^"]*)"', rule["expr"])[1])
    for path in (stacks.ROOT / "Protos").rglob("*.proto"):
        for name, output in re.findall(r"rpc (\w+)\([^)]*\)\s*returns \((stream)?", path.read_text()):
            assert bool(left_out.fullmatch(f"a.B/{name}")) == bool(output), name


def test_the_runbook_has_a_section_for_each_alert_and_no_other():
    runbook = (FOLDER / "RUNBOOK.md").read_text()
    [part] = re.findall(r"^## Alerts$(.*?)^## ", runbook, re.M | re.S)
    assert sorted(re.findall(r"^### (\w+)$", part, re.M)) == sorted(ALERTS)


def test_each_alert_says_whom_it_wakes_and_what_is_wrong():
    for rule in RULES:
        if "alert" in rule:
            assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]
            assert rule["annotations"]["summary"], rule["alert"]
