"""The dashboard's pages of agents in Chromium: their list, their form and their versions."""

import uuid

import pytest

import accounts
import browser as browsers
import calling
import stack as stacks
from conftest import client
from dashboard import browser, owner, rest, screen, shop, signed_in, site, stack  # noqa: F401, fixtures
from screen import Screen

HOSTILE = "<img src=x onerror=window.broken=1>"


def test_an_agent_is_created_changed_and_deleted(screen, rest):
    screen.goto("/agents/new")
    screen.click("Create agent")
    assert "1 to 100" in screen.error_at("Name")
    assert screen.eval("document.activeElement === input('Name')")
    screen.sees("Name: has 0 characters; 1 to 100 are allowed.")
    screen.fill("Name", "Asha")
    screen.choose("Language", "English")
    screen.choose("Voice", "Kore")
    screen.fill("Greeting", "Hello {{customer}}.")
    screen.sees("{{customer}} is not among the variables below.")
    screen.click("Add it")
    screen.fill("Longest call, in minutes", "90")
    screen.click("Create agent")
    assert screen.error_at("Longest call, in minutes") == "Must be between 0.17 and 60 minutes."
    screen.fill("Longest call, in minutes", "5")
    screen.click("Create agent")
    screen.heading("Asha")
    agent = next(a for a in rest.get("/api/v1/agents").json()["agents"] if a["name"] == "Asha")
    assert (agent["language"], agent["voiceId"], agent["maxDuration"]) == ("en", "Kore", "300s")
    assert agent["variables"] == [{"name": "customer", "type": "STRING"}]

    screen.fill("Name", "Asha of the shop")
    screen.sees("You have unsaved changes.")
    screen.click("Agents")
    screen.sees("Leave without saving?")
    screen.click("Cancel")
    screen.click("Save changes")
    screen.sees("Changes saved")
    assert rest.get(f"/api/v1/agents/{agent['agentId']}").json()["name"] == "Asha of the shop"

    screen.click("Agents")
    screen.heading("Agents")
    screen.click("Delete Asha of the shop")
    screen.sees("Delete Asha of the shop?")
    screen.click("Delete agent")
    screen.sees("Asha of the shop was deleted")
    screen.until("!root().querySelector('.stale, .skeleton')")
    assert rest.get(f"/api/v1/agents/{agent['agentId']}").status_code == 404


def test_call_templates_are_chosen_by_their_words(screen, stack, rest):
    good = stack.template(rest, "+911400120081", content="Namaste, offers on silk: {#var#}")
    waiting = stack.template(rest, review=False, call_class="SERVICE", language="en", content="Your order {#var#}")
    gone = stack.template(rest, review=False, call_class="SERVICE", content="Not for long")
    agent = calling.new_agent(rest, "+911400120082", name="Silk", purpose="CALL_PURPOSE_PROMOTIONAL",
                              callTemplateIds=[gone])
    rest.delete(f"/api/v1/compliance/call-templates/{gone}").raise_for_status()
    screen.goto(f"/agents/{agent}")
    screen.sees("This template is not registered")
    screen.click("Remove call template 1")
    screen.click("Add call template")
    screen.click("Save changes")
    assert screen.error_at("Call template 1") == "Must be the id of a call template."
    screen.choose("Call template 1", "Namaste, offers on silk")
    screen.sees("Not registered for +91 14001 20082")
    screen.choose("Purpose", "Service:")
    screen.sees("Approved for calls of the class Promotional; those of this purpose are of Service.")
    screen.click("Add call template")
    screen.choose("Call template 2", "Your order {#var#}")
    screen.sees("Nobody has looked at this template yet.")
    screen.click("Save changes")
    screen.sees("All changes are saved.")
    assert rest.get(f"/api/v1/agents/{agent}").json()["callTemplateIds"] == [good, waiting]
    # One is taken twice: told below all of them.
    screen.choose("Call template 2", "Namaste, offers on silk")
    screen.click("Save changes")
    screen.sees("Names a template more than once.")
    screen.click("Remove call template 2")
    screen.click("Save changes")
    screen.sees("All changes are saved.")
    assert rest.get(f"/api/v1/agents/{agent}").json()["callTemplateIds"] == [good]
    rest.delete(f"/api/v1/agents/{agent}").raise_for_status()


