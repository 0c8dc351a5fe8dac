"""The dashboard's page of the audit log in Chromium: one log, and several that follow one another."""

import base64
import json
import subprocess
import uuid

import pytest

import accounts
import aws
import stack as stacks
from conftest import client
from dashboard import browser, site  # noqa: F401, fixtures
from screen import Screen
from test_audit import rewrite, rotate
from test_dashboard_compliance import NUMBERS, ROOT, consent, number, shown  # noqa: F401, a fixture
from test_keys_kms import Keys


@pytest.fixture(scope="module")
def stack(site):
    """A stack of this file's own, which serves the dashboard, and whose keys rotate."""
    settings = {"DASHBOARD_DIR": str(site), "WEBHOOK_ALLOW_LOOPBACK": "true"}
    with aws.moto() as url, stacks.running(environment={**settings, **Keys(url).settings()}) as it:
        yield it


@pytest.fixture()
def shop(stack):
    """A merchant for each test: what one does to its logs, no other test meets."""
    return stack.merchant(f"{uuid.uuid4()}@example.in")


@pytest.fixture()
def rest(stack, shop):
    with client(stack, shop) as it:
        yield it


@pytest.fixture()
def screen(stack, browser, shop):
    page = Screen(browser, stack, "/compliance")
    page.log_in(accounts.user(stack, shop, f"owner-{uuid.uuid4()}@example.in"), accounts.PASSWORD)
    page.heading("Compliance")
    yield page
    assert page.complaints() == []


def saved_checkpoint(screen, folder, suffix=""):
    """The file that the page gives to keep."""
    screen.browser.send("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder),
                        browserContextId=screen.context)
    screen.click("Save the checkpoint")
    file = folder / f"checkpoint{suffix}.txt"
    return stacks.wait_for(lambda: file.exists() and file.read_text())


@pytest.fixture()
def run(stack, shop, tmp_path):
    """Runs a command that the page tells, as the merchant, in the test's folder; what it prints."""
    environment = {"VOICE_URL": stack.url, "VOICE_CA": str(stack.ca), "VOICE_API_KEY": f"{shop['key']}_{shop['secret']}",
                   "PATH": f"{stacks.BIN}:/usr/bin:/bin"}

    def run(command):
        done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True,
                              timeout=60)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout
    return run


def test_the_checkpoint_and_the_entries_are_those_of_the_api(screen, rest, number, tmp_path):
    made = consent(rest, number)
    screen.goto("/compliance/audit")
    note = saved_checkpoint(screen, tmp_path)
    checkpoint = rest.get(f"{ROOT}/audit-checkpoint").json()
    assert note.split("\n")[0] == checkpoint["origin"] and note.count("\n") == checkpoint["note"].count("\n")
    key = screen.eval("root().querySelector('.copyable code').innerText")
    assert key == checkpoint["verifierKey"]
    # The newest entry is the first; signing the log may have put others into it.
    screen.goto("/compliance/audit")
    screen.until("root().querySelector('.items .nowrap')?.innerText === last", last=f"No. {int(checkpoint['size']) - 1}")
    screen.click(made["consentId"])
    screen.heading(f"Consent of {shown(number)}")
    screen.click("In the audit log")
    screen.until("root().querySelectorAll('.items > .item').length === 1")
    screen.run("document.querySelector('.item summary').click();")
    payload = json.loads(screen.eval("root().querySelector('.item pre').innerText"))
    [entry] = rest.get(f"{ROOT}/audit-entries", params={"subject": made["consentId"]}).json()["entries"]
    assert payload == json.loads(base64.b64decode(entry["payload"])) and number[3:] not in screen.text()
    screen.fill("About", "call_nothing")
    screen.click("Find")
    screen.sees("No entry is about it")
    screen.click("Show all entries")
    screen.sees("Signed checkpoint")
    # There is one log, so nothing tells logs apart; the day's first checkpoint also goes elsewhere.
    screen.sees("goes to your webhooks, too")
    assert not screen.eval("named('h2', 'Logs')")


def test_what_the_page_says_of_verifying_works(screen, run, tmp_path):
    screen.goto("/compliance/audit")
    screen.sees("How to verify the log")
    screen.run("[...document.querySelectorAll('summary')].find(e => e.innerText.includes('How to verify')).click();")
    export, verify = screen.eval("[...root().querySelectorAll('.steps code')].map(e => e.innerText)")
    assert saved_checkpoint(screen, tmp_path)
    run(export)
    assert run(verify).startswith("valid")


def test_a_log_that_does_not_continue_is_told(screen):
    screen.goto("/compliance/consents")
    screen.run("""
      const ask = window.fetch;
      window.fetch = (url, init) => !url.includes("/audit-checkpoint") ? ask(url, init)
        : Promise.resolve(new Response(JSON.stringify({
          error: {code: 500, status: "DATA_LOSS", message: "the log does not continue what was signed"}}), {status: 500}));""")
    screen.click("Audit log")
    screen.sees("The log does not continue what was signed.")


