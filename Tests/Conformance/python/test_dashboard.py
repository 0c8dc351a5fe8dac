"""The merchants' dashboard in Chromium, as people use it."""

import uuid

import pytest

import accounts
import calling
import stack as stacks
from conftest import client
from dashboard import browser, day, owner, rest, screen, shop, shown_day, signed_in, site, stack  # noqa: F401, fixtures
from screen import Screen


@pytest.fixture(scope="module")
def desk(rest):
    """An agent with a number and a variable, whose first words are over before a hasty caller goes; its id."""
    return calling.new_agent(
        rest, "+918047120001", name="Order desk", greeting="Hello.",
        variables=[{"name": "order_id", "required": True}], systemPrompt="Answer about order {{order_id}}.")


@pytest.fixture(scope="module")
def held(rest, desk):
    """A call of that agent that has ended, today."""
    calling.within_a_day()
    answer = rest.post("/api/v1/calls", json={
        "agentId": desk, "phoneNumber": calling.HASTY, "variables": {"order_id": "1"}})
    return calling.until(rest, answer.json()["callId"], {"COMPLETED"})


# Logging in and out

def test_a_wrong_password_is_told_in_words(stack, browser, owner):
    page = Screen(browser, stack, "/calls")
    page.log_in(owner, "not the password at all")
    page.sees("The e-mail address or the password is not right.")
    assert page.eval("document.activeElement.tagName") in ("BUTTON", "INPUT", "BODY")
    page.fill("Password", accounts.PASSWORD)
    page.click("Log in")
    # The page that was asked for, not the start.
    page.heading("Calls")
    assert page.complaints() == []


def test_a_session_lasts_over_a_reload_and_ends_by_logging_out(stack, browser, owner):
    page = Screen(browser, stack, "/settings")
    page.log_in(owner, accounts.PASSWORD)
    page.heading("Settings")
    kept = page.run("return sessionStorage.getItem('payaid.session');")
    page.goto("/settings/team")
    page.sees(owner)
    # Each reload uses its token up; the access token is nowhere where a script of a later page finds it.
    assert page.run("return sessionStorage.getItem('payaid.session');") != kept
    assert page.run("return Object.keys(localStorage).length + document.cookie.length;") == 0
    page.click("Log out")
    page.heading("Log in")
    page.goto("/settings/team")
    page.heading("Log in")
    assert page.run("return sessionStorage.length;") == 0


def test_a_session_that_the_server_ended_is_taken_up_by_logging_in(stack, browser, owner):
    page = Screen(browser, stack, "/agents")
    page.log_in(owner, accounts.PASSWORD)
    page.heading("Agents")
    # Another login's password change ends this one's session.
    with client(stack, None) as anybody:
        session = anybody.post("/api/v1/auth/login", json={"email": owner, "password": accounts.PASSWORD}).json()
        answer = anybody.post(
            "/api/v1/auth/password", headers={"authorization": f"Bearer {session['accessToken']}"},
            json={"oldPassword": accounts.PASSWORD, "newPassword": accounts.PASSWORD})
        assert answer.status_code == 200, answer.text
    page.click("Calls")
    page.sees("Your session has ended.")
    page.fill("Password", accounts.PASSWORD)
    page.click("Log in")
    page.heading("Calls")
    page.until("!document.querySelector('dialog, .skeleton')")


def test_a_token_that_is_refused_is_renewed_once(stack, browser, owner):
    page = Screen(browser, stack, "/agents")
    page.log_in(owner, accounts.PASSWORD)
    page.heading("Agents")
    # The first answer to the list is a 401, as if its token had ended on the way.
    page.run("""
      const ask = window.fetch;
      window.asked = [];
      window.fetch = (url, init) => {
        window.asked.push(url);
        if (window.asked.length === 1) return Promise.resolve(new Response("{}", {status: 401}));
        return ask(url, init);
      };""")
    page.click("Numbers")
    page.sees("No numbers yet")
    asked = page.run("return window.asked;")
    assert sum("/auth/refresh" in url for url in asked) == 1
    assert len(asked) > 2


