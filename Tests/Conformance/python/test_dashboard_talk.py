"""Talking to an agent on the dashboard: Chromium's microphone is a file, and voicesim answers what it hears."""

import wave

import pytest

import accounts
import browser as browsers
import calling
from dashboard import owner, rest, shop, site, stack  # noqa: F401, fixtures
from screen import Screen

RATE = 48_000
# What the file has before the words: the greeting takes some seconds.
LEAD = 10


@pytest.fixture(scope="module")
def microphone(tmp_path_factory):
    """A file in which somebody says hello, once, in a minute."""
    path = tmp_path_factory.mktemp("sound") / "hello.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        speech = calling.hello(RATE)
        file.writeframes(bytes(2 * RATE * LEAD) + speech + bytes(2 * RATE * 60 - len(speech)))
    return path


@pytest.fixture(scope="module")
def browser(stack, microphone):
    it = browsers.Browser(
        stack.ca, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
        "--autoplay-policy=no-user-gesture-required", f"--use-file-for-fake-audio-capture={microphone}%noloop")
    yield it
    it.stop()


@pytest.fixture()
def screen(browser, stack, owner):
    screen = Screen(browser, stack, "/agents")
    screen.log_in(owner, accounts.PASSWORD)
    screen.heading("Agents")
    yield screen
    assert screen.complaints() == []


def begin(screen, agent, button="Start talking"):
    screen.goto(f"/agents/{agent}/talk")
    screen.click(button)


def test_a_conversation_is_held_by_microphone_and_speaker(screen, rest):
    agent = calling.new_agent(rest, "+918047165001", name="Asha")
    begin(screen, agent)
    screen.sees("You are talking to the agent.")
    screen.sees("order desk")
    screen.sees("know where my order is", limit=40)
    screen.sees("order number", limit=30)
    screen.until("document.querySelectorAll('.line').length >= 3")
    screen.click("Hang up")
    screen.sees("The conversation is over")
    screen.sees("You hung up.")
    assert "₹" in screen.text()
    screen.click("Open its record")
    screen.sees("Live audio")
    call = rest.get("/api/v1/calls", params={"agentId": agent}).json()["calls"][0]
    assert (call["state"], call["endReason"], call["direction"]) == ("COMPLETED", "caller_hung_up", "LIVE")
    recording = calling.recording(rest, call["callId"])
    assert recording.caller > 500 and recording.agent > 500


def test_who_speaks_over_the_agent_silences_it(screen, rest):
    agent = calling.new_agent(rest, "+918047165003", greeting="We sell silk and cotton from many towns. " * 10)
    begin(screen, agent)
    screen.sees("know where my order is", limit=40)
    screen.until("[...document.querySelectorAll('.line')].some(e => e.innerText.includes('interrupted'))")
    # The answer is heard at once, not behind what is left of the greeting.
    screen.sees("Please tell me your order number", limit=10)
    screen.click("Hang up")
    screen.sees("You hung up.")


def test_the_draft_or_what_is_published_is_talked_to(screen, rest):
    agent = calling.new_agent(
        rest, "+918047165002", name="Ravi", publishing="MANUAL", greeting="Hello from {{place}}.",
        variables=[{"name": "place", "required": True}])
    rest.post(f"/api/v1/agents/{agent}:publish", json={}).raise_for_status()
    rest.patch(f"/api/v1/agents/{agent}", json={"greeting": "Good day from {{place}}."}).raise_for_status()
    begin(screen, agent)
    screen.sees("The conversation failed")
    assert screen.error_at("place")
    screen.fill("place", "Nagpur")
    screen.click("Start talking")
    screen.sees("Good day from Nagpur")
    screen.click("Mute")
    screen.sees("You are muted")
    screen.click("Key 4")
    screen.click("Hang up")
    screen.choose("Which", "Version 1")
    screen.fill("place", "Pune")
    screen.click("Talk again")
    screen.sees("Hello from Pune")
    # Who leaves the page hangs up.
    screen.click("Agents")
    screen.heading("Agents")
    calling.until(rest, newest(rest, agent), {"COMPLETED", "FAILED"})


def newest(rest, agent):
    return rest.get("/api/v1/calls", params={"agentId": agent}).json()["calls"][0]["callId"]


@pytest.mark.parametrize("name, told", [
    ("NotAllowedError", "The browser may not use the microphone."), ("NotFoundError", "There is no microphone.")])
def test_who_cannot_be_heard_is_told_why(screen, rest, name, told):
    agent = calling.new_agent(rest, f"+91804716501{len(name) % 10}")
    screen.goto(f"/agents/{agent}/talk")
    # Chromium without a window asks nobody, so that nobody says no.
    screen.run("navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', name); };", name=name)
    screen.click("Start talking")
    screen.sees(told)
    assert screen.eval("!!named('button', 'Start talking')")
    assert rest.get("/api/v1/calls", params={"agentId": agent}).json().get("calls", []) == []


def test_who_hangs_up_before_it_begins_hears_of_nothing_more(screen, rest):
    agent = calling.new_agent(rest, "+918047165006")
    screen.goto(f"/agents/{agent}/talk")
    screen.run("navigator.mediaDevices.getUserMedia = () => new Promise((_, refuse) => { window.refuse = refuse; });")
    screen.click("Start talking")
    screen.sees("asks whether this page may use the microphone")
    screen.click("Hang up")
    screen.until("named('button', 'Start talking')")
    screen.run("window.refuse(new DOMException('', 'NotAllowedError')); await new Promise(done => setTimeout(done, 200));")
    assert "Without a microphone" not in screen.text()


def test_it_fits_on_a_phone(screen, rest):
    agent = calling.new_agent(rest, "+918047165004", name="Asha on a phone")
    screen.resize(390, 844)
    begin(screen, agent)
    screen.sees("order desk")
    screen.run("document.querySelector('details').open = true;")
    assert screen.run("return document.documentElement.scrollWidth <= innerWidth;")
    screen.click("Hang up")
    screen.sees("The conversation is over")
