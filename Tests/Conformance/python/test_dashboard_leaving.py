"""What is kept of what was typed when the reader goes elsewhere, logs out, or has to log in again."""

import uuid

import pytest

import accounts
from conftest import client
from dashboard import browser, owner, rest, screen, shop, signed_in, site, stack  # noqa: F401, fixtures
from screen import Screen

QUESTION = "What you changed on this page is not saved yet and will be lost."
# Keeps the answers of POST back until `release()` is called.
HELD = """
  const ask = window.fetch;
  const held = new Promise(resolve => (window.release = resolve));
  window.fetch = async (url, init) => {
    const answer = await ask(url, init);
    if (init.method === "POST") await held;
    return answer;
  };"""


@pytest.fixture(scope="module")
def desk(rest):  # noqa: F811
    return rest.post("/api/v1/agents", json={"name": "Order desk", "language": "hi"}).json()["agentId"]


def where(page):
    return page.run("return location.pathname.slice('/dashboard'.length);")


def back(page):
    page.run("history.back();")


def typed(page):
    """Types a name on the form of a new agent."""
    page.click("Create agent")
    page.fill("Name", "Half done")


def test_the_way_to_the_page_leaves_nothing(screen, desk):  # noqa: F811
    screen.goto("/agents")
    typed(screen)
    screen.click("Skip to the page")
    assert screen.eval("document.activeElement.id") == "content"
    assert (where(screen), screen.run("return location.hash;")) == ("/agents/new", "")
    # A fragment in the address is no other page either.
    screen.run("location.hash = 'content';")
    screen.run("await new Promise(done => setTimeout(done, 200));")
    assert screen.eval("!document.querySelector('dialog')") and screen.value("Name") == "Half done"
    screen.click("Numbers")
    screen.sees(QUESTION)
    screen.click("Leave")
    screen.heading("Numbers")


def test_going_back_and_leaving_is_one_step(screen, desk):  # noqa: F811
    screen.goto("/calls")
    screen.click("Agents")
    screen.heading("Agents")
    typed(screen)
    back(screen)
    screen.sees(QUESTION)
    screen.click("Cancel")
    assert where(screen) == "/agents/new" and screen.value("Name") == "Half done"
    back(screen)
    screen.sees(QUESTION)
    screen.click("Leave")
    screen.heading("Agents")
    back(screen)
    screen.heading("Calls")
    # And the way on is still there.
    screen.run("history.go(2);")
    screen.heading("Create an agent")


def test_logging_out_asks_before_what_was_typed_is_lost(stack, browser, owner, desk):  # noqa: F811
    page = Screen(browser, stack, "/agents")
    page.log_in(owner, accounts.PASSWORD)
    page.heading("Agents")
    typed(page)
    page.click("Log out")
    page.sees(QUESTION)
    page.click("Cancel")
    assert page.value("Name") == "Half done"
    page.click("Log out")
    page.click("Leave")
    page.heading("Log in")
    assert page.complaints() == []


@pytest.mark.parametrize("path,button,field,told", [
    ("/agents/new", "Create agent", "Name", "was created"),
    ("/calls/new", "Place the call", "Phone number", "is being called")])
def test_who_went_on_is_not_fetched_back_by_a_late_answer(screen, rest, desk, path, button, field, told):  # noqa: F811
    number = f"+9180{uuid.uuid4().int % 10**8:08}"
    screen.goto(path)
    screen.fill(field, f"Late {uuid.uuid4()}" if path == "/agents/new" else number)
    # What may be called when is the gate's, and tested elsewhere.
    screen.run(HELD + """
      const real = window.fetch;
      window.fetch = (url, init) => url !== "/api/v1/calls" || init.method !== "POST" ? real(url, init) : held.then(
        () => new Response(JSON.stringify({callId: "call_1", phoneNumber: number}))); """, number=number)
    screen.click(button)
    screen.click("Settings")
    if path == "/agents/new":
        screen.sees(QUESTION)
        screen.click("Leave")
    screen.fill("Name", "Sharma Textiles and Sons")
    screen.run("release();")
    screen.sees(told)
    assert where(screen) == "/settings" and screen.value("Name") == "Sharma Textiles and Sons"
    screen.click("Agents")
    screen.click("Leave")


# A session that ends below an open page

@pytest.fixture()
def ending(stack, browser, shop, rest):  # noqa: F811
    """A page of a person of their own on the form of a new agent, and what ends the session below it."""
    email = accounts.user(stack, shop, f"{uuid.uuid4()}@example.in")
    page = Screen(browser, stack, "/agents")
    page.log_in(email, accounts.PASSWORD)
    page.heading("Agents")
    typed(page)

    def end():
        with client(stack, None) as anybody:
            other = anybody.post("/api/v1/auth/login", json={"email": email, "password": accounts.PASSWORD}).json()
            anybody.post(
                "/api/v1/auth/password", headers={"authorization": f"Bearer {other['accessToken']}"},
                json={"oldPassword": accounts.PASSWORD, "newPassword": accounts.PASSWORD}).raise_for_status()
    yield page, email, end
    assert page.complaints() == []


def test_what_was_typed_outlasts_the_session(ending, rest):  # noqa: F811
    page, email, end = ending
    name = f"Kept {uuid.uuid4()}"
    page.fill("Name", name)
    end()
    page.click("Create agent")
    page.sees("Your session has ended. What is on the page is kept until you are back.")
    # Escape is no way past it, however often it is pressed.
    for _ in range(3):
        page.press("Escape")
    page.until("input('E-mail')?.value === email", email=email)
    page.fill("Password", "not the password at all")
    page.click("Log in")
    page.sees("The e-mail address or the password is not right.")
    page.fill("Password", accounts.PASSWORD)
    page.click("Log in")
    # What was asked for is done without being asked for again.
    page.heading(name)
    assert [a["name"] for a in rest.get("/api/v1/agents").json()["agents"]].count(name) == 1
    assert page.eval("!document.querySelector('dialog')")
    page.goto("/agents")
    page.sees(name)


def test_what_somebody_else_typed_is_not_sent_by_who_logs_in(ending, owner, rest):  # noqa: F811
    page, _, end = ending
    page.fill("Name", "Of another")
    end()
    page.click("Create agent")
    page.fill("E-mail", owner)
    page.fill("Password", accounts.PASSWORD)
    page.click("Log in")
    page.until("!document.querySelector('dialog') && input('Name').value === ''")
    page.sees(owner)
    assert "Of another" not in [a["name"] for a in rest.get("/api/v1/agents").json()["agents"]]


def test_a_page_whose_session_ended_can_be_left(ending):
    page, email, end = ending
    end()
    page.click("Create agent")
    page.click("Leave the page")
    page.heading("Log in")
    assert page.run("return sessionStorage.length;") == 0
    page.log_in(email, accounts.PASSWORD)
    page.heading("Create an agent")
    assert page.value("Name") == ""