def test_a_token_is_renewed_before_it_ends(stack, browser, owner):
    page = Screen(browser, stack, "/agents")
    page.log_in(owner, accounts.PASSWORD)
    page.heading("Agents")
    page.run("""
      const now = Date.now;
      Date.now = () => now() + 86370e3;
      const ask = window.fetch;
      window.asked = [];
      window.fetch = (url, init) => (window.asked.push(url), ask(url, init));""")
    page.click("Numbers")
    page.sees("No numbers yet")
    asked = page.run("return window.asked;")
    assert asked[0] == "/api/v1/auth/refresh" and sum("/auth/refresh" in url for url in asked) == 1


def test_a_copied_tab_ends_nobodys_session(stack, browser, owner):
    page = Screen(browser, stack, "/agents")
    page.log_in(owner, accounts.PASSWORD)
    page.heading("Agents")
    # A browser gives a copied tab the storage as it is then.
    kept = page.run("return sessionStorage.getItem('payaid.session');")
    copy = Screen(browser, stack, "/nowhere")
    copy.run("sessionStorage.setItem('payaid.session', kept);", kept=kept)
    for tab in (copy, copy, page, page, copy, page):
        tab.goto("/agents")
        tab.heading("Agents")


def test_a_new_tab_is_logged_in_by_one_that_is(stack, browser, owner):
    page = Screen(browser, stack, "/agents")
    page.log_in(owner, accounts.PASSWORD)
    page.heading("Agents")
    beside = Screen(browser, stack, "/calls", beside=page)
    beside.heading("Calls")
    # It has no refresh token, which works once; a token of its own that is refused is renewed by the tab that has.
    assert beside.run("return sessionStorage.length;") == 0
    kept = page.run("return sessionStorage.getItem('payaid.session');")
    beside.run("""
      const ask = window.fetch;
      let asked = 0;
      window.fetch = (url, init) => (asked += 1) > 1 ? ask(url, init) : Promise.resolve(new Response("{}", {status: 401}));""")
    beside.click("Numbers")
    beside.sees("No numbers yet")
    assert page.run("return sessionStorage.getItem('payaid.session');") != kept
    # Who logs out is out in both.
    third = Screen(browser, stack, "/agents/new", beside=page)
    third.fill("Name", "Half done")
    page.click("Log out")
    page.heading("Log in")
    beside.heading("Log in")
    # Nobody was asked about what was typed in the third one: it waits, and goes on when its user is back in any tab.
    third.sees("Your session has ended.")
    beside.log_in(owner, accounts.PASSWORD)
    beside.heading("Numbers")
    third.until("!document.querySelector('dialog') && input('Name').value === 'Half done'")
    for tab in page, beside, third:
        assert tab.complaints() == []


def test_another_browser_is_lent_nothing(stack, browser, owner):
    page = Screen(browser, stack, "/agents")
    page.log_in(owner, accounts.PASSWORD)
    page.heading("Agents")
    Screen(browser, stack, "/agents").heading("Log in")


# Calls

def test_a_call_is_placed_and_followed_to_its_end(screen, desk, rest):
    screen.goto(f"/calls/new?agent={desk}")
    screen.fill("Phone number", "12345")
    screen.fill("order_id", "4711")
    screen.click("Place the call")
    assert screen.error_at("Phone number") == "Must be +91 and ten digits."
    screen.fill("Phone number", calling.LEAVING.removeprefix("+91"))
    screen.click("Place the call")
    screen.heading("Call with +91 90000 00016")
    # What is said appears while it is said.
    screen.until("root().innerText.includes('In progress') && root().querySelectorAll('.line').length", 60)
    screen.sees("Completed", 60)
    screen.sees("The other side hung up.")
    screen.sees(", estimated")
    # What analysing it costs is in its cost.
    screen.until("!root().innerText.includes('The call is being analysed')", 60)
    call = rest.get("/api/v1/calls").json()["calls"][0]
    spoken = calling.get(rest, call["callId"])["transcript"][0]["text"]
    screen.sees(spoken)
    # Live speech does not name the language of a line: it is that of the call.
    assert screen.eval("[...root().querySelectorAll('.line > p:last-child')].every(e => e.lang === 'en')")
    cost = screen.eval("[...root().querySelectorAll('.facts > div')].find(e => e.innerText.startsWith('Cost'))"
                       ".querySelector('dd').innerText")
    assert cost == f"₹{calling.rupees(call['cost']['total']):.2f}"
    screen.click("Load the recording")
    screen.until("(e => e && e.duration > 1 && e.src.startsWith('blob:'))(root().querySelector('audio'))")