def test_a_template_of_another_sector_is_told(screen, stack, rest):
    other = stack.template(rest, "+911400120083", sector="INSURANCE", content="Of insurers {#var#}")
    agent = calling.new_agent(rest, "+911400120083", name="Insurer", purpose="CALL_PURPOSE_PROMOTIONAL",
                              callTemplateIds=[other])
    screen.goto(f"/agents/{agent}")
    screen.sees("Approved for the sector “Insurance”; your business is “None of these”, so no call goes out by it.")
    rest.delete(f"/api/v1/agents/{agent}").raise_for_status()


# Has requests of the page fail, or answered in pages of one item, by what their paths end with.
MEDDLE = """
  const ask = window.fetch;
  window.broken_paths = broken;
  window.fetch = async (url, init) => {
    const {pathname, searchParams} = new URL(url, location);
    if (window.broken_paths.some(end => pathname.endsWith(end))) {
      return new Response(JSON.stringify({error: {code: 503, status: "UNAVAILABLE", message: "later"}}), {status: 503});
    }
    const list = Object.keys(paged).find(end => pathname.endsWith(end));
    if (!list) return ask(url, init);
    const [name, items] = paged[list], at = Number(searchParams.get("pageToken") || 0);
    return new Response(JSON.stringify({[name]: [items[at]], nextPageToken: at + 1 < items.length ? String(at + 1) : ""}));
  };"""


def test_lists_are_read_to_their_end(screen, rest):
    agent = rest.post("/api/v1/agents", json={"name": "Last", "language": "en"}).json()["agentId"]
    numbers = [{"phoneNumber": f"+9180471{n:05}", "state": "ACTIVE"} for n in range(60)]
    templates = [{"templateId": f"ctp_{n}", "content": f"Template {n}", "language": "en"} for n in range(600)]
    screen.goto("/agents")
    screen.run(MEDDLE, broken=[], paged={"/phone-numbers": ["phoneNumbers", numbers], "/call-templates": ["templates", templates]})
    screen.click("Last")
    screen.choose("Phone number", "+91 80471 00059")
    screen.click("Add call template")
    screen.choose("Call template 1", "Template 599")
    screen.click("Discard")
    rest.delete(f"/api/v1/agents/{agent}").raise_for_status()


def test_what_could_not_be_read_is_told_and_read_again(screen, stack, rest):
    template = stack.template(rest, call_class="SERVICE", content="Read again {#var#}")
    agent = rest.post("/api/v1/agents", json={"name": "Unread", "language": "en"}).json()["agentId"]
    screen.goto("/agents")
    screen.run(MEDDLE, broken=["/voices", "/call-templates", "/phone-numbers"], paged={})
    screen.click("Unread")
    for told in ("The voices could not be read", "The call templates could not be read", "Your numbers could not be read"):
        screen.sees(told)
    screen.run("window.broken_paths = [];")
    for _ in range(3):
        screen.click("Try again")
        screen.until("![...document.querySelectorAll('button')].some(e => e.disabled && e.textContent === 'Try again')")
    screen.until("!root().querySelector('[role=alert]')")
    screen.choose("Voice", "Aoede")
    screen.click("Discard")
    screen.goto("/compliance/templates")
    screen.run(MEDDLE, broken=["/agents", "/merchant"], paged={})
    screen.click("Read again {#var#}")
    screen.sees("The agents could not be read")
    screen.click("Remove")
    screen.sees("Which agents name it could not be seen.")
    screen.goto("/compliance/templates")
    screen.run(MEDDLE, broken=["/merchant"], paged={})
    screen.click("Register a template")
    screen.sees("The sector of your business could not be read")
    for path in (f"agents/{agent}", f"compliance/call-templates/{template}"):
        rest.delete(f"/api/v1/{path}").raise_for_status()


def test_an_agent_may_have_to_ask_before_it_records(screen, rest):
    agent = rest.post("/api/v1/agents", json={"name": "Asks", "language": "en"}).json()["agentId"]
    screen.goto(f"/agents/{agent}")
    screen.heading("Asks")
    assert "Ask first" not in screen.text()
    screen.tick("Record calls")
    screen.tick("Ask first")
    saved(screen)
    found = rest.get(f"/api/v1/agents/{agent}").json()
    assert (found["recordingEnabled"], found["recordingConsent"]) == (True, "ASK")
    rest.delete(f"/api/v1/agents/{agent}")


def test_who_changed_an_agent_meanwhile_is_not_overwritten(screen, rest):
    agent = rest.post("/api/v1/agents", json={"name": "Ours", "language": "hi"}).json()["agentId"]
    screen.goto(f"/agents/{agent}")
    screen.heading("Ours")
    rest.patch(f"/api/v1/agents/{agent}", json={"name": "Theirs"})
    screen.fill("Greeting", "Namaste")
    screen.click("Save changes")
    screen.sees("Somebody else changed this agent")
    screen.click("Load the current agent")
    screen.heading("Theirs")
    rest.delete(f"/api/v1/agents/{agent}")


