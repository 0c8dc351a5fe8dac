"""The dashboard's pages of compliance in Chromium: what merchants read and record there, and what their roles let them."""

import datetime
import itertools
import re
import uuid

import pytest

import accounts
import browser as browsers
import calling
import stack as stacks
from dashboard import (  # noqa: F401, fixtures
    browser, day, midnight, owner, rest, screen, shop, shown_day, signed_in, site, stack)
from screen import Screen

ROOT = "/api/v1/compliance"
ONE_DAY = datetime.timedelta(days=1)
NUMBERS = (f"+9198{n:08}" for n in itertools.count(41_000_000))


@pytest.fixture()
def number():
    """A number that no other test uses."""
    return next(NUMBERS)


@pytest.fixture(scope="module")
def desk(rest):
    """An agent that may call about what people have bought; its id."""
    return calling.new_agent(rest, "+918047120071", name="Order desk", purpose="CALL_PURPOSE_SERVICE")


@pytest.fixture(scope="module")
def held(rest, desk):
    """A call of that agent that has ended."""
    return calling.until(rest, calling.place(rest, desk, calling.HASTY), {"COMPLETED"})


@pytest.fixture(scope="module")
def viewer(stack, shop, browser):
    """The page of somebody who may only read."""
    email = accounts.user(stack, shop, f"viewer-{uuid.uuid4()}@example.in", role="viewer")
    page = Screen(browser, stack, "/compliance")
    page.log_in(email, accounts.PASSWORD)
    page.heading("Compliance")
    yield page
    assert page.complaints() == []


def shown(number):
    """A number as pages show it."""
    return f"{number[:3]} {number[3:8]} {number[8:]}"


def consent(rest, number, purpose="SERVICE", **more):
    answer = rest.post(f"{ROOT}/consents", json={
        "phoneNumber": number, "basis": "INFERRED", "purposes": [f"CALL_PURPOSE_{purpose}"],
        "statement": "A customer since 2024.", "evidence": "order 4711", "grantTime": midnight(day(-30)), **more})
    answer.raise_for_status()
    return answer.json()


def refuse(rest, desk, number):
    """Has a call refused, since its number is on the do-not-call list; the decision's id."""
    rest.post(f"{ROOT}/suppressions", json={"phoneNumber": number, "reason": "opt_out"}).raise_for_status()
    answer = rest.post("/api/v1/calls", json={"agentId": desk, "phoneNumber": number})
    assert answer.status_code == 400, answer.text
    return next(d["decisionId"] for d in answer.json()["error"]["details"] if "decisionId" in d)


def find(screen, text):
    screen.fill("Phone number", text)
    screen.click("Find")


# Consents