# What a load balancer answers in place of a server that is away.
AWAY = """
  const ask = window.fetch;
  const away = () => Promise.resolve(new Response("<html>Bad Gateway</html>", {status, headers: {"content-type": "text/html"}}));
"""


@pytest.mark.parametrize("status", [502, 503, 504, 429])
def test_a_call_is_followed_past_a_load_balancer_that_lost_the_server(screen, desk, rest, status):
    answer = rest.post("/api/v1/calls", json={
        "agentId": desk, "phoneNumber": calling.HASTY, "variables": {"order_id": "1"}})
    screen.goto("/calls")
    screen.run(AWAY + """
      window.followed = 0;
      window.fetch = (url, init) => url.endsWith(":watch") && (window.followed += 1) < 3 ? away() : ask(url, init);
      """, status=status)
    screen.until("(e => e && (e.click(), true))(root().querySelector(`a[href$='${id}']`))", id=answer.json()["callId"])
    screen.sees("Completed", 60)
    assert screen.run("return window.followed;") >= 3


@pytest.mark.parametrize("status,words", [
    (502, "The server cannot be reached right now."), (504, "The server took too long to answer."),
    (429, "Too many requests; try again later."), (500, "Something went wrong on our side."),
    (418, "The answer was HTTP 418 without a reason.")])
def test_what_is_no_answer_of_ours_is_told_in_words(screen, status, words):
    screen.goto("/calls")
    screen.run(AWAY + "window.fetch = away;", status=status)
    screen.click("Numbers")
    screen.sees(words)


def test_an_answer_that_was_lost_places_no_second_call(screen, desk, rest):
    def placed():
        return [c["callId"] for c in rest.get(f"/api/v1/calls?agentId={desk}").json()["calls"]]
    before = placed()
    screen.goto(f"/calls/new?agent={desk}")
    screen.fill("Phone number", calling.SILENT)
    screen.fill("order_id", "4712")
    screen.run("""
      const ask = window.fetch;
      window.fetch = async (url, init) => {
        const answer = await ask(url, init);
        if (init.method !== "POST") return answer;
        window.fetch = ask;
        throw new TypeError("lost");
      };""")
    screen.click("Place the call")
    screen.sees("The server cannot be reached right now.")
    screen.click("Place the call")
    screen.heading("Call with +91 90000 00009")
    made = set(placed()) - set(before)
    assert len(made) == 1 and screen.run("return location.pathname;").endswith(made.pop())
    screen.click("End call")
    screen.until("!named('button', 'End call')", 60)


def test_a_refused_call_tells_every_reason(screen, rest):
    agent = rest.post("/api/v1/agents", json={"name": "Promo", "language": "hi"}).json()["agentId"]
    screen.goto(f"/calls/new?agent={agent}")
    screen.fill("Phone number", calling.REGISTERED)
    screen.click("Place the call")
    screen.sees("The rules do not allow this call")
    answer = rest.post("/api/v1/calls", json={"agentId": agent, "phoneNumber": calling.REGISTERED}).json()
    reasons = next(d for d in answer["error"]["details"] if "violations" in d)["violations"]
    assert len(reasons) > 1
    # Its codes are folded away, and each remedy leads on.
    assert all(reason["type"] not in screen.text() for reason in reasons)
    assert screen.eval("named('a', 'To the templates') && new URL(named('a', 'To the agent').href).pathname")\
        == f"/dashboard/agents/{agent}"
    screen.run("document.querySelector('.notice details').open = true;")
    shown = screen.text()
    assert all(reason["type"] in shown for reason in reasons)
    # One that only the clock speaks against says from when on it may be placed.
    screen.run("""
      const ask = window.fetch;
      window.fetch = (url, init) => init.method !== "POST" ? ask(url, init) : Promise.resolve(new Response(JSON.stringify({
        error: {code: 400, status: "FAILED_PRECONDITION", message: "no", details: [
          {"@type": "type.googleapis.com/google.rpc.PreconditionFailure",
           violations: [{type: "CALLING_HOURS", subject: "call", description: "OUTSIDE_HOURS: too late"}]},
          {"@type": "type.googleapis.com/payaid.voice.v1.Decision", nextAllowedTime: "2026-12-02T04:30:00Z"}]}}),
        {status: 400}));""")
    screen.click("Place the call")
    screen.sees("It may be placed from 2 Dec 2026, 10:00 am on.")
    screen.sees("Too late. Place the call within these hours.")
    screen.run("document.querySelector('.notice details').open = true;")
    screen.sees("CALLING_HOURS OUTSIDE_HOURS")
    rest.delete(f"/api/v1/agents/{agent}")


