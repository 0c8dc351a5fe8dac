"""The dashboard's files over raw HTTP, as browsers and attackers ask for them."""

import gzip
import os
import re
import socket
import ssl
import subprocess

import pytest

import stack as stacks
from dashboard import site, stack  # noqa: F401, fixtures


def fetch(stack, target, method="GET", **headers):
    """One request, its target as it is, over a connection of its own: status, headers and body."""
    context = ssl.create_default_context(cafile=stack.ca)
    fields = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection(("localhost", stack.port), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as connection:
            connection.sendall(
                f"{method} {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{fields}\r\n".encode("latin-1"))
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    return int(first.split()[1]), dict(line.lower().split(": ", 1) for line in lines), body


@pytest.fixture(scope="module")
def script(stack):
    """Where the page's script is."""
    return re.search(r'src="([^"]+)"', fetch(stack, "/dashboard/")[2].decode())[1]


def test_the_page_has_its_policy(stack):
    status, headers, body = fetch(stack, "/dashboard/")
    assert status == 200 and b'<div id="root">' in body
    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "media-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"].startswith("max-age=") and headers["cache-control"] == "no-cache"
    for path in ("/dashboard/agents", "/dashboard/calls/call_01ARZ3NDEKTSV4RRFFQ69G5FAV", "/dashboard/login?x=1"):
        assert fetch(stack, path)[2] == body
    for path in ("/", "/dashboard"):
        status, headers, _ = fetch(stack, path)
        assert (status, headers["location"]) == (302, "/dashboard/")


def test_assets_last_and_come_coded(stack, script):
    status, headers, plain = fetch(stack, script)
    assert status == 200 and headers["content-type"].startswith("text/javascript")
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    coded = fetch(stack, script, accept_encoding="gzip")
    assert coded[1]["content-encoding"] == "gzip" and gzip.decompress(coded[2]) == plain
    assert coded[1]["etag"] != headers["etag"] and len(coded[2]) < len(plain) / 2
    assert fetch(stack, script, accept_encoding="br")[1]["content-encoding"] == "br"
    status, again, body = fetch(stack, script, if_none_match=headers["etag"])
    assert (status, body, again["etag"]) == (304, b"", headers["etag"])
    status, head, body = fetch(stack, script, "HEAD")
    assert (status, body, head["content-length"]) == (200, b"", str(len(plain)))


@pytest.mark.parametrize("path", [
    "/dashboard/assets/none.js", "/dashboard/assets/", "/dashboard/favicon.ico", "/dashboard/../../etc/passwd",
    "/dashboard/%2e%2e/%2e%2e/etc/passwd", "/dashboard/..%2f..%2fetc%2fpasswd", "/dashboard/assets/..%5c..%5cx.js",
    "/dashboard/%252e%252e/x.y", "/dashboard//etc/passwd.txt", "/dashboard/index.html%00.js", "/dashboard/a%00b",
    "/dashboard/.env", "/dashboard/%zz", "/dashboard/" + "a" * 600])
def test_what_is_no_file_and_no_page_is_not_found(stack, path):
    status, _, body = fetch(stack, path)
    assert status in (400, 404) and b"root:" not in body and b'<div id="root">' not in body


def test_nothing_but_reading_is_served(stack):
    for method in ("POST", "PUT", "DELETE"):
        assert fetch(stack, "/dashboard/", method, content_length="0")[0] in (404, 405)


def test_a_folder_without_a_page_stops_the_start(tmp_path):
    answer = subprocess.run(
        [stacks.BIN / "voiced", "serve", "--listen", "127.0.0.1:0", "--data-dir", tmp_path / "data"],
        capture_output=True, text=True, timeout=120, env={
            **os.environ, **stacks.VENDOR_SETTINGS, "DASHBOARD_DIR": str(tmp_path)})
    assert answer.returncode != 0 and "DASHBOARD_DIR" in answer.stderr
