"""Pinecone's own SDK against the stand-in's two planes."""

import contextlib
import importlib
import time

import pytest

import stack as stacks

KEY = "sim-pinecone-key"
VECTORS = [
    {"id": "doc1#1", "values": [1, 0, 0], "metadata": {"agent": "a1", "seq": 1, "lang": ["hi", "en"]}},
    {"id": "doc1#2", "values": [1, 1, 0], "metadata": {"agent": "a1", "seq": 2, "text": "वापसी"}},
    {"id": "doc2#1", "values": [0, 0, 1], "metadata": {"agent": "a2", "seq": 1, "new": True}},
]


@pytest.fixture(scope="module")
def pinecone():
    """Imported where it is needed: it takes longer than its tests."""
    importlib.import_module("pinecone.errors.exceptions")
    return importlib.import_module("pinecone")


@pytest.fixture(scope="module")
def sim(tmp_path_factory):
    certificate = tmp_path_factory.mktemp("pinecone") / "sim.pem"
    program = stacks.Program(
        stacks.BIN / "voicesim", "serve", "--listen", "127.0.0.1:0", "--ears", "script",
        "--tls-listen", "127.0.0.1:0", "--certificate", certificate,
        environment={"PINECONE_API_KEY": KEY, "PINECONE_INDEX": "payaid-voice"})
    program.certificate = certificate
    yield program
    program.stop()


@pytest.fixture
def faults(sim):
    """Sets the switches of the Pinecone side; they are off again afterwards."""
    def put(**switches):
        answer = stacks.post(sim.ready["admin"] + "/faults", json={"pinecone": switches})
        assert answer.status_code == 200, answer.text
    yield put
    put()


@pytest.fixture(scope="module")
def client(pinecone, sim):
    """A client of the control plane that does not repeat what fails."""
    return pinecone.Pinecone(
        api_key=KEY, host=sim.ready["pinecone"], retry_config=pinecone.RetryConfig(max_retries=0))


@pytest.fixture(scope="module")
def index(pinecone, sim, client):
    """The index of the plain address, made anew with three values."""
    name = "payaid-voice"
    assert client.indexes.describe(name).dimension == 768
    client.indexes.delete(name, timeout=-1)
    wait(lambda: not client.indexes.exists(name))
    client.indexes.create(
        name=name, dimension=3, metric="cosine", timeout=-1, tags={"app": "voice"},
        spec=pinecone.ServerlessSpec(cloud="aws", region="us-east-1"))
    wait(lambda: client.indexes.describe(name).status.ready)
    described = client.indexes.describe(name)
    assert described.tags == {"app": "voice"} and described.metric == "cosine"
    # Describe names a host without a scheme, and the SDK would take it for https.
    return client.index(host="http://" + described.host.removeprefix("https://"))


@pytest.fixture
def filled(index, faults, request):
    """The index and a namespace of the test's own that has the three vectors."""
    faults(visibility_ms=0)
    namespace = request.node.name
    assert index.upsert(vectors=VECTORS, namespace=namespace).upserted_count == 3
    return index, namespace