def test_a_consent_is_recorded_read_and_withdrawn(screen, rest, number):
    screen.goto("/compliance/consents")
    screen.click("Record a consent")
    screen.fill("Phone number", "12345")
    screen.click("Record consent")
    assert screen.error_at("Phone number") == "Must be +91 and ten digits."
    screen.sees("Purposes: must name")
    screen.fill("Phone number", number.removeprefix("+91"))
    screen.tick("Service")
    screen.tick("Promotional")
    screen.fill("What the person agreed to", "Yes, call me.\nAbout offers too.")
    screen.fill("Evidence", "recording 7")
    given, last = day(-1), day(30)
    screen.choose("Given", f"{given}T10:30")
    screen.choose("Last day", str(given - ONE_DAY))
    screen.click("Record consent")
    assert screen.error_at("Last day") == "Must not be before the day on which it was given."
    screen.sees("Last day: must not be before")
    screen.choose("Last day", str(last))
    screen.click("Record consent")
    screen.sees("The consent was recorded")
    [made] = rest.get(f"{ROOT}/consents", params={"phoneNumber": number}).json()["consents"]
    assert made["purposes"] == ["CALL_PURPOSE_SERVICE", "CALL_PURPOSE_PROMOTIONAL"]
    # What is typed is Indian time, and the last day counts.
    assert (made["grantTime"], made["expireTime"]) == (f"{given}T05:00:00Z", midnight(last + ONE_DAY))
    find(screen, number)
    screen.until("root().querySelectorAll('tbody tr').length === 1 && !root().querySelector('.stale')")
    assert screen.rows()[0] == [
        shown(number), "Good", "Service, Promotional", "The person agreed", f"{shown_day(given)}, 10:30 am",
        shown_day(last)]
    screen.click(shown(number))
    screen.heading(f"Consent of {shown(number)}")
    screen.sees("About offers too.")
    screen.sees("recording 7")
    screen.click("Withdraw")
    screen.click("Withdraw consent")
    screen.sees("The consent was withdrawn")
    screen.until("!named('button', 'Withdraw') && root().querySelector('.badge').innerText === 'Withdrawn'")
    assert rest.get(f"{ROOT}/consents/{made['consentId']}").json()["state"] == "WITHDRAWN"
    # Nobody may ask again for ninety days, which is said in Indian time.
    screen.goto("/compliance/forms")
    screen.click("Create form")
    screen.fill("Phone number", number)
    screen.tick("Service")
    screen.click("Create form")
    screen.sees(f"may not be asked for consent before {shown_day(day(90))}, ")


def test_a_number_is_looked_for_whole_and_stays_out_of_the_address(screen, rest, number):
    for each in number, next(NUMBERS):
        consent(rest, each)
    screen.goto("/compliance/consents")
    find(screen, "98765")
    assert screen.error_at("Phone number") == "Must be +91 and ten digits."
    find(screen, shown(next(NUMBERS)))
    screen.sees("No consent of this number")
    find(screen, number.removeprefix("+91"))
    screen.until("root().querySelectorAll('tbody tr').length === 1")
    assert screen.run("return location.search;") == ""
    screen.click("Clear")
    screen.until("!named('button', 'Clear') && root().querySelectorAll('tbody tr').length > 1")


def test_what_follows_from_a_relationship_covers_no_promotion(screen, rest, number):
    screen.goto("/compliance/consents")
    screen.click("Record a consent")
    screen.tick("Promotional")
    screen.choose("What it rests on", "They are a customer")
    screen.until("!input('Promotional')")
    screen.tick("Service")
    screen.fill("Phone number", number)
    screen.click("Record consent")
    screen.sees("The consent was recorded")
    [made] = rest.get(f"{ROOT}/consents", params={"phoneNumber": number}).json()["consents"]
    assert (made["basis"], made["purposes"]) == ("INFERRED", ["CALL_PURPOSE_SERVICE"])


# Forms

def test_a_form_is_made_sent_and_answered(screen, stack, rest, number):
    screen.goto("/compliance/forms")
    screen.click("Create form")
    # The dialog's own button.
    screen.click("Create form")
    assert screen.error_at("Phone number")
    screen.sees("Must name a purpose.")
    screen.fill("Phone number", number)
    screen.tick("Promotional")
    screen.fill("What you offer", "Offers on silk, once a month.")
    screen.fill("Days that the consent lasts", "200")
    screen.click("Create form")
    assert "1 to 180" in screen.error_at("Days that the consent lasts")
    screen.fill("Days that the consent lasts", "30")
    screen.choose("Language", "English")
    screen.click("Create form")
    screen.sees("The form is ready")
    link = screen.eval("root().querySelector('.copyable code').innerText")
    screen.click("I have copied it")
    find(screen, number)
    screen.until("root().querySelectorAll('tbody tr').length === 1 && !root().querySelector('.stale')")
    assert screen.rows()[0][:4] == [shown(number), "Waits for an answer", "Promotional", "English"]
    assert link not in screen.text()
    # The person's own browser.
    person = browsers.Page(screen.browser, stack.url + "/consent/" + link.rsplit("/", 1)[1])
    stacks.wait_for(lambda: person.run("return document.querySelectorAll('input[type=checkbox]').length;") == 1)
    person.run("document.querySelector('input[type=checkbox]').click();"
               "document.querySelector('form button').click();")
    [form] = rest.get(f"{ROOT}/consent-forms", params={"phoneNumber": number}).json()["consentForms"]
    stacks.wait_for(lambda: rest.get(f"{ROOT}/consent-forms/{form['consentFormId']}").json()["state"] == "GIVEN")
    screen.goto(f"/compliance/forms/{form['consentFormId']}")
    screen.sees("Given")
    screen.sees("30 days")
    screen.sees("Offers on silk, once a month.")
    screen.click("To the consent")
    screen.heading(f"Consent of {shown(number)}")
    screen.sees("Ticked on the form")
    screen.click("To the form and its notice")
    screen.heading(f"Form for {shown(number)}")
    # The person's browser is English.
    screen.until("root().querySelectorAll('.quoted')[1]?.lang === 'en'")


