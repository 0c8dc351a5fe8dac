"""The dashboard's forms of what an agent does besides talking and how it takes turns, in Chromium."""

import json
import uuid

import pytest

import accounts
from dashboard import browser, owner, rest, screen, shop, signed_in, site, stack  # noqa: F401, fixtures
from screen import Screen
from test_dashboard_agents import HOSTILE, saved

FOCUSED = "document.activeElement === input(label)"
TOOL = {"name": "find_order", "description": "Finds an order.", "url": "https://shop.example.in/orders"}
# What rows show, what they show in part, and what they only name.
SCHEMA = {
    "type": "object", "description": "An order.", "additionalProperties": False, "required": ["order_id"],
    "properties": {
        "order_id": {"type": "string", "description": "Its number", "pattern": "[0-9]+", "minLength": 3},
        "when": {"type": "string", "enum": ["today", "tomorrow"]},
        "odd": {"type": "string", "enum": ["one, two", "three"]},
        "items": {"type": "array", "items": {"type": "object", "properties": {"sku": {"type": "string"}}}},
        "either": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        "maybe": {"type": ["number", "null"], "default": 1.5},
        "__proto__": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
    },
}


@pytest.fixture()
def agent(rest):
    """An agent with one tool; its path, in the API and on the page."""
    answer = rest.post("/api/v1/agents", json={
        "name": "Order desk", "language": "hi", "tools": [{**TOOL, "parameters": SCHEMA, "timeout": "2s"}],
        "languageSettings": {"en": {"voiceId": "Kore", "fallbackVoiceIds": ["Puck"]}}})
    assert answer.status_code == 200, answer.text
    path = f"/agents/{answer.json()['agentId']}"
    yield path
    rest.delete(f"/api/v1{path}")


def read(rest, path):
    return rest.get(f"/api/v1{path}").json()


def opened(screen, path, tool=TOOL["name"]):
    """The agent's page with its tool open."""
    screen.goto(path)
    screen.until("root().querySelector('.tool summary')?.innerText.includes(tool)", tool=tool)
    screen.run("document.querySelector('.tool summary').click();")
    screen.until("root().querySelector('.tool').open")


def test_a_tool_is_made_without_a_mouse(screen, rest):
    screen.goto("/agents/new")
    screen.fill("Name", "With a tool")
    screen.run("[...document.querySelectorAll('button')].find(e => e.textContent === 'Add tool').focus();")
    screen.press("Enter")
    # One begins to type at once.
    screen.until(FOCUSED, label="Tool’s name")
    screen.fill("Tool’s name", "find_order")
    screen.press("Tab")
    assert screen.eval(FOCUSED, label="What it is for")
    screen.fill("What it is for", HOSTILE)
    screen.fill("Address of your server", " https://shop.example.in/orders ")
    screen.fill("Time limit, in seconds", "2.5")
    screen.click("Add parameter")
    screen.fill("Parameter’s name", "day")
    screen.choose("Kind of value", "One of a few")
    screen.fill("Choices", "today, tomorrow,")
    screen.fill("What it means", "The day of delivery")
    screen.click("Add secret header")
    screen.click("New secret")
    # A key leaves the question, and only that.
    screen.press("Escape")
    screen.until("!document.querySelector('dialog[open]')")
    screen.click("New secret")
    screen.fill("Secret’s name", "no name")
    screen.fill("Secret’s value", "Bearer of the shop")
    # The tool's own server is the one that is meant.
    assert screen.value("Servers it may be sent to") == "shop.example.in"
    screen.click("Set secret")
    assert screen.error_at("Secret’s name") == "Must have 1 to 64 letters, digits and _, and begin with no digit."
    screen.fill("Secret’s name", "shop_key")
    screen.press("Enter")
    screen.until("!document.querySelector('dialog[open]') && input('Secret')?.selectedOptions[0]?.text === 'shop_key'")
    screen.sees("May be sent to shop.example.in.")
    screen.fill("Address of your server", "https://evil.in/shop.example.in")
    screen.click("Create agent")
    assert screen.error_at("Secret") == "Names a secret that may not go to evil.in."
    screen.fill("Address of your server", " https://shop.example.in/orders ")
    screen.click("Create agent")
    screen.heading("With a tool")
    made = next(each for each in rest.get("/api/v1/agents").json()["agents"] if each["name"] == "With a tool")
    assert made["tools"] == [{
        "name": "find_order", "description": HOSTILE, "url": "https://shop.example.in/orders", "timeout": "2.500s",
        "secretHeaders": {"Authorization": "shop_key"}, "parameters": {
            "type": "object", "required": ["day"], "properties": {
                "day": {"type": "string", "description": "The day of delivery", "enum": ["today", "tomorrow"]}}}}]
    # What it is for is shown as text, where the tool is closed and where the model's view of it is open.
    screen.goto(f"/agents/{made['agentId']}")
    screen.until("root().querySelector('.tool .hint')?.innerText === text", text=HOSTILE)
    screen.run("document.querySelector('.tool summary').focus();")
    screen.press("Enter")
    screen.until("root().querySelector('.tool').open")
    screen.run("document.querySelector('.preview').open = true;")
    seen = json.loads(screen.eval("document.querySelector('.preview code').innerText"))
    assert seen == {key: made["tools"][0][key] for key in ("name", "description", "parameters")}
    assert screen.run("return document.querySelectorAll('img').length;") == 0
    screen.click("Remove tool find_order")
    saved(screen)
    assert "tools" not in read(rest, f"/agents/{made['agentId']}")
    rest.delete(f"/api/v1/agents/{made['agentId']}")


