"""What agents know: documents are uploaded, read, searched, and answered from in a call."""

import json
import re
import subprocess
import uuid

import grpc
import pytest

import calling
import stack as stacks
from conftest import client, metadata
from test_compliance import error, violations

FAQ = """Returns and refunds
A parcel can be returned within seven days if it is unopened. Refunds reach the bank account in five working days.

Delivery
We deliver to Delhi, Mumbai, Pune and Nagpur. Delivery is free above 500 rupees.

Opening hours
The shop in Pune is open from nine to six, and closed on Sundays.
"""
HINDI = """वापसी
पार्सल सात दिन के भीतर वापस किया जा सकता है।

डिलीवरी
हम दिल्ली, मुंबई और पुणे में डिलीवरी करते हैं।
"""


@pytest.fixture(scope="module")
def shop(stack):
    return stack.merchant(f"{uuid.uuid4()}@example.in")


@pytest.fixture(scope="module")
def rest(stack, shop):
    with client(stack, shop) as rest:
        yield rest


@pytest.fixture(scope="module")
def agent(rest):
    return calling.new_agent(rest, "+918047165801")


def pdf(*pages):
    """A PDF of pages of lines, in a font that every reader has."""
    texts = ["BT /F 12 Tf 14 TL 72 720 Td " + " ".join(f"({line}) Tj T*" for line in page) + " ET" for page in pages]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    for number, text in enumerate(texts):
        objects += [
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F 3 0 R >> >> "
            f"/Contents {5 + 2 * number} 0 R >>",
            f"<< /Length {len(text)} >>\nstream\n{text}\nendstream"]
    body, places = "%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{text}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
            f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n").encode()


def base(agent):
    return f"/api/v1/agents/{agent}/knowledge-base"


def upload(rest, agent, content, name="faq.txt", kind="text/plain", **headers):
    return rest.post(
        base(agent), params={"displayName": name}, content=content,
        headers={"content-type": kind, **headers})


def until_read(rest, agent, answer):
    """The document once it waits no more."""
    assert answer.status_code == 200, answer.text
    path = f"{base(agent)}/{answer.json()['documentId']}"
    return stacks.wait_for(
        lambda: (found := rest.get(path).json())["state"] != "PENDING" and found, 30)


def search(rest, agent, query, **more):
    answer = rest.post(base(agent) + ":search", json={"query": query, **more})
    assert answer.status_code == 200, answer.text
    return answer.json().get("passages", [])


@pytest.fixture(scope="module")
def faq(rest, agent):
    return until_read(rest, agent, upload(rest, agent, FAQ.encode()))


def test_a_text_is_read_and_found(rest, agent, faq):
    assert faq["state"] == "READY" and faq["passages"] >= 1 and faq["displayName"] == "faq.txt"
    assert faq["sizeBytes"] == str(len(FAQ.encode())) and faq["contentType"] == "text/plain"
    for question, word in (("Can I return a parcel?", "seven days"), ("Where do you deliver?", "Nagpur")):
        found = search(rest, agent, question)
        assert word in found[0]["text"] and found[0]["documentId"] == faq["documentId"]
        assert 0 < found[0]["score"] <= 1 and found[0].get("page", 0) == 0
    assert rest.get(base(agent)).json()["documents"][-1] == faq


def test_hindi_is_read_and_found(rest):
    agent = calling.new_agent(rest, "+918047165802", language="hi")
    assert until_read(rest, agent, upload(rest, agent, HINDI.encode()))["state"] == "READY"
    assert "सात दिन" in search(rest, agent, "पार्सल कितने दिन में वापस होगा?")[0]["text"]


def test_a_pdf_is_read_page_by_page(rest):
    agent = calling.new_agent(rest, "+918047165804")
    filler = ["Read all of this with care before you use it for the first time."] * 8
    content = pdf(
        ["The warranty of a kettle lasts two years.", *filler], ["Spare parts are sold in Nagpur.", *filler])
    document = until_read(rest, agent, upload(rest, agent, content, "manual.pdf", "application/pdf"))
    assert document["state"] == "READY", document
    for question, page in (("How long is the warranty?", 1), ("Where are spare parts sold?", 2)):
        assert search(rest, agent, question, limit=1)[0]["page"] == page