def test_a_dialog_asks_before_what_was_entered_is_lost(screen, number):
    screen.goto("/compliance/consents")
    for way in ("Cancel", "Escape"):
        leave = (lambda: screen.press("Escape")) if way == "Escape" else lambda: screen.click("Cancel")
        screen.click("Record a consent")
        screen.sees("What it rests on")
        leave()
        screen.until("!document.querySelector('dialog')")
        screen.click("Record a consent")
        screen.fill("What the person agreed to", "Yes, call me.")
        leave()
        screen.sees("What you entered is not saved and will be lost.")
        leave()
        screen.until("document.querySelectorAll('dialog').length === 1")
        assert screen.value("What the person agreed to") == "Yes, call me."
        leave()
        screen.click("Close it")
        screen.until("!document.querySelector('dialog')")


# The do-not-call list

def test_a_number_is_put_on_the_do_not_call_list(screen, rest, number):
    screen.goto("/compliance/do-not-call")
    screen.click("Add a number")
    screen.fill("Phone number", "12")
    screen.click("Add to the list")
    assert screen.error_at("Phone number") == "Must be +91 and ten digits."
    screen.fill("Phone number", number.removeprefix("+91"))
    screen.choose("Why", "Complaint")
    screen.click("Add to the list")
    screen.sees(f"{shown(number)} is on the list")
    find(screen, number)
    screen.until("root().querySelectorAll('tbody tr').length === 1 && !root().querySelector('.stale')")
    row = screen.rows()[0]
    assert (row[0], row[1], row[3]) == (shown(number), "Complaint", "–")
    [there] = rest.get(f"{ROOT}/suppressions", params={"phoneNumber": number}).json()["suppressions"]
    assert there["reason"] == "complaint"
    find(screen, next(NUMBERS))
    screen.sees("Not on the list")


# Decisions

def test_a_refusal_is_told_in_words(screen, rest, desk, number):
    decision = refuse(rest, desk, number)
    screen.goto("/compliance")
    screen.choose("Decision", "Refused")
    screen.until("root().querySelectorAll('tbody tr').length && !root().querySelector('.stale')")
    assert screen.run("return location.search;") == "?verdict=BLOCK"
    row = stacks.wait_for(lambda: (row := screen.rows()[0])[3] != "…" and row)
    # No call was made, so nobody's number is kept.
    assert row[1:] == ["Refused", "Not on your do-not-call list", "Order desk", "–", "Not made"]
    screen.click(row[0])
    screen.heading("Call refused")
    for text in ("One rule speaks against the call.", "The number is on the merchant's do-not-call list.",
                 "TCCCPR 2018, opt-out", "Waiting does not help", "Not kept: no call was made", decision):
        screen.sees(text)
    # What speaks against it comes first; what does not concern it is folded away.
    assert screen.eval("root().querySelector('.item .badge').innerText") == "Against"
    stored = rest.get(f"{ROOT}/decisions/{decision}").json()
    others = sum(result["outcome"] == "NOT_APPLICABLE" for result in stored["results"])
    assert screen.eval("[...root().querySelectorAll('.split > .card > .items > .item')].length") \
        == len(stored["results"]) - others
    screen.sees(f"{others} rules do not concern this call")
    screen.click("In the audit log")
    screen.sees("The rules decided on a call")
    assert screen.run("return location.search;") == f"?subject={stored['callId']}"