def test_what_is_deleted_already_is_deleted(screen, rest):
    name = f"Gone {uuid.uuid4()}"
    agent = rest.post("/api/v1/agents", json={"name": name, "language": "hi"}).json()["agentId"]
    screen.goto("/agents")
    screen.click(f"Delete {name}")
    # As when the answer was lost and the button is pressed again.
    rest.delete(f"/api/v1/agents/{agent}").raise_for_status()
    screen.click("Delete agent")
    screen.sees(f"{name} was deleted")
    screen.until("!document.querySelector('dialog') && !root().querySelector('table')?.innerText.includes(gone)", gone=name)


def test_versions_are_published_and_gone_back_to(screen, rest, owner):
    agent = rest.post("/api/v1/agents", json={
        "name": "Careful", "language": "en", "greeting": "One.", "publishing": "MANUAL"}).json()["agentId"]
    rest.patch(f"/api/v1/agents/{agent}", json={"greeting": "Two."})
    screen.goto(f"/agents/{agent}/versions")
    screen.fill("What changed", "a new greeting")
    screen.click("Publish the draft")
    screen.sees("Version 2 is published")
    screen.click("Go back to version 1")
    screen.fill("Why", "It was better.")
    screen.click("Publish it again")
    screen.sees("Version 1 is published again, as version 3")
    screen.sees("It was better.")
    # By whom is told by name: a person's, or a key's.
    assert [row[2] for row in screen.rows()] == [owner, owner, "Key voicectl"]
    screen.click("Show version 2")
    screen.sees("What version 2 changed")
    change = "[...root().querySelectorAll('.changes > div')].map(e => [...e.children].map(c => c.innerText))"
    assert screen.until(change) == [["Greeting", "One.", "Two."]]
    screen.click("Close")
    screen.click("Show version 1")
    screen.sees("What version 1 says")
    assert ["Greeting", "One."] in screen.until(change)
    screen.click("Close")
    assert rest.get(f"/api/v1/agents/{agent}").json()["greeting"] == "One."
    rest.delete(f"/api/v1/agents/{agent}")


def test_agents_are_found_and_hostile_names_are_text(screen, rest):
    hostile = rest.post("/api/v1/agents", json={
        "name": HOSTILE, "language": "hi", "state": "PAUSED", "phoneNumber": "+918047120009"}).json()["agentId"]
    screen.goto("/agents")
    screen.sees(HOSTILE)
    # By its name, and by its number as it is shown and as it is typed.
    for text in ("ONERROR", "+91 80471 20009", "8047120009"):
        screen.fill("Search by name or number", text)
        screen.until("root().querySelector('table.table')?.tBodies[0].rows.length === 1")
        assert screen.rows()[0][:4] == [HOSTILE, "Hindi", "Paused", "+91 80471 20009"]
    screen.choose("Language", "English")
    screen.sees("No agent matches")
    screen.goto(f"/agents/{hostile}")
    screen.heading(HOSTILE)
    assert screen.run("return document.querySelectorAll('img').length;") == 0
    rest.delete(f"/api/v1/agents/{hostile}")


# What holds calls, and with which voice

def saved(screen):
    screen.click("Save changes")
    screen.sees("Changes saved")
    screen.until("root().innerText.includes('All changes are saved.')")


def discarded(screen):
    """Leaves the form of a new agent as it is."""
    screen.click("Cancel")
    screen.click("Leave")
    screen.heading("Agents")


def test_a_cascade_that_the_server_has_not_is_refused_at_its_field(screen, rest):
    agent = rest.post("/api/v1/agents", json={"name": "Engines", "language": "hi"}).json()["agentId"]
    screen.goto(f"/agents/{agent}")
    screen.sees("the cascade goes on where the server has one")
    screen.choose("What holds its calls", "Cascade")
    screen.sees("one after the other; not every server has them")
    screen.click("Save changes")
    assert "no recogniser and voice of its own" in screen.error_at("What holds its calls")
    screen.sees("What holds its calls: cannot be CASCADE")
    assert screen.eval("document.activeElement === input('What holds its calls')")
    screen.choose("What holds its calls", "Live speech")
    screen.sees("if it fails, the call ends")
    saved(screen)
    assert rest.get(f"/api/v1/agents/{agent}").json()["model"] == {"engine": "LIVE"}
    rest.delete(f"/api/v1/agents/{agent}")


