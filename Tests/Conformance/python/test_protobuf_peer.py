"""Our protobuf codec, binary and JSON, against Google's for Python: random messages through a server
whose handler gives back what it gets, so that all is read into Swift values and written from them.

A failure shows the seed and the message; PAYAID_SEED sets another seed."""

import contextlib
import ctypes
import http.client
import importlib
import json
import os
import pathlib
import random
import sys
import tempfile

import grpc
import pytest
from google.protobuf import (
    any_pb2, duration_pb2, empty_pb2, field_mask_pb2, json_format, struct_pb2, timestamp_pb2, wrappers_pb2)
from google.protobuf.descriptor import FieldDescriptor as F
from google.protobuf.message import DecodeError
from google.protobuf.unknown_fields import UnknownFieldSet

import protobuf_strict
import stubs
from protobuf_random import (
    DELIMITED, SPELLINGS, START, JSONMessages, Messages, Wire, altered, damaged, field, is_map, spelled)

SEED = os.environ.get("PAYAID_SEED", "7")


def everything():
    """The class of payaid_test.v1.Everything, a message with each kind of field."""
    protos = stubs.ROOT / "Tests" / "Support" / "Protos"
    with tempfile.TemporaryDirectory(prefix="payaid-stubs-") as folder:
        stubs.generate(pathlib.Path(folder), protos, [str(protos / "payaid_test/v1/everything.proto")])
        sys.path.insert(0, folder)
        try:
            return importlib.import_module("payaid_test.v1.everything_pb2").Everything
        finally:
            sys.path.remove(folder)


Everything = everything()
ANY_TYPES = [
    Everything, Everything.Nested, any_pb2.Any, duration_pb2.Duration, empty_pb2.Empty,
    field_mask_pb2.FieldMask, struct_pb2.ListValue, struct_pb2.Struct, struct_pb2.Value,
    timestamp_pb2.Timestamp, wrappers_pb2.BytesValue, wrappers_pb2.DoubleValue, wrappers_pb2.Int64Value]


class Peer:
    """The server, by gRPC and by REST."""

    def __init__(self, port, channel):
        self.call = channel.unary_unary("/payaid_test.v1.Mirror/Echo")
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)

    def echo(self, data):
        """The bytes that come back; None if they are not a message."""
        try:
            return self.call(data, timeout=20)
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.INTERNAL, error
            return None

    def post(self, text):
        """The JSON that comes back; None if the text is not a message."""
        self.connection.request("POST", "/v1/everything", text.encode(), {"content-type": "application/json"})
        answer = self.connection.getresponse()
        body = answer.read().decode()
        assert answer.status in (200, 400), body
        return body if answer.status == 200 else None