def test_no_rule_of_the_gate_was_forgotten():
    """Also of rules that are not yet law, or no more: what the gate's tables name has words, and nothing else has."""
    sources = (stacks.ROOT / "Sources/Product/Compliance").rglob("*.swift")
    named = {name for source in sources for name in re.findall(r'GateRule\(\s*"([A-Z0-9_]+)"', source.read_text())}
    words = (stacks.ROOT / "Clients/dashboard/src/compliance/rules.ts").read_text()
    assert len(named) > 20 and named == set(re.findall(r"^  ([A-Z0-9_]+): \{", words, re.MULTILINE))


def test_every_rule_has_words(screen, rest, desk, number):
    screen.goto("/compliance/check")
    screen.fill("Phone number", "1")
    screen.click("Ask the rules")
    assert screen.error_at("Phone number") == "Must be +91 and ten digits."
    screen.fill("Phone number", number)
    screen.choose("Agent", "Order desk")
    screen.click("Ask the rules")
    screen.sees("The call may be placed")
    # What was said of one number does not stand beside another.
    screen.fill("Phone number", next(NUMBERS))
    screen.until("!root().innerText.includes('The call may be placed')")
    screen.fill("Phone number", number)
    screen.sees("The call may be placed")
    # When all of them are law.
    law = max(day(1), datetime.date(2027, 6, 1))
    screen.choose("When", f"{law}T12:00")
    screen.click("Ask the rules")
    screen.sees(f"Asked for {shown_day(law)}, 12:00 pm.")
    answer = rest.post(f"{ROOT}:check", json={
        "agentId": desk, "phoneNumber": number, "time": f"{law}T06:30:00Z"}).json()
    rules = [result["rule"] for result in answer["results"]]
    titles = screen.eval("[...root().querySelectorAll('.item .strong')].map(e => e.textContent)")
    assert len(titles) == len(rules) > 18 and not set(titles) & set(rules)


def test_when_only_the_clock_is_against_it_the_next_time_is_told(screen, rest, number):
    agent = calling.new_agent(rest, "+918047120073", name="Collections", purpose="CALL_PURPOSE_RECOVERY")
    screen.goto("/compliance/check")
    screen.fill("Phone number", number)
    screen.choose("Agent", "Collections")
    screen.choose("When", f"{day(1)}T21:00")
    screen.click("Ask the rules")
    screen.sees("The call may not be placed")
    screen.sees(f"It may be placed from {shown_day(day(2))}, 8:00 am on.")
    screen.sees("Hours of recovery")
    rest.delete(f"/api/v1/agents/{agent}")


