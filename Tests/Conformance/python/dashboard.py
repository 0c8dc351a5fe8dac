"""What the tests of the dashboard share: a stack that serves it, a shop with an owner, and the owner's page."""

import datetime
import subprocess
import uuid

import pytest

import accounts
import browser as browsers
import stack as stacks
from conftest import client
from screen import Screen

INDIA = datetime.timezone(datetime.timedelta(hours=5, minutes=30))


def day(ahead=0):
    """Today in India, or a day so many days ahead: rules hold what is typed against the clock."""
    return datetime.datetime.now(INDIA).date() + datetime.timedelta(days=ahead)


def shown_day(which):
    """A day as pages show it."""
    return f"{which.day} {'Sept' if which.month == 9 else format(which, '%b')} {which.year}"


def midnight(which):
    """The moment at which a day begins in India, as the API has it."""
    return f"{which - datetime.timedelta(days=1)}T18:30:00Z"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Where the dashboard was built, for this file: others build it beside it."""
    folder = tmp_path_factory.mktemp("built") / "dashboard"
    subprocess.run([stacks.ROOT / "tools" / "dashboard", folder], check=True)
    return folder


@pytest.fixture(scope="module")
def stack(site):
    """A stack of this file's own, which serves the dashboard."""
    with stacks.running(environment={"DASHBOARD_DIR": str(site), "WEBHOOK_ALLOW_LOOPBACK": "true"}) as it:
        yield it


@pytest.fixture(scope="module")
def shop(stack):
    return stack.merchant(f"{uuid.uuid4()}@example.in")


@pytest.fixture(scope="module")
def owner(stack, shop):
    return accounts.user(stack, shop, f"owner-{uuid.uuid4()}@example.in")


@pytest.fixture(scope="module")
def rest(stack, shop):
    with client(stack, shop) as it:
        yield it


@pytest.fixture(scope="module")
def browser(stack):
    it = browsers.Browser(stack.ca)
    yield it
    it.stop()


@pytest.fixture(scope="module")
def signed_in(stack, browser, owner):
    """One page of the owner's, which the tests use one after the other."""
    screen = Screen(browser, stack, "/agents")
    screen.log_in(owner, accounts.PASSWORD)
    screen.heading("Agents")
    return screen


@pytest.fixture()
def screen(signed_in):
    yield signed_in
    assert signed_in.complaints() == []
    assert signed_in.run("return window.broken;") is None