@pytest.mark.parametrize("width, height", [(1280, 900), (390, 844)])
def test_a_field_that_is_wrong_is_not_below_the_bar(screen, rest, width, height):
    agent = rest.post("/api/v1/agents", json={"name": "Hidden", "language": "hi"}).json()["agentId"]
    screen.resize(width, height)
    try:
        screen.goto(f"/agents/{agent}")
        screen.choose("What holds its calls", "Cascade")
        screen.click("Save changes")
        screen.error_at("What holds its calls")
        assert screen.eval("root().querySelector('.field .error').getBoundingClientRect().bottom"
                           " <= root().querySelector('.form-actions').getBoundingClientRect().top")
        screen.click("Discard")
        rest.delete(f"/api/v1/agents/{agent}")
    finally:
        screen.resize(1280, 900)


def test_voices_are_grouped_and_fit_the_language(screen, rest):
    screen.goto("/agents/new")
    groups = ("[...input('Voice').querySelectorAll('optgroup')].map("
              "g => [g.label, [...g.children].map(o => o.value)])")
    screen.until(f"({groups}).length === 2")
    offered = {}
    for language, code in (("Hindi", "hi"), ("English", "en")):
        screen.choose("Language", language)
        voices = rest.get(f"/api/v1/voices?language={code}").json()["voices"]
        offered[code] = dict(screen.eval(groups))
        assert offered[code] == {
            label: [v["voiceId"] for v in voices if v["provider"] == provider]
            for label, provider in (("Gemini, for live speech", "gemini"), ("Azure, for the cascade", "azure"))}
    assert offered["hi"] != offered["en"]
    discarded(screen)


def test_a_voice_that_will_not_be_heard_is_told(screen):
    def hint():
        return screen.eval("document.getElementById((input('Voice').getAttribute('aria-describedby') ?? '')"
                           ".split(' ')[0])?.textContent ?? ''")
    screen.goto("/agents/new")
    screen.choose("Language", "English")
    told = {}
    for voice in ("Kore", "Neerja"):
        screen.choose("Voice", voice)
        for engine in ("Server", "Live speech", "Cascade"):
            screen.choose("What holds its calls", engine)
            told[voice, engine] = hint()
    assert told == {
        ("Kore", "Server"): "", ("Kore", "Live speech"): "", ("Neerja", "Cascade"): "",
        ("Kore", "Cascade"): "This voice is of live speech. The cascade speaks with its own default.",
        ("Neerja", "Live speech"): "This voice is of the cascade. Live speech has its own default.",
        ("Neerja", "Server"):
            "This voice is heard when a cascade goes on. Live speech, which begins, has its own default."}
    screen.choose("Language", "Hindi")
    assert hint() == "This voice does not speak Hindi. Choose another one."
    discarded(screen)


def test_the_model_is_set_and_what_is_no_figure_is_told_at_its_field(screen, rest):
    agent = rest.post("/api/v1/agents", json={
        "name": "Model", "language": "en", "model": {"temperature": 0.7}}).json()["agentId"]
    screen.goto(f"/agents/{agent}")
    screen.heading("Model")
    assert (screen.value("Temperature"), screen.value("Longest answer, in tokens")) == ("0.7", "")
    for label, wrong in (
            ("Temperature", {"warm": "Must be a number, such as 0.7.", "2.1": "Must be between 0 and 2.",
                             "-1": "Must be between 0 and 2.", "Infinity": "Must be between 0 and 2.", "0": None}),
            ("Longest answer, in tokens", {"few": "Must be a whole number.", "12.5": "Must be a whole number.",
                                           "9000000000": "Must be a whole number.",
                                           "15": "Must be between 16 and 8,192.", "256": None}),
            ("Name of the model", {"x" * 101: "Has 101 characters; the limit is 100.", "gemini-3.8-live": None})):
        for text, told in wrong.items():
            screen.fill(label, text)
            if told:
                screen.click("Save changes")
                screen.until("document.getElementById((input(label)?.getAttribute('aria-describedby') ?? '')"
                             ".split(' ').pop())?.textContent === told", label=label, told=told)
    saved(screen)
    found = rest.get(f"/api/v1/agents/{agent}").json()
    assert found["model"] == {"name": "gemini-3.8-live", "temperature": 0, "maxOutputTokens": 256}
    screen.fill("Temperature", "")
    saved(screen)
    found = rest.get(f"/api/v1/agents/{agent}").json()
    assert found["model"] == {"name": "gemini-3.8-live", "maxOutputTokens": 256}
    rest.delete(f"/api/v1/agents/{agent}")