def test_decisions_are_looked_for_by_number_call_and_day(screen, held, rest, desk):
    screen.goto("/compliance")
    for wanted in (shown(calling.HASTY), held["callId"]):
        screen.fill("Phone number or call", wanted)
        screen.click("Find")
        screen.until("!root().querySelector('.stale, .skeleton') && root().querySelectorAll('tbody tr').length"
                     " && [...root().querySelectorAll('tbody tr')].every(e => e.innerText.includes('90000 00007'))")
        # When it was asked for, and when it was dialled.
        assert [row[1] for row in screen.rows()] == ["Allowed", "Allowed"]
    screen.click("Clear")
    screen.choose("From day", str(day(1)))
    screen.sees("No decision matches")
    screen.choose("To day", "2020-01-01")
    assert screen.error_at("From day") == "Is after the last day."
    screen.click("Clear filters")
    screen.until("root().querySelectorAll('tbody tr').length > 1")
    screen.goto("/compliance?verdict=nonsense&from=nonsense")
    screen.until("root().querySelectorAll('tbody tr').length > 1")
    # A year comes digit by digit; only a whole one is asked for.
    screen.goto("/compliance")
    screen.until("root().querySelectorAll('tbody tr').length > 1")
    screen.run("""
      const ask = window.fetch;
      window.asked = [];
      window.fetch = (url, init) => (url.includes("/decisions?") && window.asked.push(url), ask(url, init));""")
    year = str(day().year)
    for digits in range(1, 5):
        screen.choose("From day", f"{year[:digits]:0>4}-01-01")
    screen.until("location.search === query", query=f"?from={year}-01-01")
    screen.until("!root().querySelector('.stale')")
    assert len(screen.run("return window.asked;")) == 1


def test_a_call_leads_to_what_the_rules_said_of_it(screen, held):
    screen.goto(f"/calls/{held['callId']}")
    screen.until("named('h2', 'Compliance').closest('.card').querySelectorAll('.item').length === 2")
    screen.run("document.querySelector('h2[id]'); [...document.querySelectorAll('a')]"
               ".find(a => a.textContent.startsWith('What the rules said')).click();")
    screen.heading("Call allowed")
    screen.sees("Nothing speaks against it.")
    screen.click("To the call")
    screen.heading(f"Call with {shown(calling.HASTY)}")


def test_a_call_that_was_blocked_says_why(screen, held, rest, desk):
    decisions = rest.get(f"{ROOT}/decisions", params={"callId": held["callId"]}).json()["decisions"]
    blocked = decisions[0] | {"verdict": "BLOCK", "nextAllowedTime": "2026-12-02T04:30:00Z", "results": [
        {"rule": "CALLING_HOURS", "outcome": "FAIL", "explanation": "OUTSIDE_HOURS: promotional calls begin later"}]}
    screen.goto("/calls")
    screen.run("""
      const ask = window.fetch;
      window.fetch = (url, init) => {
        const answer = url.includes("/compliance/decisions") ? {decisions: [blocked]}
          : url.includes("/calls/call_") ? call : undefined;
        return answer ? Promise.resolve(new Response(JSON.stringify(answer))) : ask(url, init);
      };""", blocked=blocked, call=held | {"state": "BLOCKED", "endReason": "compliance", "transcript": []})
    screen.click(shown(calling.HASTY))
    for text in ("did not allow it when it was to be dialled", "Promotional calls begin later.",
                 "It may be placed from 2 Dec 2026, 10:00 am on."):
        screen.sees(text)


# Erasure

def test_a_person_is_erased(screen, rest, number):
    made = consent(rest, number)
    screen.goto("/compliance/erasures")
    screen.click("Erase a person")
    screen.fill("Phone number", "12")
    screen.choose("An order has them kept until", "2020-01-01")
    screen.click("Continue")
    assert screen.error_at("Phone number") == "Must be +91 and ten digits."
    screen.fill("Phone number", number)
    screen.choose("Why", "Consent was withdrawn")
    # Enter in the field asks, and does not erase.
    screen.run("document.querySelector('dialog input').focus();")
    screen.press("Enter")
    screen.sees(f"Erase the person of {shown(number)}?")
    screen.sees("An order has the calls kept until 1 Jan 2020.")
    screen.click("Erase for good")
    assert "must lie ahead" in screen.error_at("An order has them kept until").lower()
    assert rest.get(f"{ROOT}/consents/{made['consentId']}").json()["phoneNumber"] == number
    screen.choose("An order has them kept until", "")
    screen.click("Continue")
    screen.sees("No order has the calls kept.")
    screen.click("Erase for good")
    screen.heading("Erasure of a person")
    # The page follows it.
    screen.until("root().querySelector('.standing .badge').innerText === 'Done'", 30)
    facts = dict(screen.eval("[...root().querySelectorAll('.facts > div')].map(e => "
                             "[e.querySelector('dt').innerText, e.querySelector('dd').innerText])"))
    assert (facts["Consents"], facts["Why"]) == ("1", "Consent was withdrawn")
    assert shown(number)[4:] not in screen.text()
    screen.goto("/compliance/erasures")
    screen.until("root().querySelectorAll('tbody tr').length")
    assert screen.rows()[0][1:3] == ["Done", "Consent was withdrawn"]
    screen.goto(f"/compliance/consents/{made['consentId']}")
    screen.sees("The person was erased: what they said is gone.")
    assert not screen.eval("named('button', 'Withdraw')")


