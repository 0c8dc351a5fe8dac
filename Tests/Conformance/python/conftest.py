import hashlib
import pathlib
import shutil
import ssl
import tempfile
import uuid

import grpc
import httpx
import pytest

import calling
import raw
import stack as stacks
import stubs

stubs.make()

# Where the workers of xdist note which tests they have begun.
BEGUN = pytest.StashKey()


def pytest_addoption(parser):
    parser.addoption(
        "--statements", metavar="FOLDER", type=pathlib.Path,
        help="where sessions leave the SQL that their servers sent, and test_plans.py finds it")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """Tells a worker of xdist where all of them note what they begin."""
    if BEGUN not in node.config.stash:
        node.config.stash[BEGUN] = tempfile.mkdtemp(prefix="payaid-begun-")
    node.workerinput["begun"] = node.config.stash[BEGUN]


def pytest_unconfigure(config):
    shutil.rmtree(config.stash.get(BEGUN, ""), ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Fails a test that ended its worker: xdist hands it to the next one, which it would end as well."""
    if folder := getattr(item.config, "workerinput", {}).get("begun"):
        try:
            pathlib.Path(folder, hashlib.sha256(item.nodeid.encode()).hexdigest()).touch(exist_ok=False)
        except FileExistsError:
            pytest.fail("it ended the worker that ran it before")


def pytest_collection_modifyitems(items):
    """The plans come last: they are those of every statement that the other tests caused."""
    items.sort(key=lambda item: item.module.__name__ == "test_plans")


@pytest.fixture(scope="session")
def stack(request):
    with stacks.running() as running:
        yield running
        if folder := request.config.getoption("--statements"):
            stacks.leave_statements(running.folder, folder)


@pytest.fixture(scope="session")
def merchant(stack):
    return stack.merchant(f"{uuid.uuid4()}@example.in")


@pytest.fixture(scope="session")
def stranger(stack):
    """Another merchant, who must see nothing of the first one's."""
    return stack.merchant(f"{uuid.uuid4()}@example.in")


@pytest.fixture(scope="session")
def channel(stack):
    with open(stack.ca, "rb") as file:
        credentials = grpc.ssl_channel_credentials(file.read())
    with grpc.secure_channel(stack.target, credentials) as channel:
        grpc.channel_ready_future(channel).result(timeout=10)
        yield channel


def metadata(merchant):
    return (("x-api-key", merchant["key"]), ("x-api-secret", merchant["secret"]))


@pytest.fixture(scope="session")
def auth(merchant):
    return metadata(merchant)


def client(stack, merchant, http2=False):
    headers = dict(metadata(merchant)) if merchant else {}
    return httpx.Client(
        base_url=stack.url, headers=headers, http2=http2, timeout=20,
        verify=ssl.create_default_context(cafile=stack.ca))


@pytest.fixture(scope="session", params=[False, True], ids=["http1", "http2"])
def rest(request, stack, merchant):
    with client(stack, merchant, http2=request.param) as it:
        yield it


@pytest.fixture(scope="session")
def desk(stack, merchant):
    """An agent of the merchant that places calls."""
    with client(stack, merchant) as rest:
        return calling.new_agent(rest, "+918047120001")


@pytest.fixture(scope="module")
def server():
    """A server of limits, for one file: what it has counted belongs to that file's tests."""
    it = raw.Server()
    yield it
    it.stop()


@pytest.fixture(scope="module")
def hasty():
    """The same, whose every timeout is three seconds."""
    it = raw.Server("--timeout", 3)
    yield it
    it.stop()
