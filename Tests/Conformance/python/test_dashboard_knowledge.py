"""The dashboard's page of what an agent knows, in Chromium, and of a call that it answered from that."""

import uuid

import pytest

import calling
from dashboard import browser, owner, rest, screen, shop, signed_in, site, stack  # noqa: F401, fixtures
from test_agents_tools import CALLER
from test_knowledge import ENGLISH, FAQ, base, until_read, upload

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
DROP = """
  const files = new DataTransfer();
  for (const [name, text] of given) files.items.add(new File([text], name));
  document.querySelector(".drop").dispatchEvent(new DragEvent("drop", {dataTransfer: files, bubbles: true}));
"""


@pytest.fixture(scope="module")
def pupil(rest):
    """An agent who calls from a number and is still to be taught; its id."""
    return calling.new_agent(rest, "+918047120002", name="Help desk")


@pytest.fixture()
def taught(rest, pupil):
    """The agent with one document that is ready, which is deleted afterwards."""
    document = until_read(rest, pupil, upload(rest, pupil, FAQ.encode()))
    yield pupil
    rest.delete(f"{base(pupil)}/{document['documentId']}")


def write(folder, name, content):
    (folder / name).write_bytes(content)
    return str(folder / name)


def test_a_text_is_uploaded_asked_and_deleted(screen, pupil, rest, tmp_path):
    screen.goto(f"/agents/{pupil}/knowledge")
    screen.sees("No documents yet")
    screen.attach("Choose files", write(tmp_path, "faq.txt", FAQ.encode()))
    screen.sees("faq.txt was uploaded")
    screen.until("root().querySelectorAll('tbody .badge.good').length === 1")
    document, = rest.get(base(pupil)).json()["documents"]
    assert [row[:4] for row in screen.rows()] == [
        ["faq.txt", "Ready", str(document["passages"]), f"{document['sizeBytes']} bytes"]]
    screen.fill("Question", "Where do you deliver?")
    screen.click("Find passages")
    screen.until("root().querySelector('.passages')?.innerText.includes('Delhi, Mumbai, Pune and Nagpur')")
    screen.until("/faq\\.txt · nearness \\d+(\\.\\d)?%/.test(root().querySelector('.passages').innerText)")
    screen.fill("Question", "?")
    screen.click("Find passages")
    assert screen.error_at("Question")
    screen.click("Delete faq.txt")
    screen.click("Delete document")
    screen.sees("faq.txt was deleted")
    screen.sees("No documents yet")
    assert "documents" not in rest.get(base(pupil)).json()


def test_an_agent_is_created_with_its_documents(screen, rest, tmp_path):
    name = f"Taught {uuid.uuid4()}"
    screen.goto("/agents/new")
    screen.fill("Name", name)
    screen.attach("Choose files", write(tmp_path, "faq.txt", b"Wrong."), write(tmp_path, "photo.png", PNG),
                  write(tmp_path, "hours.txt", b"Open on Sundays."))
    screen.sees("photo.png is neither a PDF nor a TXT file.")
    # A mended file takes the place of the one before it, and what is not wanted goes.
    screen.attach("Choose files", write(tmp_path, "faq.txt", FAQ.encode()))
    screen.click("Remove hours.txt")
    assert screen.eval("[...root().querySelectorAll('.item .breakable')].map(e => e.innerText)") == ["faq.txt"]
    screen.click("Create agent")
    screen.heading(name)
    screen.until("root().querySelectorAll('tbody .badge.good').length === 1")
    assert screen.run("return location.pathname;").endswith("/knowledge")
    assert screen.rows()[0][0] == "faq.txt" and screen.rows()[0][3] == f"{len(FAQ.encode())} bytes"


def test_what_was_not_taken_of_a_new_agents_documents_is_told(screen, rest, tmp_path):
    name = f"Taught {uuid.uuid4()}"
    screen.goto("/agents/new")
    screen.fill("Name", name)
    screen.attach("Choose files", write(tmp_path, "photo.pdf", PNG), write(tmp_path, "hours.txt", b"Open on Sundays."))
    screen.click("Create agent")
    screen.sees(f"{name} was created, but not all of its documents were taken")
    screen.sees("photo.pdf is no PDF")
    screen.click("To its documents")
    screen.heading(name)
    screen.until("root().querySelectorAll('tbody .badge.good').length === 1")
    assert [row[0] for row in screen.rows()] == ["hours.txt"]