def test_what_the_law_keeps_is_told_with_its_end(screen, rest, desk, number):
    call = calling.place(rest, desk, calling.SILENT)
    calling.listen(rest, call)
    screen.goto("/compliance/erasures")
    screen.click("Erase a person")
    screen.fill("Phone number", calling.SILENT)
    # Longer than the year of the law, from May 2027 on.
    held_until = day(400)
    screen.choose("An order has them kept until", str(held_until))
    screen.click("Continue")
    screen.sees(f"An order has the calls kept until {shown_day(held_until)}.")
    screen.click("Erase for good")
    screen.heading("Erasure of a person")
    screen.until("root().querySelector('.standing .badge').innerText === 'Done'", 60)
    screen.sees("Order to keep them")
    assert screen.rows()[0][1:] == ["1", shown_day(held_until)]
    screen.goto(f"/calls/{call}")
    screen.until("root().querySelector('.facts')")
    assert screen.run("return document.querySelector('h1').textContent;") == "Call"
    assert shown(calling.SILENT)[4:] not in screen.text()
    screen.goto("/compliance")
    screen.until("root().querySelectorAll('tbody tr').length")
    assert "90000 00009" not in screen.text()


# Declarations

def test_declarations_are_recorded_and_removed(screen, rest):
    screen.goto("/numbers")
    screen.click("Record a declaration")
    screen.fill("First number", "+918047990010")
    screen.fill("Last number", "+918047990001")
    screen.click("Record declaration")
    assert screen.error_at("Last number") and screen.error_at("Acknowledgement")
    screen.fill("Last number", "+918047990019")
    screen.fill("Acknowledgement", "OAP/2026/99")
    first, last = day(30), day(60)
    screen.choose("First day", str(first))
    screen.choose("Last day", str(last))
    screen.click("Record declaration")
    screen.sees("The declaration was recorded")
    screen.until("[...root().querySelectorAll('tr')].some(e => e.innerText.includes('OAP/2026/99')"
                 " && e.innerText.includes('Not yet in force') && e.innerText.includes(end))", end=shown_day(last))
    made = next(each for each in rest.get(f"{ROOT}/a2p-declarations").json()["declarations"]
                if each["acknowledgement"] == "OAP/2026/99")
    assert (made["startTime"], made["endTime"]) == (midnight(first), midnight(last + ONE_DAY))
    screen.click("Remove the declaration of +91 80479 90010 to +91 80479 90019")
    screen.click("Remove declaration")
    screen.sees("The declaration was removed")
    screen.until("!root().innerText.includes('OAP/2026/99')")


# Call templates