@pytest.mark.parametrize("content, name, kind, field", [
    (b"", "a", "text/plain", "file"), (b"\xff\xfe\xff", "a", "text/plain", "file"),
    (b"a\0b", "a", "text/plain", "file"), (b"text", "a", "application/pdf", "file"),
    (b"%PDF-1.4", "a", "text/plain", "file"), (b"\x89PNG", "a", "image/png", "file.contentType"),
    (b"text", "n" * 256, "text/plain", "displayName"), (b"text", "a\nb", "text/plain", "displayName"),
    (b"x" * (10 * 2**20 + 1), "a", "text/plain", "file"),
])
def test_what_is_no_document_is_refused(rest, agent, content, name, kind, field):
    answer = upload(rest, agent, content, name, kind)
    assert [v["field"] for v in violations(error(answer, 400, "INVALID_ARGUMENT"))] == [field]


def test_a_file_of_the_largest_size_is_taken(rest, agent):
    answer = upload(rest, agent, b"%PDF-1.4\n" + b"x" * (10 * 2**20 - 9), "big.pdf", "application/pdf")
    document = until_read(rest, agent, answer)
    assert document["state"] == "FAILED" and document["error"]
    assert rest.delete(f"{base(agent)}/{document['documentId']}").status_code == 200


def test_a_repeated_upload_makes_one_document(rest, agent):
    key = {"idempotency-key": str(uuid.uuid4())}
    first, second = (upload(rest, agent, b"Gift cards do not expire.", "gift.txt", **key) for _ in "ab")
    assert first.status_code == 200 and first.json() == second.json()
    error(upload(rest, agent, b"Other.", "gift.txt", **key), 409, "ALREADY_EXISTS")


def test_what_is_deleted_is_not_found(rest, agent, faq):
    document = until_read(rest, agent, upload(rest, agent, b"The password of the vault is hidden.", "v.txt"))
    path = f"{base(agent)}/{document['documentId']}"
    assert any(p["documentId"] == document["documentId"] for p in search(rest, agent, "password of the vault"))
    assert rest.delete(path).status_code == 200
    error(rest.delete(path), 404, "NOT_FOUND")
    error(rest.get(path), 404, "NOT_FOUND")
    assert not any("vault" in p["text"] for p in search(rest, agent, "password of the vault", limit=20))


def test_another_merchant_sees_nothing(stack, rest, agent, faq):
    with client(stack, stack.merchant(f"{uuid.uuid4()}@example.in")) as rival:
        for answer in (
                rival.get(base(agent)), rival.get(f"{base(agent)}/{faq['documentId']}"),
                rival.delete(f"{base(agent)}/{faq['documentId']}"), upload(rival, agent, b"text"),
                rival.post(base(agent) + ":search", json={"query": "returns"})):
            error(answer, 404, "NOT_FOUND")


@pytest.mark.parametrize("body", [
    {}, {"query": ""}, {"query": "?"}, {"query": "q" * 2001}, {"query": "q", "limit": 21},
    {"query": "q", "limit": -1}])
def test_a_question_that_is_none_is_refused(rest, agent, body):
    error(rest.post(base(agent) + ":search", json=body), 400, "INVALID_ARGUMENT")


def test_the_same_over_grpc(stack, shop, agent, faq):
    from payaid.voice.v1 import knowledge_pb2, knowledge_pb2_grpc
    credentials = grpc.ssl_channel_credentials(open(stack.ca, "rb").read())
    with grpc.secure_channel(stack.target, credentials) as channel:
        stub = knowledge_pb2_grpc.KnowledgeServiceStub(channel)
        found = stub.SearchKnowledge(
            knowledge_pb2.SearchKnowledgeRequest(agent_id=agent, query="Where do you deliver?", limit=1),
            metadata=metadata(shop))
        assert len(found.passages) == 1 and "Nagpur" in found.passages[0].text
        with pytest.raises(grpc.RpcError) as raised:
            stub.GetDocument(
                knowledge_pb2.GetDocumentRequest(agent_id=agent, document_id="doc_x"),
                metadata=metadata(shop))
        assert raised.value.code() == grpc.StatusCode.NOT_FOUND