def test_the_history_is_filtered_and_its_address_kept(screen, desk, held):
    screen.goto("/calls")
    screen.sees("+91 90000 00007")
    # The agents' names come with an answer of their own.
    row = screen.until(
        "(row => row && row.cells[1].innerText.trim() !== '…' && [...row.cells].map(c => c.innerText.trim()))("
        "root().querySelector(`a[href$='${id}']`)?.closest('tr'))", id=held["callId"])
    assert row[1:5] == ["Order desk", f"{round(calling.seconds(held['duration']))} s", "English", "Completed"]
    screen.choose("State", "Failed")
    screen.sees("No call matches")
    assert screen.run("return location.search;") == "?state=FAILED"
    screen.click("Clear filters")
    screen.choose("From day", str(day(1)))
    screen.sees("No call matches")
    screen.choose("From day", held["createTime"][:10])
    screen.choose("Agent", "Order desk")
    screen.sees("+91 90000 00007")
    screen.choose("To day", "2020-01-01")
    screen.sees("The days are the wrong way round")
    # A day that there is not is no filter.
    screen.goto("/calls?from=2026-13-45&to=2026-02-30")
    screen.sees("+91 90000 00007")
    screen.goto("/calls?agent=nonsense&state=nonsense&from=nonsense")
    screen.sees("No call matches")


# Numbers, analytics and settings

def test_numbers_are_shown_in_groups(screen):
    screen.goto("/numbers")
    for kind, form in (("Toll-free", r"^\+91 1800 \d{3} \d{3}$"), ("Landline", r"^\+91 \d{5} \d{5}$")):
        screen.choose("Kind", kind)
        screen.click("Find numbers")
        screen.until("(rows => rows.length && rows.every(e => new RegExp(form).test(e.innerText)))("
                     "[...([...root().querySelectorAll('table')].find(e => e.caption.textContent === 'Numbers to rent')"
                     "?.querySelectorAll('tbody td:first-child') ?? [])])", form=form)


def test_the_figures_are_those_of_the_api(screen, rest, desk, held):
    figures = rest.get("/api/v1/analytics/dashboard?period=PERIOD_TODAY").json()
    screen.goto("/analytics")
    screen.tick("Today")
    screen.until("!root().querySelector('.stale, .skeleton')")
    shown = dict(screen.eval("[...root().querySelectorAll('.figure-card')].map("
                             "e => [e.querySelector('dt').innerText, e.querySelector('dd').innerText])"))
    assert shown["Calls"] == figures["totalCalls"]
    assert shown["Success rate"] == f"{figures['successRate']:.1%}".replace(".0%", "%")
    assert shown["Average duration"] == f"{round(calling.seconds(figures['averageDuration']))} s"
    assert shown["Total cost"] == f"₹{calling.rupees(figures['totalCost']):.2f}"
    legend = screen.eval("[...root().querySelectorAll('.legend li')].map(e => e.innerText.replace(/\\s+/g, ' '))")
    assert legend == [f"Order desk {figures['totalCalls']} · 100%"]
    assert len(screen.eval("[...root().querySelectorAll('circle.slice')].map(e => e.id)")) == 1
    screen.choose("Agent", "Order desk")
    screen.until("!root().querySelector('.stale, .skeleton')")
    revenue = rest.get(f"/api/v1/analytics/revenue?startDate={day(-300)}").json()
    screen.sees(f"₹{calling.rupees(revenue['total']):.2f}")


def test_a_new_merchant_is_led_to_the_first_call(stack, browser):
    made = stack.new_merchant(f"{uuid.uuid4()}@example.in")
    page = Screen(browser, stack, "/analytics")
    page.log_in(accounts.user(stack, made, f"{uuid.uuid4()}@example.in"), accounts.PASSWORD)
    page.sees("The way to your first call")

    def standing():
        page.until("!root().querySelector('.skeleton') && root().querySelectorAll('.item').length === 8")
        return page.eval("[...root().querySelectorAll('.item')].map(e => e.querySelector('.badge').innerText)")

    assert standing() == ["To do"] * 8
    with client(stack, made) as shop:
        calling.new_agent(shop, "+918047120009", name="First", purpose="CALL_PURPOSE_SERVICE")
    page.goto("/analytics")
    assert standing() == ["To do", "To do", "Done", "To do", "Done", "Done", "Done", "To do"]
    page.click("Record its declaration")
    page.heading("Numbers")
    assert page.complaints() == []