def test_a_template_is_registered_followed_and_removed(screen, stack, rest):
    screen.goto("/compliance/templates")
    screen.click("Register a template")
    # The merchant's own sector is proposed.
    screen.until("input('Sector').value === 'OTHER'")
    screen.choose("Sector", "Not said")
    screen.click("Register template")
    for label, told in (("DLT template id", "19 digits"), ("Calls", "one of the calls"), ("Sector", "one of the sectors"),
                        ("Words", "1 to 4,000 are allowed")):
        assert told in screen.error_at(label)
    digits = f"1107{uuid.uuid4().int % 10**15:015}"
    screen.fill("DLT template id", digits)
    screen.choose("Calls", "Promotional")
    screen.choose("Sector", "None of these")
    screen.choose("Language", "English")
    screen.fill("Words", "Hello {#var#}, silk is cheaper this week.")
    screen.click("Register template")
    assert "needs the numbers" in screen.error_at("Headers")
    screen.fill("Headers", "+91 14001 20091, +911400120092, 12")
    screen.click("Register template")
    assert screen.error_at("Headers") == "12: Must be +91 and ten digits."
    screen.fill("Headers", "14001 20091, 01400120092")
    screen.click("Register template")
    screen.sees("The template was registered")
    made = next(each for each in rest.get(f"{ROOT}/call-templates").json()["templates"] if each["dltTemplateId"] == digits)
    assert made["headers"] == ["+911400120091", "+911400120092"] and made["language"] == "en"
    screen.until("root().querySelectorAll('tbody tr').length && !root().querySelector('.stale')")
    assert screen.rows()[0] == [
        "Hello {#var#}, silk is cheaper this week.", "Being checked", "Promotional", "English", digits, "–"]
    # One of the same id is refused at the field.
    screen.click("Register a template")
    screen.fill("DLT template id", digits)
    screen.choose("Calls", "Service")
    screen.fill("Words", "Another")
    screen.until("input('Sector').value === 'OTHER'")
    screen.click("Register template")
    assert screen.error_at("DLT template id") == "A template of this id is registered."
    screen.choose("Sector", "Insurance")
    screen.sees("Your business is “None of these”: its calls do not go out by another sector’s template.")
    screen.press("Escape")
    screen.click("Close it")
    agent = calling.new_agent(rest, "+911400120091", name="Silk", callTemplateIds=[made["templateId"]])
    review = ("template", "review", made["templateId"], "--by", "operator@example.in")
    stack.operator(*review)
    stack.operator(*review, "--suspend", "--reason", "the words are others there")
    screen.goto("/compliance/templates")
    screen.sees("The words are others there.")
    screen.click("Hello {#var#}, silk is cheaper this week.")
    screen.heading("Call template")
    for text in ("Suspended", "No call goes out by it.", "The words are others there.", "+91 14001 20092", "None of these", "Silk"):
        screen.sees(text)
    screen.click("In the audit log")
    screen.sees("A call template was registered")
    screen.click(made["templateId"])
    screen.click("Remove")
    screen.sees("No call is placed by Silk until the template is taken out there, too.")
    screen.sees("A version that was published before may still name it")
    screen.click("Remove template")
    screen.sees("The template was removed")
    screen.heading("Compliance")
    assert rest.get(f"{ROOT}/call-templates/{made['templateId']}").status_code == 404
    screen.goto(f"/compliance/templates/{made['templateId']}")
    screen.sees("This is not here any more.")
    rest.delete(f"/api/v1/agents/{agent}").raise_for_status()


# Roles, and every page

def test_a_viewer_reads_and_is_offered_nothing_else(viewer, stack, rest, desk, number):
    made = consent(rest, number)
    template = stack.template(rest, review=False, call_class="SERVICE")
    decision = refuse(rest, desk, next(NUMBERS))
    for path, refused in (
            ("/compliance", ()), ("/compliance/consents", ("Record a consent",)),
            ("/compliance/forms", ("Create form",)), ("/compliance/do-not-call", ("Add a number",)),
            ("/compliance/erasures", ("Erase a person",)), ("/compliance/audit", ()),
            ("/compliance/templates", ("Register a template",)), (f"/compliance/templates/{template}", ("Remove",)),
            (f"/compliance/consents/{made['consentId']}", ("Withdraw",)), (f"/compliance/decisions/{decision}", ()),
            ("/compliance/check", ()), ("/numbers", ("Record a declaration",))):
        viewer.goto(path)
        viewer.until("!root().querySelector('.skeleton, .splash')")
        assert not any(viewer.eval("!!named('button', text)", text=text) for text in refused), path
        # Nothing that the page asked for was refused.
        assert viewer.eval("document.querySelectorAll('[role=alert]').length") == 0, path
    erasure = rest.post(f"{ROOT}/erasures", json={"phoneNumber": next(NUMBERS)}).json()["erasureId"]
    viewer.goto(f"/compliance/audit?subject={erasure}")
    viewer.sees("An erasure was asked for")
    assert not viewer.eval("!!named('a', text)", text=erasure) and erasure in viewer.text()
    viewer.goto("/compliance/erasures")
    viewer.sees("Not for your role")
    viewer.goto("/numbers")
    assert not viewer.eval("[...root().querySelectorAll('button')].some(e => name(e).startsWith('Remove'))")