def test_what_is_no_pdf_is_refused_by_name_and_the_rest_is_taken(screen, pupil, rest, tmp_path):
    screen.goto(f"/agents/{pupil}/knowledge")
    screen.attach("Choose files", write(tmp_path, "photo.pdf", PNG), write(tmp_path, "hours.txt", b"Open on Sundays."))
    # Where files are added, not in the list.
    screen.until("named('label', 'Choose files').closest('.card').querySelector('[role=alert]')?.innerText"
                 " === 'photo.pdf is no PDF: it does not begin with %PDF-.'")
    screen.sees("hours.txt was uploaded")
    screen.until("root().querySelectorAll('tbody .badge.good').length === 1")
    assert [row[0] for row in screen.rows()] == ["hours.txt"]
    # The same file once more, mended meanwhile; of an input that still holds it a browser says nothing.
    assert screen.value("Choose files") == ""
    screen.attach("Choose files", write(tmp_path, "hours.txt", b"Closed on Sundays."))
    screen.until("root().querySelectorAll('tbody .badge.good').length === 2")
    assert screen.eval("document.querySelectorAll('[role=alert]').length") == 0
    for document in rest.get(base(pupil)).json()["documents"]:
        rest.delete(f"{base(pupil)}/{document['documentId']}")


def test_files_of_other_kinds_are_dropped_in_vain(screen, pupil):
    screen.goto(f"/agents/{pupil}/knowledge")
    screen.sees("No documents yet")
    screen.run(DROP, given=[["virus.exe", "x"], ["empty.txt", ""]])
    screen.sees("virus.exe is neither a PDF nor a TXT file.")
    screen.sees("empty.txt is empty.")
    screen.run(DROP, given=[["rules.txt", "Be kind."]])
    screen.sees("rules.txt was uploaded")
    screen.until("root().querySelectorAll('tbody .badge.good').length === 1")
    screen.click("Delete rules.txt")
    screen.click("Delete document")
    screen.sees("No documents yet")


def test_a_document_that_cannot_be_read_says_why(screen, pupil, rest, tmp_path):
    screen.goto(f"/agents/{pupil}/knowledge")
    screen.attach("Choose files", write(tmp_path, "scan.pdf", b"%PDF-1.4\n" + b"garbage " * 200))
    screen.sees("scan.pdf was uploaded")
    screen.until("root().querySelector('tbody .badge.bad')")
    document, = rest.get(base(pupil)).json()["documents"]
    reason = document["error"][0].upper() + document["error"][1:] + "."
    assert screen.rows()[0][1].split() == ["Failed", *reason.split()]
    # There is nothing to ask yet.
    assert screen.eval("input('Question') === undefined")
    screen.click("Delete scan.pdf")
    screen.click("Delete document")
    screen.sees("No documents yet")


def test_one_document_too_many_is_told(screen, rest, tmp_path):
    agent = rest.post("/api/v1/agents", json={"name": "Library", "language": "en"}).json()["agentId"]
    for number in range(100):
        assert upload(rest, agent, f"Shelf {number}.".encode(), f"{number}.txt").status_code == 200
    screen.goto(f"/agents/{agent}/knowledge")
    screen.attach("Choose files", write(tmp_path, "more.txt", b"One more."))
    screen.sees("An agent has at most 100 documents.")
    assert len(screen.rows()) == 20
    screen.click("Next")
    screen.sees("Page 2")
    rest.delete(f"/api/v1/agents/{agent}")


def test_a_call_says_what_the_agent_did(screen, taught, rest):
    clerk = calling.new_agent(rest, "+918047120003", name="Order desk", tools=[{
        "name": "get_order_status", "description": "Finds an order.", "parameters": {
            "type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]}}])
    calls = calling.place(rest, taught, ENGLISH), calling.place(rest, clerk, CALLER)
    asked, ordered = (calling.until(rest, call, {"COMPLETED"}) for call in calls)
    assert [use["tool"] for use in asked["toolExecutions"]] == ["search_knowledge"] * 2
    lines = ("[...root().querySelectorAll('.plain-list li')].map("
             "e => e.innerText.replace(/\\d[\\d,]* ms/, '# ms'))")

    def says(line):
        screen.until(f"(all => all.length && all.every(each => each === line))({lines})", line=line)
    for call, line in (
            (ordered, "get_order_status, failed after # ms: the function has no endpoint"),
            (asked, "Looked into its documents, in # ms")):
        screen.goto(f"/calls/{call['callId']}")
        says(line)
    # A tool of the merchant's own took the place of ours, says the version that held the call.
    screen.goto("/calls")
    screen.run("""
      const ask = window.fetch;
      window.fetch = (url, init) => !url.includes("/versions/") ? ask(url, init)
        : Promise.resolve(new Response(JSON.stringify({agent: {tools: [{name: "search_knowledge"}]}})));""")
    screen.until("root().querySelector(`a[href$='${call}']`)", call=asked["callId"])
    screen.run("document.querySelector(`a[href$='${call}']`).click();", call=asked["callId"])
    says("search_knowledge, in # ms")
    rest.delete(f"/api/v1/agents/{clerk}")