def wait(condition):
    """Looks until something holds; what is waited for takes seconds at most."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_an_index_is_made_changed_and_deleted(pinecone, client):
    spec = pinecone.ServerlessSpec(cloud="aws", region="ap-southeast-1")
    made = client.indexes.create(
        name="short-lived", dimension=8, metric="dotproduct", spec=spec, timeout=-1,
        deletion_protection="enabled")
    assert made.status.state == "Initializing" and not made.status.ready
    assert made.host.removeprefix("https://").startswith("short-lived.localhost:")
    assert made.spec.serverless.region == "ap-southeast-1"
    assert "short-lived" in client.indexes.list().names()
    with pytest.raises(pinecone.errors.exceptions.ConflictError):
        client.indexes.create(name="short-lived", dimension=8, spec=spec, timeout=-1)
    with pytest.raises(pinecone.errors.exceptions.ForbiddenError):
        client.indexes.delete("short-lived", timeout=-1)
    client.indexes.configure("short-lived", deletion_protection="disabled", tags={"a": "b"})
    changed = client.indexes.describe("short-lived")
    assert changed.deletion_protection == "disabled" and changed.tags == {"a": "b"}
    client.indexes.delete("short-lived", timeout=-1)
    # A machine that is slow finds it gone.
    with contextlib.suppress(pinecone.errors.exceptions.NotFoundError):
        assert client.indexes.describe("short-lived").status.state == "Terminating"
    wait(lambda: not client.indexes.exists("short-lived"))


def test_a_query_finds_by_nearness_and_filter(filled):
    index, namespace = filled
    found = index.query(
        vector=[1, 0.5, 0], top_k=2, namespace=namespace, include_metadata=True, include_values=True)
    assert [match.id for match in found.matches] == ["doc1#2", "doc1#1"]
    assert found.matches[0].score == pytest.approx(1.5 / (1.25 ** 0.5 * 2 ** 0.5))
    assert found.matches[0].values == [1, 1, 0]
    assert found.matches[0].metadata == VECTORS[1]["metadata"]
    assert found.namespace == namespace and found.usage.read_units == 5
    assert index.query(vector=[1, 0, 0], top_k=2, namespace="nobody").matches == []
    assert index.query(id="doc2#1", top_k=1, namespace=namespace).matches[0].id == "doc2#1"


@pytest.mark.parametrize("expression, ids", [
    ({"agent": "a1"}, ["doc1#1", "doc1#2"]),
    ({"agent": {"$ne": "a1"}}, ["doc2#1"]),
    ({"seq": {"$gte": 1, "$lt": 2}}, ["doc1#1", "doc2#1"]),
    ({"lang": {"$in": ["hi"]}}, ["doc1#1"]),
    ({"text": {"$exists": False}, "new": {"$nin": [True]}}, ["doc1#1"]),
    ({"$or": [{"new": True}, {"$and": [{"agent": "a1"}, {"seq": 2}]}]}, ["doc1#2", "doc2#1"]),
])
def test_each_operator_filters(filled, expression, ids):
    index, namespace = filled
    found = index.query(vector=[1, 1, 1], top_k=10, namespace=namespace, filter=expression)
    assert sorted(match.id for match in found.matches) == ids
    kept = index.fetch_by_metadata(filter=expression, namespace=namespace)
    assert sorted(kept.vectors) == ids


def test_the_filter_builder_of_the_sdk_is_understood(pinecone, filled):
    index, namespace = filled
    field = pinecone.Field
    expression = ((field("agent") == "a1") & field("seq").gt(1)).to_dict()
    found = index.query(vector=[1, 1, 1], top_k=10, namespace=namespace, filter=expression)
    assert [match.id for match in found.matches] == ["doc1#2"]


def test_records_are_fetched_and_listed(filled):
    index, namespace = filled
    fetched = index.fetch(ids=["doc1#2", "gone"], namespace=namespace)
    assert list(fetched.vectors) == ["doc1#2"]
    assert fetched.vectors["doc1#2"].metadata["text"] == "वापसी"
    pages = list(index.list(prefix="doc1#", limit=1, namespace=namespace))
    assert [[item.id for item in page] for page in pages] == [["doc1#1"], ["doc1#2"]]
    many = ["&", *map(str, range(998)), "doc2#1"]
    assert list(index.fetch(ids=many, namespace=namespace).vectors) == ["doc2#1"]


def test_records_are_updated_and_deleted(filled):
    index, namespace = filled
    index.update(id="doc2#1", values=[1, 0, 0], set_metadata={"seq": 7}, namespace=namespace)
    changed = index.fetch(ids=["doc2#1"], namespace=namespace).vectors["doc2#1"]
    assert changed.values == [1, 0, 0]
    assert changed.metadata == {"agent": "a2", "seq": 7, "new": True}
    assert index.update(
        filter={"agent": "a1"}, set_metadata={"old": True}, namespace=namespace).matched_records == 2
    index.delete(ids=["doc1#1", "gone"], namespace=namespace)
    index.delete(filter={"seq": 7}, namespace=namespace)
    assert [item.id for page in index.list(namespace=namespace) for item in page] == ["doc1#2"]
    index.delete(delete_all=True, namespace=namespace)
    assert list(index.list(namespace=namespace)) == []


def test_stats_and_namespaces_count(sim, filled):
    index, namespace = filled
    stats = index.describe_index_stats()
    assert stats.namespaces[namespace].vector_count == 3
    assert stats.dimension == 3 and stats.metric == "cosine"
    assert stats.total_vector_count == sum(one.vector_count for one in stats.namespaces.values())
    counts = stacks.get(sim.ready["admin"] + "/vectors").json()["payaid-voice"]
    assert counts[namespace] == 3
    assert index.describe_namespace(name=namespace).record_count == 3
    assert index.create_namespace(name="made").record_count == 0
    assert {"made", namespace} <= {
        one.name for page in index.list_namespaces(limit=1) for one in page.namespaces}
    index.delete_namespace(name="made")
    assert "made" not in index.describe_index_stats().namespaces


def test_a_write_is_seen_later(index, faults):
    faults(visibility_ms=3_000)
    written = index.upsert(vectors=VECTORS, namespace="late")
    asked = index.query(vector=[1, 0, 0], top_k=1, namespace="late")
    assert asked.matches == []
    assert asked.response_info.lsn_reconciled < written.response_info.lsn_committed
    wait(lambda: index.query(vector=[1, 0, 0], top_k=1, namespace="late").matches)
    asked = index.query(vector=[1, 0, 0], top_k=1, namespace="late")
    assert asked.response_info.lsn_reconciled >= written.response_info.lsn_committed


@pytest.mark.parametrize("call, words", [
    (lambda index: index.upsert(vectors=[("a", [1, 2])]), "Vector dimension 2 does not match"),
    (lambda index: index.upsert(vectors=[("a", [0, 0, 0])]), "non-zero value"),
    (lambda index: index.upsert(vectors=[("a", [1, 2, 3], {"b": {"c": 1}})]), "for field 'b'"),
    (lambda index: index.query(vector=[1, 0, 0], top_k=1, filter={"$eq": 1}), "logical operators"),
    (lambda index: index.describe_index_stats(filter={"a": 1}), "metadata filtering"),
])
def test_a_bad_request_is_the_sdks_error(pinecone, index, call, words):
    with pytest.raises(pinecone.errors.exceptions.ApiError) as raised:
        call(index)
    assert raised.value.status_code == 400 and words in raised.value.message


def test_a_wrong_key_is_refused_on_both_planes(pinecone, sim, index):
    other = pinecone.Pinecone(api_key="wrong", host=sim.ready["pinecone"])
    for call in (other.indexes.list, other.index(host=sim.ready["pinecone"]).describe_index_stats):
        with pytest.raises(pinecone.errors.exceptions.UnauthorizedError) as raised:
            call()
        assert "Invalid API Key" in str(raised.value)


def test_a_gone_namespace_is_not_found(pinecone, index):
    with pytest.raises(pinecone.errors.exceptions.NotFoundError) as raised:
        index.delete(delete_all=True, namespace="nobody")
    assert raised.value.message == "Namespace not found"


@pytest.mark.parametrize("code, kind", [(429, "RateLimitError"), (503, "ServiceError"), (412, "ApiError")])
def test_an_injected_failure_is_the_sdks_error(pinecone, client, faults, code, kind):
    faults(status=code)
    with pytest.raises(getattr(pinecone.errors.exceptions, kind)) as raised:
        client.indexes.list()
    assert raised.value.status_code == code


def test_a_failure_that_passes_is_retried(sim, index, faults):
    def metrics():
        return stacks.get(sim.ready["admin"] + "/metrics").json()["pinecone"]
    faults(status=503, count=1)
    before = metrics()
    index.describe_index_stats()
    after = metrics()
    assert after["requests"] - before["requests"] == 2
    assert after["failures"] - before["failures"] == 1


def test_the_sdk_finds_an_index_by_its_name_over_tls(pinecone, sim, index, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(sim.certificate))
    secure = pinecone.Pinecone(
        api_key=KEY, host=sim.ready["gemini_tls"].replace("wss://", "https://"))
    assert secure.index("payaid-voice").describe_index_stats().dimension == 3