def test_what_rows_cannot_show_is_kept(screen, rest, agent):
    opened(screen, agent)
    names = "[...root().querySelectorAll('.parameter input:not([type=checkbox])')].map(e => e.value)"
    assert set(SCHEMA["properties"]) < set(screen.eval(names))
    screen.sees("The JSON Schema says more of it: minLength, pattern.")
    kinds = screen.eval("[...root().querySelectorAll('.parameter select')].map(e => e.selectedOptions[0].text)")
    assert sorted(kinds) == sorted(["Text", "One of a few texts", *["As the JSON Schema says"] * 5])
    # The first row: rows are by name.
    assert screen.value("Parameter’s name") == "__proto__"
    # A wrong choice is taken back.
    for kind in ("Number", "As the JSON Schema"):
        screen.choose("Kind of value", kind)
    screen.fill("What it means", "Nothing")
    screen.tick("Must be given")
    screen.click("Remove parameter when")
    saved(screen)
    wanted = json.loads(json.dumps(SCHEMA))
    wanted["properties"]["__proto__"]["description"] = "Nothing"
    wanted["required"] = ["__proto__", "order_id"]
    del wanted["properties"]["when"]
    assert read(rest, agent)["tools"] == [{**TOOL, "parameters": wanted, "timeout": "2s"}]


def test_a_schema_is_written_as_json(screen, rest, agent):
    label = "Parameters as JSON Schema"
    opened(screen, agent)
    screen.click("Advanced: JSON Schema")
    assert json.loads(screen.value(label)) == SCHEMA
    # To look at it is no change.
    assert screen.eval("named('button', 'Save changes').disabled")
    screen.fill(label, '{"type": "object",')
    screen.click("Back to rows")
    assert screen.error_at(label) == "Rows cannot show this. Mend it, or leave it as it is here."
    screen.click("Save changes")
    assert "is no json object" in screen.error_at(label).lower()
    assert screen.eval(FOCUSED, label=label)
    # What is wrong is seen on a phone too, below so tall a field.
    screen.resize(390, 844)
    try:
        screen.fill("Time limit, in seconds", "3")
        screen.click("Save changes")
        screen.until(FOCUSED, label=label)
        screen.until("root().querySelector('.field .error').getBoundingClientRect().bottom"
                     " <= root().querySelector('.form-actions').getBoundingClientRect().top")
    finally:
        screen.resize(1280, 900)
    screen.fill(label, '{"type": "object", "properties": {"a": {"type": "string", "oneOf": []}}}')
    screen.click("Save changes")
    screen.until("root().innerText.includes('properties.a: Has \"oneOf\", which models do not read.')")
    screen.click("Back to rows")
    # The same, at the row's own field.
    assert screen.error_at("Kind of value") == 'Has "oneOf", which models do not read.'
    screen.choose("Kind of value", "Whole number")
    saved(screen)
    assert read(rest, agent)["tools"][0]["parameters"] == {"type": "object", "properties": {"a": {"type": "integer"}}}


