import pathlib
import ssl
import uuid

import grpc
import httpx
import pytest

import calling
import raw
import stack as stacks
import stubs

stubs.make()


def pytest_addoption(parser):
    parser.addoption(
        "--statements", metavar="FOLDER", type=pathlib.Path,
        help="where sessions leave the SQL that their servers sent, and test_plans.py finds it")


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
    """The same, whose every timeout is one second."""
    it = raw.Server("--timeout", 1)
    yield it
    it.stop()