def test_large_figures_read_as_in_india(screen):
    screen.goto("/calls")
    screen.run("""
      const ask = window.fetch;
      window.fetch = (url, init) => !url.includes("/analytics/dashboard") ? ask(url, init)
        : Promise.resolve(new Response(JSON.stringify({
          totalCalls: "1234567", completedCalls: "1000000", successRate: 0.8125, averageDuration: "125.4s",
          totalCost: {currencyCode: "INR", units: "12345678", nanos: 500000000},
          callsByAgent: [{agentName: "A", calls: "1234567"}], sentiment: {positive: "1000000"},
          startTime: "2026-11-30T18:30:00Z", endTime: "2026-12-01T18:31:00Z"})));""")
    screen.click("Analytics")
    for text in ("12,34,567", "₹1,23,45,678.50", "81.3%", "2 min 05 s", "From 1 Dec 2026 to 2 Dec 2026, 12:01 am"):
        screen.sees(text)


def test_the_business_says_who_it_is(screen, rest, stack, shop):
    rest.patch("/api/v1/merchant", params={"updateMask": "kyc"}, json={}).raise_for_status()
    screen.goto("/settings")
    screen.sees("Still missing: legal name")
    screen.fill("Legal name", "Sharma Textiles Private Limited")
    screen.choose("Kind of business", "Company")
    screen.fill("PAN", "wrong")
    screen.click("Save details")
    assert screen.error_at("PAN")
    screen.sees("PAN: is no permanent account number.")
    screen.fill("PAN", "ABCCS1234F")
    screen.fill("GSTINs", "29ABCCS1234F1Z5, nonsense")
    screen.click("Save details")
    assert screen.error_at("GSTINs")
    screen.sees("GSTINs 1: ")
    screen.fill("GSTINs", "")
    screen.click("Save details")
    screen.sees("Business details saved")
    kyc = rest.get("/api/v1/merchant").json()["kyc"]
    assert (kyc["legalName"], kyc["constitution"]) == ("Sharma Textiles Private Limited", "COMPANY")
    assert screen.value("PAN") == kyc["pan"] != "ABCCS1234F"
    # The masked number is not sent back.
    screen.fill("Registered address", "1 MG Road, Bengaluru")
    screen.click("Save details")
    screen.until("input('Registered address')?.value && !root().innerText.includes('registered address,')")
    assert rest.get("/api/v1/merchant").json()["kyc"]["pan"] == kyc["pan"]
    screen.fill("CIN or LLPIN", "U72900KA2019PTC123456")
    screen.fill("DLT entity id", "1101234567890123456")
    screen.fill("What the agents call people for", "Orders")
    screen.choose("Sector", "None of these")
    screen.click("Save details")
    screen.sees("Being checked")
    stack.operator("merchant", "review", shop["id"], "--by", "operator@example.in", "--reject",
                   "--reason", "The address is another's.")
    screen.goto("/settings")
    screen.sees("The operator said: The address is another's.")
    screen.fill("Registered address", "2 MG Road, Bengaluru")
    screen.click("Save details")
    screen.sees("Being checked")
    stack.operator("merchant", "review", shop["id"], "--by", "operator@example.in")
    screen.goto("/settings")
    screen.sees("Approved")
    screen.sees("1102000000000000002")
    screen.sees("Bound until")
    bind = ("merchant", "bind", shop["id"], "--by", "operator@example.in")
    stack.operator(*bind, "--revoke", "--reason", "It is gone from the platform.")
    screen.goto("/settings")
    screen.sees("Bind your DLT entity id to this telemarketer")
    stack.operator(*bind)


