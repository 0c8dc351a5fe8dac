"""Our grpc.testing server against stock grpcio, in cleartext and over TLS."""

import http.server
import threading
import urllib.request

import grpc
import httpx
import pytest

import interop
import interop_cases
from raw import message

# A channel of its own for each peer: grpcio shares connections between channels of equal options.
OPTIONS = [("grpc.use_local_subchannel_pool", 1)]


@pytest.fixture(scope="module")
def port():
    with interop.server() as port:
        yield port


@pytest.fixture(scope="module", params=["cleartext", "tls"])
def peer(request, tmp_path_factory, port):
    if request.param == "cleartext":
        peer = interop_cases.Peer(
            lambda: grpc.insecure_channel(f"127.0.0.1:{port}", options=OPTIONS))
        with peer.channel:
            yield peer
        return
    cert, key = interop.certificate(tmp_path_factory.mktemp("tls"))
    credentials = grpc.ssl_channel_credentials(cert.read_bytes())
    with interop.server("--cert", cert, "--key", key) as secure:
        peer = interop_cases.Peer(
            lambda: grpc.secure_channel(f"localhost:{secure}", credentials, options=OPTIONS))
        with peer.channel:
            yield peer


@pytest.mark.parametrize("case", interop_cases.ALL, ids=lambda case: case.__name__)
def test_the_case_passes(peer, case):
    case(peer)


def test_streams_over_the_limit_wait_for_their_turn():
    with interop.server("--max-concurrent-streams-limit", 2) as port:
        with grpc.insecure_channel(f"127.0.0.1:{port}", options=OPTIONS) as channel:
            stub = interop_cases.services().TestServiceStub(channel)
            calls = [stub.UnaryCall.future(interop_cases.large()) for _ in range(20)]
            assert all(len(call.result(20).payload.body) == 314159 for call in calls)


@pytest.mark.parametrize("kind", ["connect+proto", "grpc-web+proto"])
@pytest.mark.parametrize("sizes", [[66_000], [10_000] * 20, [2_000_000] * 3])
@pytest.mark.parametrize("http2", [False, True], ids=["http1", "http2"])
def test_a_long_answer_does_not_wait_for_what_has_left(port, kind, sizes, http2):
    request = message(interop_cases.asking(*sizes).SerializeToString())
    with httpx.Client(http1=not http2, http2=http2, timeout=20) as client:
        answer = client.post(
            f"http://127.0.0.1:{port}/grpc.testing.TestService/StreamingOutputCall",
            content=request, headers={"content-type": f"application/{kind}"})
    assert sum(sizes) < len(answer.content) < sum(sizes) + 50 * len(sizes)
    assert answer.content.endswith((b"{}", b"grpc-status: 0\r\n"))


class CachingProxy(http.server.BaseHTTPRequestHandler):
    """Keeps a GET's answer while its cache-control lets it."""
    answers = {}
    target = None
    asked = 0

    def do_GET(self):
        body = self.answers.get(self.path)
        if body is None:
            type(self).asked += 1
            with urllib.request.urlopen(f"{self.target}{self.path}", timeout=10) as response:
                body, control = response.read(), response.headers["cache-control"]
            if "public" in control and "max-age=60" in control:
                self.answers[self.path] = body
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


CONNECT_GET = "/grpc.testing.TestService/CacheableUnaryCall?connect=v1"


@pytest.mark.parametrize("path, has", [
    ("/v1/cacheable?responseSize=1", b'"body"'),
    (CONNECT_GET + "&encoding=json&message=%7B%22responseSize%22%3A1%7D", b'"body"'),
    (CONNECT_GET + "&encoding=proto&base64=1&message=EAE", b"\x12"),
], ids=["REST", "Connect in JSON", "Connect"])
def test_cacheable_unary_by_get_through_a_caching_proxy(port, path, has):
    """gRPC itself has no GET. The method's REST route and, as it has no side effects, Connect have, and
    its headers let proxies keep the answer."""
    CachingProxy.target, CachingProxy.asked = f"http://127.0.0.1:{port}", 0
    CachingProxy.answers.clear()
    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), CachingProxy)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{proxy.server_port}{path}"
        request = urllib.request.Request(url, headers={"x-user-ip": "1.2.3.4"})
        bodies = [urllib.request.urlopen(request, timeout=10).read() for _ in range(2)]
    finally:
        proxy.shutdown()
        proxy.server_close()
    assert bodies[0] == bodies[1] and has in bodies[0]
    assert CachingProxy.asked == 1