def test_voicectl_adds_searches_and_removes(stack, shop, rest, tmp_path):
    agent = calling.new_agent(rest, "+918047165803")
    (tmp_path / "hours.txt").write_text("We are open on Sundays from ten.")

    def run(*words):
        return subprocess.run(
            [stacks.BIN / "voicectl", "knowledge", *words], capture_output=True, text=True, timeout=60,
            env={**stacks.os.environ, "VOICE_URL": stack.url, "VOICE_CA": stack.ca,
                 "VOICE_API_KEY": f"{shop['key']}_{shop['secret']}"})

    added = run("add", agent, str(tmp_path / "hours.txt"))
    assert added.returncode == 0, added.stderr
    document = json.loads(added.stdout)
    assert document["state"] == "READY" and document["displayName"] == "hours.txt"
    assert "Sundays" in json.loads(run("search", agent, "Are you open on Sundays?").stdout)["text"]
    assert json.loads(run("list", agent).stdout) == document
    assert run("remove", agent, document["documentId"]).returncode == 0
    assert run("list", agent).stdout == ""
    missing = run("remove", agent, document["documentId"])
    assert missing.returncode == 1 and "there is no such document" in missing.stderr



ENGLISH, HINDI_CALLER = "+919000000012", "+919000000013"


def said(call, speaker):
    return " ".join(e["text"] for e in call["transcript"] if e["speaker"] == speaker)


def test_calls_are_answered_from_the_documents(rest):
    """A caller asks what no rule of the stand-in knows; only the documents say it."""
    agents = {
        ENGLISH: calling.new_agent(rest, "+918047165805"),
        HINDI_CALLER: calling.new_agent(rest, "+918047165806", language="hi", greeting="नमस्ते, बताइए।"),
    }
    for number, text in ((ENGLISH, FAQ), (HINDI_CALLER, HINDI)):
        assert until_read(rest, agents[number], upload(rest, agents[number], text.encode()))["state"] == "READY"
    calls = {number: calling.place(rest, agent, number) for number, agent in agents.items()}
    for number, words in ((ENGLISH, ("seven days", "Nagpur")), (HINDI_CALLER, ("सात दिन", "मुंबई"))):
        call = calling.until(rest, calls[number], {"COMPLETED"})
        done = call["toolExecutions"]
        assert [d["tool"] for d in done] == ["search_knowledge"] * 2 and all(d["succeeded"] for d in done), call
        assert all(word in said(call, "AGENT") for word in words), call["transcript"]


def test_without_documents_there_is_nothing_to_ask(rest):
    agent = calling.new_agent(rest, "+918047165807")
    call = calling.until(rest, calling.place(rest, agent, ENGLISH), {"COMPLETED"})
    assert "toolExecutions" not in call and "seven days" not in said(call, "AGENT")


def test_a_tool_of_the_merchants_own_keeps_its_name(rest):
    agent = calling.new_agent(
        rest, "+918047165808", tools=[{"name": "search_knowledge", "description": "Asks our own wiki."}])
    assert until_read(rest, agent, upload(rest, agent, FAQ.encode()))["state"] == "READY"
    call = calling.until(rest, calling.place(rest, agent, ENGLISH), {"COMPLETED"})
    # It has no endpoint, and ours does not answer in its place.
    assert {d["failure"] for d in call["toolExecutions"]} == {"the function has no endpoint"}


def test_an_index_has_a_copy_and_the_database_answers_without_it():
    """With Pinecone: vectors of ready documents are there, those of deleted ones are not; its failure is not ours."""
    with stacks.running() as first, stacks.beside(
            first, PINECONE_API_KEY="sim-pinecone-key", PINECONE_BASE_URL=first.sim.ready["pinecone"]) as stack:
        shop, sim = stack.merchant(f"{uuid.uuid4()}@example.in"), first.sim.ready["pinecone"]

        def count():
            return stacks.get(f"{sim}/sim/vectors").json()["payaid-voice"].get(shop["id"], 0)

        def fail(**switches):
            stacks.post(f"{sim}/sim/faults", json={"pinecone": switches}).raise_for_status()

        def failures():
            metrics = rest.get("/metrics").text
            return int(re.search(r"payaid_knowledge_index_failures_total (\d+)", metrics)[1])

        with client(stack, shop) as rest:
            agent = calling.new_agent(rest, "+918047165809")
            document = until_read(rest, agent, upload(rest, agent, FAQ.encode()))
            assert stacks.wait_for(count) == document["passages"]
            stacks.wait_for(lambda: "Nagpur" in json.dumps(search(rest, agent, "Where do you deliver?")))
            assert failures() == 0
            fail(status=503)
            assert "Nagpur" in search(rest, agent, "Where do you deliver?")[0]["text"]
            assert failures() == 1
            fail()
            assert rest.delete(f"{base(agent)}/{document['documentId']}").status_code == 200
            stacks.wait_for(lambda: count() == 0)