def test_faults_of_a_tool_stand_at_their_fields(screen, rest, agent):
    opened(screen, agent)
    screen.fill("Tool’s name", "find order")
    screen.fill("Address of your server", "http://shop.example.in")
    screen.fill("Time limit, in seconds", "99")
    screen.click("Add plain header")
    screen.fill("Header’s name", "Host")
    screen.fill("Value", "x")
    # Closed by who thinks to have done, it opens where something is wrong.
    screen.run("document.querySelector('.tool').open = false;")
    screen.click("Save changes")
    assert screen.error_at("Tool’s name") == "Must have 1 to 64 letters, digits and _, and begin with no digit."
    assert screen.eval("root().querySelector('.tool').open && " + FOCUSED, label="Tool’s name")
    assert screen.error_at("Address of your server") == "Must begin with https://."
    assert screen.error_at("Time limit, in seconds") == "Must be between 0.1 seconds and 30.0 seconds."
    assert screen.error_at("Value") == "Is set by the server itself."
    screen.sees("Tool 1, header Host: is set by the server itself.")
    # Who mends the second field first stays in it.
    for text in ("h", "t"):
        screen.run("document.querySelector('input[type=url]').focus();")
        screen.browser.send("Input.insertText", screen.session, text=text)
        assert screen.eval(FOCUSED, label="Address of your server")
    screen.fill("Header’s name", "")
    screen.click("Add parameter")
    screen.click("Save changes")
    assert screen.error_at("Header’s name") == "A header’s name has 1 to 64 letters, digits, _ and -."
    screen.sees("needs a name")
    # Of two of one name a schema would have one.
    screen.fill("Parameter’s name", "when")
    assert screen.eval("named('button', 'Advanced: JSON Schema').disabled")
    screen.click("Save changes")
    screen.sees("Tool 1, parameter 7 name: is the name of an earlier one.")
    screen.click("Discard")
    assert read(rest, agent)["tools"] == [{**TOOL, "parameters": SCHEMA, "timeout": "2s"}]


def test_turns_labels_and_the_other_language_are_as_filled_in(screen, rest, agent):
    screen.goto(agent)
    screen.choose("Pace", "Patient")
    screen.sees("By the pace 1.2.")
    screen.fill("Silence that ends the caller’s turn", "abc")
    screen.click("Save changes")
    assert screen.error_at("Silence that ends the caller’s turn") == "Must be a number, such as 1.5."
    screen.fill("Silence that ends the caller’s turn", "9")
    for name in ("team", "team"):
        screen.click("Add label")
        screen.run("const all = [...document.querySelectorAll('label')].filter(e => e.textContent === 'Label');"
                   "all.at(-1).control.focus();")
        screen.browser.send("Input.insertText", screen.session, text=name)
    screen.click("Save changes")
    screen.sees("Is the name of an earlier one.")
    screen.fill("Label", "shop")
    screen.fill("Its value", "returns")
    screen.click("Save changes")
    assert screen.error_at("Silence that ends the caller’s turn") == "Must be between 0.2 seconds and 3.0 seconds."
    screen.fill("Silence that ends the caller’s turn", "0.75")
    screen.choose("How often it asks before it hangs up", "Never")
    screen.choose("What counts as speech", "A soft word")
    screen.tick("The caller cannot interrupt the agent")
    screen.fill("What it asks", "क्या आप लाइन पर हैं?")
    screen.fill("Greeting in English", "Hello.")
    screen.choose("Voice in English", "Leda")
    saved(screen)
    found = read(rest, agent)
    assert found["turnTaking"] == {
        "preset": "PATIENT", "endOfTurnSilence": "0.750s", "interruptionsDisabled": True, "interruptionSensitivity": "HIGH",
        "idlePrompts": 0, "idleMessage": "क्या आप लाइन पर हैं?"}
    assert found["labels"] == {"shop": "returns", "team": ""}
    # The voices to fall back on have no field, and stay.
    assert found["languageSettings"] == {"en": {"voiceId": "Leda", "fallbackVoiceIds": ["Puck"], "greeting": "Hello."}}
    # All of it comes back from the server as it was filled in, and goes to its defaults again.
    screen.goto(agent)
    screen.until("input('Silence that ends the caller’s turn')?.value === '0.75' && input('Label').value === 'shop'")
    screen.choose("Pace", "Balanced")
    screen.fill("Silence that ends the caller’s turn", "")
    saved(screen)
    turns = read(rest, agent)["turnTaking"]
    assert "preset" not in turns and "endOfTurnSilence" not in turns and turns["idlePrompts"] == 0


def test_what_a_tool_says_is_held_back_and_left(screen, agent):
    opened(screen, agent)
    screen.fill("What it is for", "Something else")
    screen.click("secrets")
    screen.sees("Leave without saving?")
    screen.click("Cancel")
    assert screen.value("What it is for") == "Something else"
    screen.click("secrets")
    screen.click("Leave")
    screen.heading("Settings")


def test_an_open_tool_has_labels_and_fits_a_phone(screen, agent):
    screen.resize(360, 740)
    try:
        opened(screen, agent)
        screen.click("Add secret header")
        screen.click("Add plain header")
        screen.click("Add label")
        screen.run("document.querySelector('.preview').open = true;")
        for other in ("Advanced: JSON Schema", "Back to rows"):
            screen.until("named('button', other)", other=other)
            assert screen.eval("document.documentElement.scrollWidth") <= 360
            assert screen.eval(
                "[...document.querySelectorAll('input, select, textarea, button, a, summary')].filter(e => shown(e)"
                " && !(e.labels?.length || name(e))).map(e => e.outerHTML)") == []
            screen.click(other)
        screen.click("Discard")
    finally:
        screen.resize(1280, 900)


def test_viewers_see_a_tool_and_change_nothing(stack, shop, browser, agent):
    email = accounts.user(stack, shop, f"viewer-{uuid.uuid4()}@example.in", role="viewer")
    page = Screen(browser, stack, agent)
    page.log_in(email, accounts.PASSWORD)
    page.sees("Your role may read this, but not change it.")
    page.until("root().querySelector('.tool summary')")
    page.run("document.querySelector('.tool summary').click();")
    page.until("root().querySelector('.tool').open")
    assert page.value("Address of your server") == TOOL["url"]
    assert page.eval("[...root().querySelectorAll('form input, form select, form textarea, form button')]"
                     ".every(e => e.matches(':disabled')) && !named('button', 'Save changes')")
    page.goto("/settings/secrets")
    page.sees("Owners and admins of your account may change it.")
    assert page.eval("!named('button', 'Add secret') && !root().querySelector('.row-actions')")
    assert page.complaints() == []


def test_secrets_are_set_changed_and_deleted(screen, rest):
    value = f"Bearer {uuid.uuid4()}"
    screen.goto("/settings/secrets")
    screen.click("Add secret")
    screen.fill("Secret’s name", "till_key")
    screen.fill("Secret’s value", "नमस्ते")
    assert screen.eval("named('button', 'Set secret').disabled")
    screen.fill("Servers it may be sent to", "till.example.in, https://shop.example.in")
    screen.click("Set secret")
    assert "visible ASCII" in screen.error_at("Secret’s value")
    assert screen.error_at("Servers it may be sent to").startswith("https://shop.example.in: Must be a host such as")
    screen.fill("Servers it may be sent to", "till.example.in *.shop.example.in")
    screen.fill("Secret’s value", value)
    screen.click("Set secret")
    screen.sees("Secret till_key is set")
    screen.until("root().querySelector('table')?.innerText.includes('till_key')")
    screen.sees("till.example.in, *.shop.example.in")
    assert value not in screen.run("return document.documentElement.outerHTML;")
    screen.click("Add secret")
    screen.fill("Secret’s name", "till_key")
    screen.fill("Secret’s value", "another")
    # Who adds one does not change one that tools use.
    assert screen.error_at("Secret’s name").startswith("There is a secret of this name.")
    assert screen.eval("named('button', 'Set secret').disabled")
    screen.press("Escape")
    screen.click("Close it")
    screen.click("Change till_key")
    screen.sees("New value of till_key")
    assert screen.value("Servers it may be sent to") == "till.example.in\n*.shop.example.in"
    screen.fill("Secret’s value", f"{value}2")
    screen.click("Set secret")
    screen.until("!document.querySelector('dialog[open]')")
    screen.click("Delete till_key")
    screen.click("Delete secret")
    screen.sees("Secret till_key was deleted")
    assert "till_key" not in [each["name"] for each in rest.get("/api/v1/secrets").json().get("secrets", [])]