def test_lists_have_pages(screen, rest):
    for _ in range(26):
        consent(rest, next(NUMBERS))
    screen.goto("/compliance/consents")
    screen.until("root().querySelectorAll('tbody tr').length === 25")
    first = screen.rows()[0]
    screen.click("Next")
    screen.until("root().innerText.includes('Page 2') && !root().querySelector('.stale')")
    assert screen.rows()[0] != first
    screen.click("Previous")
    screen.until("root().innerText.includes('Page 1') && !root().querySelector('.stale')")
    assert screen.rows()[0] == first


def test_every_page_of_it_has_a_heading_and_labels_and_fits_a_phone(screen, stack, rest, desk, held, number):
    made = consent(rest, number)
    template = stack.template(rest, "+911400120095", content="Namaste {#var#}, " + "अ" * 300)
    form = rest.post(f"{ROOT}/consent-forms", json={"phoneNumber": number, "purposes": ["CALL_PURPOSE_PROMOTIONAL"]}).json()
    decision = refuse(rest, desk, next(NUMBERS))
    erasure = rest.post(f"{ROOT}/erasures", json={"phoneNumber": next(NUMBERS)}).json()["erasureId"]
    paths = ["", "/consents", "/forms", "/do-not-call", "/templates", "/erasures", "/audit", "/check", "/nowhere",
             f"/templates/{template}",
             f"/consents/{made['consentId']}", f"/forms/{form['consentFormId']}", f"/decisions/{decision}",
             f"/erasures/{erasure}", "/decisions/dec_none"]
    screen.resize(360, 740)
    try:
        for path in [f"/compliance{path}" for path in paths] + ["/numbers", f"/calls/{held['callId']}"]:
            screen.goto(path)
            screen.until("!root().querySelector('.skeleton, .splash')")
            assert screen.eval("document.querySelectorAll('h1').length === 1 && document.title.includes(' · ')"), path
            width = screen.eval("document.documentElement.scrollWidth")
            assert width <= 360, (path, width)
            unnamed = screen.eval(
                "[...document.querySelectorAll('input, select, textarea, button, a')].filter(e => shown(e)"
                " && !(e.labels?.length || name(e))).map(e => e.outerHTML)")
            assert unnamed == [], path
    finally:
        screen.resize(1280, 900)


def test_a_dialog_is_used_with_the_keyboard(screen, rest, number):
    screen.goto("/compliance/do-not-call")
    screen.until("named('button', 'Add a number')")
    screen.run("[...document.querySelectorAll('button')].find(e => e.innerText === 'Add a number').focus();")
    screen.press("Enter")
    screen.until("document.querySelector('dialog[open]')")
    screen.press("Escape")
    screen.until("!document.querySelector('dialog[open]') && document.activeElement.innerText === 'Add a number'")
    screen.press("Enter")
    screen.fill("Phone number", number)
    screen.press("Enter")
    screen.sees(f"{shown(number)} is on the list")
    assert rest.get(f"{ROOT}/suppressions", params={"phoneNumber": number}).json()["suppressions"]
