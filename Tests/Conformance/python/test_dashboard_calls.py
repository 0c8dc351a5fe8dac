"""The dashboard's pages of calls in Chromium: how sure the recogniser was, and records as a file."""

import csv
import json

import pytest

import accounts
import calling
import stack as stacks
from dashboard import browser, day, owner, rest, screen, shop, signed_in, site  # noqa: F401, fixtures
from screen import Screen
from test_cascade import BRIEF, SCRIPT


@pytest.fixture(scope="module")
def stack(site):  # noqa: F811
    """A stack with a cascade, whose recogniser is in doubt of all that it hears."""
    def environment(it):
        return {**stacks.cascade(it), "DASHBOARD_DIR": str(site)}

    with stacks.running(environment=environment, script=SCRIPT) as it:
        stacks.post(it.sim.ready["gemini"] + "/sim/faults", json={"google_stt": {"confidence": 0.42}}).raise_for_status()
        yield it


@pytest.fixture(scope="module")
def held(rest):  # noqa: F811
    """A call that has ended, of an agent that a cascade speaks for."""
    agent = calling.new_agent(rest, "+918047120001", name="Order desk", model={"engine": "CASCADE"})
    return calling.until(rest, calling.place(rest, agent, BRIEF), {"COMPLETED"})


def test_what_was_heard_with_doubt_is_marked(screen, held):  # noqa: F811
    lines = [entry["speaker"] for entry in held["transcript"]]
    screen.goto(f"/calls/{held['callId']}")
    screen.sees("Completed")
    marks = screen.eval("[...root().querySelectorAll('.line')].map(l => l.querySelector('.doubt')?.textContent ?? '')")
    assert marks == ["42% sure" if speaker == "CALLER" else "" for speaker in lines]
    # It was heard in the language of the call, which is not said again.
    assert "in English" not in screen.eval("root().querySelector('.transcript').innerText")
    assert screen.eval("root().querySelector('.line.caller > p:last-child').lang") == "en"
    facts = dict(screen.eval("[...root().querySelectorAll('.facts > div')].map(d => [...d.children].map(c => c.innerText))"))
    assert facts["Recognition confidence"] == "42%"
    assert facts["Reply latency, 95 % within"].endswith(" ms")


def downloaded(folder, name):
    path = folder / name
    return stacks.wait_for(lambda: path.exists() and path.read_text())


def test_call_records_are_downloaded_for_the_days_of_the_filter(screen, browser, held, rest, tmp_path):  # noqa: F811
    unused = rest.post("/api/v1/agents", json={"name": "Unused", "language": "en"}).json()
    browser.send("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path), browserContextId=screen.context)
    today, first = day(), day(-3)
    screen.goto(f"/calls?from={first}")
    screen.click("Export call records")
    assert (screen.value("First day"), screen.value("Last day")) == (str(first), str(today))
    screen.click("Download")
    screen.sees("The call records were downloaded")
    [record] = csv.DictReader(downloaded(tmp_path, f"calls-{first}-to-{today}.csv").splitlines())
    assert (record["call_id"], record["called_number"]) == (held["callId"], "+9190******01")

    screen.goto(f"/calls?agent={unused['agentId']}")
    screen.click("Export call records")
    screen.sees("When each call of the chosen agent was")
    screen.click("Download")
    assert len(downloaded(tmp_path, f"calls-{day(-30)}-to-{today}.csv").splitlines()) == 1

    screen.goto("/calls")
    screen.click("Export call records")
    screen.choose("First day", str(day(-40)))
    screen.click("Download")
    assert screen.error_at("Last day") == "Must be one of the 31 days from the first day on."
    screen.sees("Last day: must be one of the 31 days from the first day on.")
    screen.choose("First day", str(day(1)))
    screen.click("Download")
    screen.sees("Must not be before the first day.")
    screen.choose("First day", str(today))
    screen.choose("File", "NDJSON")
    screen.tick("With whole phone numbers")
    screen.click("Download")
    record = json.loads(downloaded(tmp_path, f"calls-{today}-to-{today}.ndjson"))
    assert record["called_number"] == BRIEF


def test_days_are_offered_where_the_filter_has_none(screen):  # noqa: F811
    for query, days in (("from=2026-01-10", ("2026-01-10", "2026-02-09")), ("to=2026-03-01", ("2026-01-30", "2026-03-01"))):
        screen.goto(f"/calls?{query}")
        screen.click("Export call records")
        assert (screen.value("First day"), screen.value("Last day")) == days
        screen.press("Escape")
        screen.until("!document.querySelector('dialog')")


def test_whole_numbers_are_not_offered_to_who_may_not_have_them(stack, browser, shop):  # noqa: F811
    viewer = accounts.user(stack, shop, "viewer@example.in", role="viewer")
    page = Screen(browser, stack, "/calls")
    page.log_in(viewer, accounts.PASSWORD)
    page.heading("Calls")
    page.click("Export call records")
    page.sees("First day")
    assert "With whole phone numbers" not in page.text()
    assert page.complaints() == []
