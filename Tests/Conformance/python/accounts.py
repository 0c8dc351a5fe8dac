"""Merchants, their users and their keys, as the conformance tests make them."""

import contextlib

import grpc

PASSWORD = "correct horse battery"


def operator(stack, *arguments, text=None):
    """Runs `voicectl admin` against the server's own database; what it prints."""
    return stack.operator(*arguments, text=text)


def user(stack, merchant, email, role="owner", password=PASSWORD):
    """Adds a user the way an operator adds the first owner."""
    operator(stack, "user", "create", "--merchant", merchant["id"], "--email", email,
             "--role", role, "--json", text=password + "\n")
    return email


def bearer(session):
    """The metadata of somebody who logged in."""
    return (("authorization", f"Bearer {session.access_token}"),)


def key_metadata(key, secret):
    return (("x-api-key", key), ("x-api-secret", secret))


@contextlib.contextmanager
def channel(stack):
    with open(stack.ca, "rb") as file:
        credentials = grpc.ssl_channel_credentials(file.read())
    with grpc.secure_channel(stack.target, credentials) as it:
        grpc.channel_ready_future(it).result(timeout=10)
        yield it


def code(call, *arguments, **options):
    """The status that a call ends with."""
    try:
        call(*arguments, timeout=20, **options)
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK
