"""The dashboard's pages of agents in Chromium: their list, their form and their versions."""

from dashboard import browser, owner, rest, screen, shop, signed_in, stack  # noqa: F401, fixtures

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
    assert "3600" in screen.error_at("Longest call, in minutes")
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


def test_versions_are_published_and_gone_back_to(screen, rest):
    agent = rest.post("/api/v1/agents", json={
        "name": "Careful", "language": "en", "greeting": "One.", "publishing": "MANUAL"}).json()["agentId"]
    rest.patch(f"/api/v1/agents/{agent}", json={"greeting": "Two."})
    screen.goto(f"/agents/{agent}/versions")
    screen.fill("What changed", "a new greeting")
    screen.click("Publish the draft")
    screen.sees("Version 2 is published")
    screen.click("Go back to version 1")
    screen.click("Publish it again")
    screen.sees("Version 1 is published again, as version 3")
    assert rest.get(f"/api/v1/agents/{agent}").json()["greeting"] == "One."
    rest.delete(f"/api/v1/agents/{agent}")


def test_agents_are_found_and_hostile_names_are_text(screen, rest):
    hostile = rest.post("/api/v1/agents", json={"name": HOSTILE, "language": "hi", "state": "PAUSED"}).json()["agentId"]
    screen.goto("/agents")
    screen.sees(HOSTILE)
    screen.fill("Search by name or number", "ONERROR")
    screen.until("root().querySelector('table.table').tBodies[0].rows.length === 1")
    assert screen.rows()[0][:3] == [HOSTILE, "Hindi", "Paused"]
    screen.choose("Language", "English")
    screen.sees("No agent matches")
    screen.goto(f"/agents/{hostile}")
    screen.heading(HOSTILE)
    assert screen.run("return document.querySelectorAll('img').length;") == 0
    rest.delete(f"/api/v1/agents/{hostile}")