def test_fallback_voices_are_in_order_and_of_live_speech(screen, rest):
    agent = rest.post("/api/v1/agents", json={
        "name": "Voices", "language": "hi", "languageSettings": {"en": {"voiceId": "Kore"}}}).json()["agentId"]
    screen.goto(f"/agents/{agent}")
    screen.heading("Voices")
    for number, voice in ((1, "Puck"), (2, "Charon")):
        screen.click("Add fallback voice")
        screen.choose(f"Fallback voice {number}", voice)
    groups = screen.eval("[...input('Fallback voice 1').querySelectorAll('optgroup')].map(g => g.label)")
    assert groups == ["Gemini, for live speech"]
    screen.click("Add fallback voice")
    screen.click("Add fallback voice in English")
    screen.choose("Fallback voice 1 in English", "Leda")
    screen.click("Save changes")
    assert screen.error_at("Fallback voice 3") == "Must be one of the voices in the list."
    screen.sees("Fallback voices 3: must be one of the voices in the list.")
    screen.click("Remove fallback voice 3")
    screen.click("Remove fallback voice 1")
    screen.click("Add fallback voice")
    screen.choose("Fallback voice 2", "Puck")
    saved(screen)
    found = rest.get(f"/api/v1/agents/{agent}").json()
    assert found["fallbackVoiceIds"] == ["Charon", "Puck"]
    assert found["languageSettings"] == {"en": {"voiceId": "Kore", "fallbackVoiceIds": ["Leda"]}}
    for number in (3, 4):
        screen.click("Add fallback voice")
    # No more than four.
    assert screen.eval("named('button', 'Add fallback voice') === undefined")
    # A cascade has no use for them; those that are there stay to be seen.
    for number in (4, 3, 2, 1):
        screen.click(f"Remove fallback voice {number}")
    screen.choose("What holds its calls", "Cascade")
    screen.until("named('button', 'Add fallback voice') === undefined")
    screen.click("Discard")
    rest.delete(f"/api/v1/agents/{agent}")


def test_an_agent_has_a_webhook_and_its_variables_a_meaning(screen, rest):
    agent = rest.post("/api/v1/agents", json={
        "name": "Told", "language": "en", "variables": [{"name": "order_id"}]}).json()["agentId"]
    screen.goto(f"/agents/{agent}")
    screen.heading("Told")
    screen.fill("Webhook URL", "ftp://shop.example.in/hooks")
    screen.fill("What it is for", "x" * 501)
    screen.click("Save changes")
    assert "500" in screen.error_at("What it is for")
    assert "http" in screen.error_at("Webhook URL")
    screen.fill("Webhook URL", " https://shop.example.in/hooks ")
    screen.fill("What it is for", "The order’s number.")
    saved(screen)
    found = rest.get(f"/api/v1/agents/{agent}").json()
    assert found["webhookUrl"] == "https://shop.example.in/hooks"
    assert found["variables"][0]["description"] == "The order’s number."
    screen.fill("Webhook URL", "")
    saved(screen)
    assert "webhookUrl" not in rest.get(f"/api/v1/agents/{agent}").json()
    screen.goto(f"/calls/new?agent={agent}")
    screen.sees("The order’s number.")
    rest.delete(f"/api/v1/agents/{agent}")


def test_a_cascade_is_chosen_where_the_server_has_one(stack, site):
    with stacks.beside(stack, DASHBOARD_DIR=str(site), **stacks.cascade(stack)) as lab:
        shop = lab.merchant(f"{uuid.uuid4()}@example.in")
        owner = accounts.user(lab, shop, f"owner-{uuid.uuid4()}@example.in")
        settings = {"name": "gemini-3.1-flash-live-preview", "temperature": 0.5}
        browser = browsers.Browser(lab.ca)
        try:
            with client(lab, shop) as rest:
                made = rest.post("/api/v1/agents", json={"name": "Both", "language": "en", "model": settings})
                path = f"/agents/{made.json()['agentId']}"
                page = Screen(browser, lab, path)
                page.log_in(owner, accounts.PASSWORD)
                page.heading("Both")
                page.choose("What holds its calls", "Cascade")
                page.choose("Voice", "Neerja")
                saved(page)
                agent = rest.get(f"/api/v1{path}").json()
            # What was not changed stays as it was.
            assert agent["model"] == {**settings, "engine": "CASCADE"}
            assert agent["voiceId"] == "en-IN-NeerjaNeural"
            assert page.complaints() == []
        finally:
            browser.stop()