def test_what_is_saved_of_the_business_leaves_the_rest_as_it_was_typed(screen, rest):
    screen.goto("/settings")
    screen.fill("What the agents call people for", "Returns")
    screen.fill("Name", "Sharma & Daughters")
    screen.click("Save profile")
    screen.sees("Profile saved")
    assert screen.value("What the agents call people for") == "Returns"
    # One form is saved, the other is not.
    screen.click("Webhooks")
    screen.sees("What you changed on this page is not saved yet and will be lost.")
    screen.click("Cancel")
    screen.click("Save details")
    screen.sees("Business details saved")
    found = rest.get("/api/v1/merchant").json()
    assert (found["name"], found["kyc"]["useCase"]) == ("Sharma & Daughters", "Returns")
    screen.click("Webhooks")
    screen.sees("Endpoints")


def test_keys_are_made_and_revoked(screen, stack):
    screen.goto("/settings/api-keys")
    screen.click("Create key")
    # The dialog's own button, and not the page's. What was not chosen is not taken for everything.
    screen.click("Create key")
    screen.sees("What it may do: must be chosen.")
    assert screen.error_at("Name") == "Must be set."
    screen.fill("Name", "till")
    screen.tick("Only these")
    screen.click("Create key")
    screen.sees("What it may do: must have at least one.")
    screen.tick("agents.read")
    screen.click("Create key")
    screen.sees("It is shown this once")
    key, secret = screen.eval("[...root().querySelectorAll('.copyable code')].map(e => e.innerText)")
    screen.click("I have copied it")
    with client(stack, {"key": key, "secret": secret}) as till:
        assert till.get("/api/v1/agents").status_code == 200
        assert till.get("/api/v1/calls").status_code == 403
        screen.sees("till")
        screen.sees(f"Until {shown_day(day(365))}")
        assert secret not in screen.text()
        screen.click("Revoke till")
        screen.click("Revoke key")
        screen.sees("Revoked")
        stacks.wait_for(lambda: till.get("/api/v1/agents").status_code in (401, 403))


def test_origins_of_browsers_are_set(screen, rest):
    screen.goto("/settings/api-keys")
    screen.fill("Origins", "https://app.example.in\nshop.example.in")
    screen.click("Save origins")
    screen.sees("Origins 2: must be as browsers write it")
    assert "https://host" in screen.error_at("Origins")
    screen.fill("Origins", "https://app.example.in\nhttps://shop.example.in:8443")
    screen.click("Save origins")
    screen.sees("Origins saved")
    assert rest.get("/api/v1/merchant").json()["corsOrigins"] == ["https://app.example.in", "https://shop.example.in:8443"]
    screen.fill("Origins", "")
    screen.click("Save origins")
    screen.until("!root().innerText.includes('shop.example.in') && input('Origins').value === ''")
    stacks.wait_for(lambda: "corsOrigins" not in rest.get("/api/v1/merchant").json())


def test_webhooks_are_set_and_tested(screen, rest):
    screen.goto("/settings/webhooks")
    screen.fill("URL", "ftp://nowhere.example.in")
    screen.click("Save URL")
    assert screen.error_at("URL") == "Must begin with https://."
    screen.fill("URL", "shop.example.in")
    screen.click("Save URL")
    screen.sees("URL: must begin with https://.")
    assert screen.error_at("URL") == "Must begin with https://."
    screen.fill("URL", "https://shop.example.in/hooks")
    screen.click("Save URL")
    screen.sees("follows the webhook URL above")
    assert rest.get("/api/v1/merchant").json()["webhookUrl"] == "https://shop.example.in/hooks"
    screen.click("Send test")
    screen.sees("webhook.test")
    screen.fill("URL", "")
    screen.click("Save URL")
    screen.sees("No endpoints yet")


@pytest.mark.parametrize("part,button,field", [
    ("api-keys", "Create key", "Name"), ("webhooks", "Add endpoint", "URL"), ("team", "Add person", "Name"),
    ("secrets", "Add secret", "Secret’s name")])
def test_a_dialog_of_settings_asks_before_what_was_entered_is_lost(screen, part, button, field):
    screen.goto(f"/settings/{part}")
    screen.click(button)
    screen.until("document.querySelector('dialog')")
    screen.fill(field, "till")
    screen.press("Escape")
    screen.sees("What you entered is not saved and will be lost.")
    screen.click("Cancel")
    assert screen.value(field) == "till"
    screen.press("Escape")
    screen.click("Close it")
    screen.until("!document.querySelector('dialog')")