def renew(stack, shop, rest, *options):
    """Has a server begin another log, as the operator does; all of them."""
    before = rest.get(f"{ROOT}/audit-logs").json()["logs"]
    stack.operator("audit", "renew", shop["id"], "--by", "ops@example.in", "--reason", "a key may be known", *options)
    return stacks.wait_for(
        lambda: len(logs := rest.get(f"{ROOT}/audit-logs").json()["logs"]) > len(before) and logs, 60)


def verifying(screen):
    """What the page says of how to verify the log that it shows."""
    screen.until("root().querySelector('.copyable')")
    screen.run("document.querySelector('.card > div > details:has(.steps)').open = true;")
    return screen.eval("[...root().querySelectorAll('.steps code')].map(e => e.innerText)")


def test_logs_that_follow_one_another_are_told_apart_and_verified(screen, stack, shop, rest, run, number, tmp_path):
    old = consent(rest, number)["consentId"]
    rest.get(f"{ROOT}/audit-checkpoint").raise_for_status()  # A log is under the key that signs it first.
    rotate(stack)
    first, second = renew(stack, shop, rest)
    new = consent(rest, next(NUMBERS))["consentId"]
    screen.goto("/compliance/audit")
    screen.sees(f"Follows log 1, which was closed with {int(second['previousSize'])} entries.")
    logs = screen.eval("[...root().querySelectorAll('ol[aria-label=Logs] > li')].map(e => e.innerText)")
    assert logs[0].startswith("Log 2\n\nBegan on ") and "Current" in logs[0]
    assert "Log 1\n\nBegan with its first entry" in logs[1] and "Closed" in logs[1]
    # Which entry is in which log.
    place = ("[...root().querySelectorAll('ol[aria-label=Entries] > li')].find(e => e.innerText.includes(id))"
             ".querySelector('.nowrap').innerText")
    screen.until("root().querySelector('ol[aria-label=Entries]')")
    assert screen.eval(place, id=new).startswith("Log 2, no. ")
    assert screen.eval(place, id=old).startswith("Log 1, no. ")
    commands = verifying(screen)
    assert saved_checkpoint(screen, tmp_path, "-2")
    assert "was closed at" in [run(command) for command in commands][-1]
    screen.click("Show log 1")
    screen.sees("Entries of log 1")
    screen.until("root().querySelector('.copyable code')?.innerText === key",
                 key=rest.get(f"{ROOT}/audit-checkpoint", params={"epoch": 1}).json()["verifierKey"])
    screen.until("[...root().querySelectorAll('ol[aria-label=Entries] .nowrap')].every(e => e.innerText.startsWith('Log 1,'))")
    commands = verifying(screen)
    assert len(commands) == 2 and "--epoch 1 " in commands[0]
    assert saved_checkpoint(screen, tmp_path, "-1")
    (tmp_path / "log-1").rename(tmp_path / "seen")
    assert [run(command) for command in commands][-1].startswith(f"valid: {first['origin']}, ")
    screen.click("Show all logs")
    screen.click("Why")
    screen.sees("This log began behind another")
    screen.run("document.querySelector('.item summary').click();")
    screen.sees("a key may be known")
    screen.goto("/compliance/audit?log=77")
    screen.until("!named('button', 'Show all logs') && root().querySelector('ol[aria-label=Entries]')")


def test_a_log_behind_a_loss_is_told_plainly(screen, stack, shop, rest, run, tmp_path):
    """The second log is rewritten, and left behind by the operator."""
    # The first log is begun under the key of now, and ends for the next one.
    rest.get(f"{ROOT}/audit-checkpoint").raise_for_status()
    rotate(stack)
    renew(stack, shop, rest)
    run("voicectl audit export -o log-2")
    rewrite(stack, shop["id"])
    screen.goto("/compliance/audit")
    screen.sees("does not continue")
    lost = renew(stack, shop, rest, "--accept-loss")[-1]
    assert (lost["previousEpoch"], lost["followsLoss"]) == ("2", True)
    screen.goto("/compliance/audit")
    screen.sees("Follows a loss: log 2, as it was found with ")
    screen.sees("Entries were lost or changed.")
    commands = verifying(screen)
    assert saved_checkpoint(screen, tmp_path, f"-{lost['epoch']}")
    assert "--previous log-2 --previous-key '" in commands[-1]
    assert "after a loss" in [run(command) for command in commands][-1]
    screen.click("Show log 2")
    screen.sees("Entries of this log were lost or changed")
    screen.sees("Signed checkpoint of log 2")
    [command] = verifying(screen)
    assert run(command).startswith("valid")