@pytest.fixture(scope="module")
def peer(server):
    options = [("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(f"127.0.0.1:{server.port}", options=options) as channel:
        peer = Peer(server.port, channel)
        with contextlib.closing(peer.connection):
            yield peer


@pytest.fixture
def rng(request):
    return random.Random(f"{request.node.name} {SEED}")


def read(data):
    """Python's message, or None."""
    with contextlib.suppress(DecodeError):
        return Everything.FromString(data)


def written(message):
    return message and message.SerializeToString(deterministic=True)


def parts(message):
    """A message and all in it."""
    yield message
    for described, value in message.ListFields():
        if is_map(described):
            is_plain = described.message_type.fields_by_name["value"].type != F.TYPE_MESSAGE
            value = [] if is_plain else [value[key] for key in sorted(value)]
        if described.type == F.TYPE_MESSAGE:
            for part in value if described.is_repeated else [value]:
                yield from parts(part)


def unknown(fields):
    return [(f.field_number, f.wire_type, unknown(f.data) if f.wire_type == START else f.data) for f in fields]


def all_unknown(message):
    return [unknown(UnknownFieldSet(part)) for part in parts(message)]


def meaning(message):
    """All that is in a message, to the sign of a zero: its known fields and its unknown ones."""
    known = Everything()
    known.CopyFrom(message)
    known.DiscardUnknownFields()
    return written(known), all_unknown(message)


def has_field_0(fields):
    return any(number == 0 or wire == START and has_field_0(data) for number, wire, data in fields)


def keeps_an_entry(message):
    """Whether Python has kept an entry of a map as an unknown field, since it has unknown fields."""
    return any(
        wire == DELIMITED and (described := part.DESCRIPTOR.fields_by_number.get(number)) and is_map(described)
        for part in parts(message) for number, wire, _ in unknown(UnknownFieldSet(part)))


def check(peer, data):
    """Both read the same, but for what DIFFERENCES names."""
    note = f"seed {SEED}: {data.hex(' ')}"
    answer, theirs = peer.echo(data), read(data)
    if theirs is None:
        assert answer is None, note
    elif answer is None:
        assert any(has_field_0(fields) for fields in all_unknown(theirs)), note
    else:
        ours = read(answer)
        assert ours and (keeps_an_entry(theirs) or meaning(ours) == meaning(theirs)), note


def test_a_message_comes_back_as_it_was(peer, rng):
    make, wire = Messages(rng), Wire(rng)
    for _ in range(1000):
        message = make.message(Everything)
        message.MergeFromString(wire.stray(None) * rng.randint(0, 1))
        data, note = message.SerializeToString(), f"seed {SEED}: {written(message).hex(' ')}"
        answer = peer.echo(data)
        assert answer is not None and written(read(answer)) == written(message), note


def test_unusual_bytes_mean_the_same_to_both(peer, rng):
    wire = Wire(rng)
    for _ in range(2000):
        data = wire.message(Everything.DESCRIPTOR)
        assert read(data), f"seed {SEED}: {data.hex(' ')}"
        check(peer, data)


def test_damaged_bytes_are_taken_or_refused_by_both(peer, rng):
    make, wire = Messages(rng), Wire(rng)
    for _ in range(4000):
        sources = [make.message(Everything).SerializeToString(), wire.message(Everything.DESCRIPTOR)]
        check(peer, damaged(rng, *rng.sample(sources, 2)))


def nested(levels):
    """A message with others in it, each but the first in the one before."""
    data = b""
    for _ in range(levels - 1):
        data = field(18, DELIMITED, data)
    return data


# Bytes, what we make of them, and what Python does; None is a refusal.
DIFFERENCES = {
    # The encoding says nothing of them: we drop the field and read the entry, Python keeps it whole.
    "an unknown field in the entry of a map": (b"\x9a\x03\x02\x18\x01", b"\x9a\x03\0", b"\x9a\x03\x02\x18\x01"),
    # No field has number 0: upb does not look into what it does not know.
    "field 0 in an unknown group": (b"\xa3\x06\0\1\xa4\x06", None, b"\xa3\x06\0\1\xa4\x06"),
    "field 0 in a message without fields": (b"\xf2\x04\2\0\1", None, b"\xf2\x04\2\0\1"),
    # The same field, as we write tags of unknown fields anew.
    "a tag too long of an unknown field": (b"\xc2\0\0", b"\x42\0", b"\xc2\0\0"),
    # Each implementation has a limit of its own: ours counts the outermost message, upb's does not.
    "101 levels": (nested(101), None, nested(101)),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_bytes_that_each_reads_in_its_own_way(peer, name):
    data, ours, theirs = DIFFERENCES[name]
    assert (peer.echo(data), written(read(data))) == (ours, theirs)


def test_both_read_100_levels_and_refuse_102(peer):
    assert peer.echo(nested(100)) == written(read(nested(100))) == nested(100)
    assert peer.echo(nested(102)) is None and read(nested(102)) is None


def printed(message):
    return json_format.MessageToJson(message, indent=None, sort_keys=True)


def values(text):
    """JSON with its numbers as those of a float, since a float has more than one shortest spelling."""
    def single(digits):
        return ctypes.c_float(float(digits)).value
    return json.loads(text, parse_int=single, parse_float=single)


def check_json(peer, text):
    """Both take a text and mean the same, or both refuse it; whether they take it."""
    answer, theirs = peer.post(text), protobuf_strict.parse(text, Everything)
    note = f"seed {SEED}: {text}"
    assert (answer is None) == (theirs is None), note
    assert answer is None or printed(protobuf_strict.parse(answer, Everything)) == printed(theirs), note
    return answer is not None


def test_json_comes_back_as_python_writes_it(peer, rng):
    make = JSONMessages(rng, ANY_TYPES)
    for _ in range(1500):
        text = printed(make.message(Everything))
        assert check_json(peer, text), f"seed {SEED}: {text}"
        assert values(peer.post(text)) == values(text), f"seed {SEED}: {text}"


def test_every_field_takes_the_same_spellings(peer, rng):
    taken = 0
    for described in Everything.DESCRIPTOR.fields:
        for value in SPELLINGS:
            name = rng.choice([described.name, described.json_name])
            text = f'{{"{name}":{spelled(rng, described, value)}}}'
            taken += text not in JSON_DIFFERENCES and check_json(peer, text)
    assert taken > 1000


def test_altered_json_is_taken_or_refused_by_both(peer, rng):
    make = JSONMessages(rng, ANY_TYPES)
    for _ in range(3000):
        if text := altered(rng, printed(make.message(Everything))):
            check_json(peer, text)


# A text, what we answer, and what json_format.Parse makes of it; None is a refusal.
JSON_DIFFERENCES = {
    # No body is no field, as google.api.http has it; it is no JSON.
    "": ("{}", None),
    # Null is as if the field were not there; Python trips over it in lists of Value.
    '{"values":null}': ("{}", None),
    # The largest float as Python itself spells it.
    '{"floatValue":3.4028235e+38}': ('{"floatValue":3.4028235e+38}', None),
    # A number that the enum does not have keeps its meaning; Google's writers make it null.
    '{"nullValue":1}': ('{"nullValue":1}', '{"nullValue": null}'),
    # Python reads integers with a point or an exponent through a double.
    '{"int64Value":9007199254740993.0}': ('{"int64Value":"9007199254740993"}', '{"int64Value": "9007199254740992"}'),
    '{"int64Value":9007199254740992.1}': (None, '{"int64Value": "9007199254740992"}'),
    # Ours counts the entries of a Struct, as both do in the binary form.
    (deep := '{"struct":' + '{"a":' * 34 + "[]" + "}" * 35): (None, deep.replace(":", ": ")),
}


def parsed(text):
    with contextlib.suppress(json_format.ParseError):
        return printed(json_format.Parse(text, Everything()))


@pytest.mark.parametrize("text", JSON_DIFFERENCES)
def test_json_that_each_reads_in_its_own_way(peer, text):
    assert (peer.post(text), parsed(text)) == JSON_DIFFERENCES[text]
