"""A change of the embedding model: documents are found all the time, and move once the servers agree."""

import re
import signal
import uuid

import calling
import stack as stacks
from conftest import client
from test_keys_kms import new_database
from test_knowledge import FAQ, HINDI, base, search, until_read, upload

OLD, NEW = "gemini-embedding-001", "gemini-embedding-2"


def sweep(url):
    """Has the servers look for what is to be moved, and waits until one has."""
    system = "BEGIN; SELECT set_config('payaid.merchant_id', '*', true) \\g /dev/null"
    stacks.sql(url, f"{system}\nINSERT INTO jobs (queue, kind, payload) "
                    "VALUES ('knowledge', 'knowledge.sweep', ''); COMMIT;")
    left = f"{system}\nSELECT count(*) FROM jobs WHERE kind = 'knowledge.sweep' AND state IN ('available', 'running');"
    stacks.wait_for(lambda: stacks.sql(url, left)[-1][0] == "0")


def test_documents_are_found_before_during_and_after_a_move(stack):
    url = new_database(stack, "moves")
    with stacks.beside(stack, DATABASE_URL=url) as old:
        shop = old.merchant(f"{uuid.uuid4()}@example.in")
        with client(old, shop) as rest:
            agent = calling.new_agent(rest, "+918047165821")
            for text in (FAQ, HINDI):
                document = until_read(rest, agent, upload(rest, agent, text.encode()))
                assert document["embeddingModel"] == OLD and "nextEmbeddingModel" not in document
            with stacks.beside(stack, keys=old, DATABASE_URL=url, GEMINI_EMBEDDING_MODEL=NEW) as new:
                move(url, old, new, shop, agent, rest)


def move(url, old, new, shop, agent, rest):
    def documents(rest):
        return rest.get(base(agent)).json()["documents"]

    def found(rest):
        return "Nagpur" in search(rest, agent, "Where do you deliver?")[0]["text"]

    with client(new, shop) as other:
        # Both answer, and nothing moves, while they want different things.
        sweep(url)
        assert found(rest) and found(other)
        assert {d["embeddingModel"] for d in documents(other)} == {OLD}
        assert {d["nextEmbeddingModel"] for d in documents(other)} == {NEW}
        assert len(re.findall("^wanted ", new.operator("knowledge"), re.M)) == 2
        assert "payaid_knowledge_documents_to_move 2\n" in other.get("/metrics").text
        # A document that comes now is found now.
        gifts = until_read(other, agent, upload(other, agent, b"Gifts are wrapped in red paper."))
        assert gifts["embeddingModel"] == OLD
        assert "red" in search(rest, agent, "Are gifts wrapped?")[0]["text"]

        old.server.process.send_signal(signal.SIGKILL)
        old.server.process.wait()
        stacks.sql(url, "UPDATE knowledge_servers SET seen_time = now() - interval '1 hour' "
                        f"WHERE placement LIKE '{OLD}/%'")
        sweep(url)
        stacks.wait_for(lambda: {d["embeddingModel"] for d in documents(other)} == {NEW})
        assert found(other) and all("nextEmbeddingModel" not in d for d in documents(other))
        assert "सात दिन" in search(other, agent, "पार्सल कितने दिन में वापस होगा?")[0]["text"]
        board = new.operator("knowledge")
        assert re.search(f"^found +{NEW}/768 +3 documents", board, re.M) and OLD not in board
        assert re.search(r'passages_embedded_total\{work="move"\} [1-9]', other.get("/metrics").text)


def test_an_index_that_is_wanted_no_more_is_left(stack):
    url = new_database(stack, "bare")
    pinecone = {"PINECONE_API_KEY": "sim-pinecone-key", "PINECONE_BASE_URL": stack.sim.ready["pinecone"]}
    with stacks.beside(stack, DATABASE_URL=url, **pinecone) as old:
        shop = old.merchant(f"{uuid.uuid4()}@example.in")
        with client(old, shop) as rest:
            agent = calling.new_agent(rest, "+918047165822")
            document = until_read(rest, agent, upload(rest, agent, FAQ.encode()))["documentId"]
            stacks.wait_for(lambda: re.search("^found .*pinecone:", old.operator("knowledge"), re.M))
        old.server.stop()
        with stacks.beside(stack, keys=old, DATABASE_URL=url) as new, client(new, shop) as rest:
            sweep(url)
            stacks.wait_for(lambda: "pinecone:" not in new.operator("knowledge"))
            assert "Nagpur" in search(rest, agent, "Where do you deliver?")[0]["text"]
            # A job of a version before this is handed on.
            system = "BEGIN; SELECT set_config('payaid.merchant_id', '*', true) \\g /dev/null"
            stacks.sql(url, f"{system}\nINSERT INTO jobs (queue, kind, payload) "
                            f"VALUES ('knowledge', 'knowledge.index', '{document}'); COMMIT;")
            stacks.wait_for(lambda: {tuple(row) for row in stacks.sql(
                url, f"{system}\nSELECT DISTINCT kind, state FROM jobs; COMMIT;")} >= {
                    ("knowledge.index", "done"), ("knowledge.read", "done"), ("knowledge.move", "done")})
