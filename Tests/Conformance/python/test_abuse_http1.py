"""Smuggling, slowness and size on HTTP/1.1, and what TLS lets in."""

import re
import socket
import ssl
import subprocess
import time

import pytest

from raw import Server, holds

HOST = "Host: a\r\n"
OK = "GET /sleepers HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture(scope="module")
def secure():
    it = Server("--tls", "--timeout", 2)
    yield it
    it.stop()


POST = "POST /v1/bench:unary HTTP/1.1\r\n" + HOST + "Content-Type: application/json\r\n"
SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
REFUSED = {
    "CL.TE": POST + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
    "TE.CL": POST + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n" + SMUGGLED,
    "two lengths": POST + "Content-Length: 0\r\nContent-Length: 44\r\n\r\n" + SMUGGLED,
    "two equal lengths": POST + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a list of lengths": POST + "Content-Length: 2, 2\r\n\r\n{}",
    "a length with a sign": POST + "Content-Length: +2\r\n\r\n{}",
    "a negative length": POST + "Content-Length: -2\r\n\r\n{}",
    "a hexadecimal length": POST + "Content-Length: 0x2\r\n\r\n{}",
    "a length with a space": POST + "Content-Length: 2 0\r\n\r\n{}",
    "an empty length": POST + "Content-Length:\r\n\r\n{}",
    "a length that overflows": POST + "Content-Length: 99999999999999999999\r\n\r\n",
    "a space before the colon": POST + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "two encodings": POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "chunked twice": POST + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "identity": POST + "Transfer-Encoding: identity\r\n\r\n" + SMUGGLED,
    "chunked in disguise": POST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked behind a tab": POST + "Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    "chunked in 1.0": POST.replace("1.1", "1.0") + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a folded header": POST + "X: a\r\n b\r\nContent-Length: 2\r\n\r\n{}",
    "a folded first header": "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
    "a bare line feed": "GET /sleepers HTTP/1.1\nHost: a\n\n",
    "a bare line feed in a header": POST + "X: a\nContent-Length: 2\r\n\r\n{}",
    "a bare carriage return": POST + "X: a\rContent-Length: 2\r\n\r\n{}",
    "a nul": POST + "X: a\0b\r\nContent-Length: 2\r\n\r\n{}",
    "a control": POST + "X: a\x01b\r\nContent-Length: 2\r\n\r\n{}",
    "a name without a name": POST + ": v\r\nContent-Length: 2\r\n\r\n{}",
    "a name with a space": POST + "A B: v\r\nContent-Length: 2\r\n\r\n{}",
    "a line without a colon": POST + "nothing\r\nContent-Length: 2\r\n\r\n{}",
    "no host": "GET /sleepers HTTP/1.1\r\n\r\n",
    "two hosts": "GET /sleepers HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "a host with a user": "GET /sleepers HTTP/1.1\r\nHost: a@b\r\n\r\n",
    "a host with a path": "GET /sleepers HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "another authority": "GET http://b/sleepers HTTP/1.1\r\nHost: a\r\n\r\n",
    "a chunk size with a sign": POST + "Transfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n",
    "a chunk size with 0x": POST + "Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n",
    "a chunk size that overflows":
        POST + "Transfer-Encoding: chunked\r\n\r\n10000000000000002\r\n{}\r\n0\r\n\r\n",
    "a chunk behind a line feed": POST + "Transfer-Encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n",
    "a chunk longer than it says": POST + "Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
    "an extension with a line feed":
        POST + "Transfer-Encoding: chunked\r\n\r\n2;a\nb\r\n{}\r\n0\r\n\r\n",
    "an endless extension":
        POST + "Transfer-Encoding: chunked\r\n\r\n2;" + "a" * 5000 + "\r\n{}\r\n0\r\n\r\n",
    "a length in the trailers":
        POST + "Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 9\r\n\r\n" + SMUGGLED,
    "two spaces": "GET  /sleepers HTTP/1.1\r\nHost: a\r\n\r\n",
    "a tab between": "GET\t/sleepers HTTP/1.1\r\nHost: a\r\n\r\n",
    "no version": "GET /sleepers\r\nHost: a\r\n\r\n",
    "version 1.2": "GET /sleepers HTTP/1.2\r\nHost: a\r\n\r\n",
    "version 2.0": "GET /sleepers HTTP/2.0\r\nHost: a\r\n\r\n",
    "lower-case http": "GET /sleepers http/1.1\r\nHost: a\r\n\r\n",
    "a fragment": "GET /sleepers#x HTTP/1.1\r\nHost: a\r\n\r\n",
    "a target that is no path": "GET sleepers HTTP/1.1\r\nHost: a\r\n\r\n",
    "a method with a bracket": "G(T /sleepers HTTP/1.1\r\nHost: a\r\n\r\n",
    "connect": "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
    "an expectation nobody has": POST + "Expect: 200-ok\r\nContent-Length: 2\r\n\r\n{}",
    "empty lines": "\r\n\r\n\r\n" + OK,
    "a target that is too long": "GET /" + "a" * 20_000 + " HTTP/1.1\r\nHost: a\r\n\r\n",
    "a header that is too long": "GET / HTTP/1.1\r\nHost: a\r\nX: " + "a" * 20_000 + "\r\n\r\n",
    "too many headers": "GET / HTTP/1.1\r\nHost: a\r\n" + "A: b\r\n" * 200 + "\r\n",
    "bytes of no protocol": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_two_parsers_could_read_differently_ends_the_connection(server, name):
    with holds(server):
        before = server.cuts()
        answer = server.http((REFUSED[name] + OK).encode("latin-1"))
        status = answer.split(b" ", 2)[1]
        assert status[:1] in (b"4", b"5"), answer
        # Whatever came behind it was not taken for a request.
        assert answer.count(b"HTTP/1.1 ") == 1, answer
        after = server.cuts()
        assert any(after.get(r, 0) > before.get(r, 0) for r in ("http1_malformed", "http1_too_large"))


@pytest.mark.parametrize("first", [
    POST + "Content-Length: 2\r\n\r\n{}",
    POST + "Transfer-Encoding: Chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\nX: y\r\n\r\n",
    "GET http://a/sleepers HTTP/1.1\r\nHost: A\r\n\r\n",
    "GET /sleepers HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    "Connection: Upgrade, HTTP2-Settings\r\n\r\n",
], ids=["length", "chunked", "absolute", "h2c"])
def test_a_request_behind_a_good_one_is_answered_as_itself(server, first):
    last = OK.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
    answer = server.http((first + last).encode())
    assert answer.count(b"HTTP/1.1 200") == 2 and b" 101 " not in answer


def test_pipelined_requests_that_nobody_reads_hold_little(server):
    """Ten thousand requests for a mebibyte each, and not a byte read."""
    with holds(server, growth=16), server.connect() as client:
        client.settimeout(0.2)
        try:
            for _ in range(1_000):
                client.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n" * 10)
        except TimeoutError:
            pass
        assert server.answers()


def test_a_body_over_the_limit_is_refused(server):
    with holds(server, "body_size"):
        head = POST + f"Content-Length: {9 << 20}\r\n\r\n"
        assert server.http(head.encode()).startswith(b"HTTP/1.1 413")
        chunk = b"100000\r\n" + bytes(1 << 20) + b"\r\n"
        answer = server.http((POST + "Transfer-Encoding: chunked\r\n\r\n").encode() + chunk * 9)
        assert answer[:12] in (b"HTTP/1.1 413", b"")


def dripped(server, data, pause=0.1, limit=40):
    """Sends a byte at a time; how long the server bore it."""
    began = time.monotonic()
    with server.connect() as client:
        client.settimeout(0.01)
        for byte in data:
            try:
                client.send(bytes([byte]))
                if client.recv(100) in (b"", None):
                    break
                break
            except TimeoutError:
                time.sleep(pause)
            except OSError:
                break
            if time.monotonic() - began > limit:
                break
    return time.monotonic() - began


@pytest.mark.parametrize("data, reason", [
    (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 100, "handshake_timeout"),
    (POST.encode() + b"Content-Length: 500\r\n\r\n", "body_timeout"),
], ids=["head", "body"])
def test_a_dripped_request_is_cut(hasty, data, reason):
    with holds(hasty, reason):
        if reason == "body_timeout":
            with hasty.connect() as client:
                client.sendall(data + b"{")
                assert client.recv(100).startswith(b"HTTP/1.1 408")
        else:
            assert dripped(hasty, data) < 30


def test_a_dripped_second_head_is_cut(hasty):
    with holds(hasty, "header_timeout"), hasty.connect() as client:
        client.sendall(OK.encode() + b"GET / HT")
        client.settimeout(30)
        answer = b""
        while more := client.recv(1000):
            answer += more
        assert b"HTTP/1.1 408" in answer


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_old_tls_is_refused(secure, version):
    with_old = [
        "openssl", "s_client", "-connect", f"127.0.0.1:{secure.port}", version,
        "-cipher", "ALL:@SECLEVEL=0"]
    done = subprocess.run(with_old, input=b"", capture_output=True, timeout=20)
    assert done.returncode != 0
    assert "tls" in secure.cuts()


def tls(alpn=None, ciphers=None, highest=None):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if alpn:
        context.set_alpn_protocols(alpn)
    if ciphers:
        context.set_ciphers(ciphers)
    if highest:
        context.maximum_version = highest
    return context


@pytest.mark.parametrize("ciphers", ["AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "aNULL"])
def test_ciphers_without_secrecy_or_authentication_are_refused(secure, ciphers):
    context = tls(ciphers=ciphers + ":@SECLEVEL=0", highest=ssl.TLSVersion.TLSv1_2)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        context.wrap_socket(socket.create_connection(("127.0.0.1", secure.port), 10))


def test_renegotiation_is_refused(secure):
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{secure.port}", "-tls1_2"]
    done = subprocess.run(command, input=b"R\n", capture_output=True, timeout=20)
    assert b"no renegotiation" in done.stderr.lower() + done.stdout.lower() or done.returncode


def test_http2_over_tls_needs_alpn(secure):
    from raw import PREFACE, SETTINGS, frame
    raw = socket.create_connection(("127.0.0.1", secure.port), 10)
    with tls().wrap_socket(raw) as client:
        client.sendall(PREFACE + frame(SETTINGS))
        assert client.recv(1000).startswith(b"HTTP/1.1 505")
    with pytest.raises(ssl.SSLError):
        tls(alpn=["spdy/3"]).wrap_socket(socket.create_connection(("127.0.0.1", secure.port), 10))


def test_a_tls_handshake_that_never_ends_is_cut(secure):
    before = secure.cuts().get("handshake_timeout", 0)
    with socket.create_connection(("127.0.0.1", secure.port), 10) as client:
        client.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        client.settimeout(10)
        assert client.recv(100) == b""
    assert secure.cuts()["handshake_timeout"] > before


@pytest.mark.parametrize("which", ["server", "secure"])
def test_a_client_that_has_gone_leaves_no_connection_behind(request, which):
    """They come and go one after another, faster than connections that wait for something time out."""
    server = request.getfixturevalue(which)
    for _ in range(20):
        with server.connect() as client:
            client.sendall(OK.encode())
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
    open_now = re.findall(r"^server_connections(?:\{[^}]*\})? (\d+)$", server.get("/metrics"), re.M)
    assert 1 <= sum(map(int, open_now)) < 10, open_now