def test_people_are_added_with_a_role_that_holds(screen, stack, browser):
    email = f"viewer-{uuid.uuid4()}@example.in"
    screen.goto("/settings/team")
    screen.click("Add person")
    screen.fill("E-mail", email)
    screen.choose("Role", "Viewer")
    screen.fill("First password", "short")
    # The dialog's own button.
    screen.click("Add person")
    assert "12 to 128" in screen.error_at("First password")
    screen.fill("First password", accounts.PASSWORD)
    screen.click("Add person")
    screen.sees(f"{email} was added")
    viewer = Screen(browser, stack, "/settings/api-keys")
    viewer.log_in(email, accounts.PASSWORD)
    viewer.sees("Not for your role")
    viewer.goto("/agents")
    viewer.sees("Order desk")
    assert viewer.eval("!named('a', 'Create agent') && !named('button', 'Delete Order desk')")
    assert viewer.complaints() == []


def test_a_password_is_changed(screen):
    screen.goto("/settings/password")
    screen.fill("Password so far", "wrong wrong wrong")
    screen.fill("New password", accounts.PASSWORD)
    screen.fill("New password again", "something else")
    screen.click("Change password")
    assert screen.error_at("New password again") == "Is not the same as the new password."
    screen.fill("New password again", accounts.PASSWORD)
    screen.click("Change password")
    assert screen.error_at("Password so far") == "Is not your password."
    screen.fill("Password so far", accounts.PASSWORD)
    screen.click("Change password")
    screen.sees("Password changed")


# Every page

def test_a_breach_of_the_policy_would_be_seen(stack, browser):
    page = Screen(browser, stack, "/")
    assert page.complaints() == []
    page.run("""document.body.insertAdjacentHTML("beforeend", '<p style="color: red">x</p>');""")
    page.run("""const script = document.createElement("script");
      script.textContent = "window.broken = 1"; document.body.append(script);""")
    assert page.run("return window.broken;") is None
    assert len([text for text in page.complaints() if "Content Security Policy" in text]) == 2


@pytest.mark.parametrize("width", [1280, 1210, 1024, 900, 768, 360])
def test_tables_keep_numbers_and_times_whole_and_fit(screen, rest, held, width):
    rest.post("/api/v1/api-keys", json={"displayName": "Wide", "scopes": [
        "agents.read", "agents.write", "calls.read", "compliance.write", "knowledge.write"]}).raise_for_status()
    screen.resize(width, 900)
    try:
        for path in "/agents", "/calls", "/numbers", "/settings/api-keys", "/settings/team":
            screen.goto(path)
            screen.until("!root().querySelector('.skeleton, .splash') && root().querySelector('table.table')")
            assert screen.eval("document.documentElement.scrollWidth <= innerWidth"), path
            # Whatever has to be scrolled to is out of sight.
            assert screen.eval("[...document.querySelectorAll('.table-box')].filter(e => e.scrollWidth > e.clientWidth"
                               " && getComputedStyle(e).overflowX !== 'visible').length") == 0, path
            lines = screen.eval(
                "[...document.querySelectorAll('td .nowrap, td.nowrap a, td.nowrap .strong')].filter(e => shown(e))"
                ".filter(e => new Set([...e.getClientRects()].map(r => r.top)).size > 1).map(e => e.innerText)")
            assert lines == [], path
    finally:
        screen.resize(1280, 900)


def test_every_page_has_a_heading_and_labels_and_fits_a_phone(screen, desk, held):
    paths = ["/analytics", "/agents", "/agents/new", f"/agents/{desk}", f"/agents/{desk}/knowledge",
             f"/agents/{desk}/versions", "/calls", "/calls/new", f"/calls/{held['callId']}", "/numbers", "/settings",
             "/settings/webhooks", "/settings/api-keys", "/settings/secrets", "/settings/team", "/settings/password",
             "/nowhere"]
    screen.resize(360, 740)
    try:
        for path in paths:
            screen.goto(path)
            screen.until("!root().querySelector('.skeleton, .splash')")
            assert screen.eval("document.querySelectorAll('h1').length === 1 && document.title.includes(' · ')"), path
            width = screen.eval("document.documentElement.scrollWidth")
            assert width <= 360, (path, width)
            unnamed = screen.eval(
                "[...document.querySelectorAll('input, select, textarea, button, a, audio')].filter(e => shown(e)"
                " && !(e.labels?.length || name(e))).map(e => e.outerHTML)")
            assert unnamed == [], path
    finally:
        screen.resize(1280, 900)
