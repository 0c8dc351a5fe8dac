"""Random protobuf messages by their descriptors, in the usual and in unusual but legal forms, and damage
to them."""

import math
import struct

from google.protobuf import message_factory
from google.protobuf.descriptor import FieldDescriptor as F

# Characters of each length in UTF-8, and those that JSON escapes. No two texts made of them are
# canonically equivalent: as keys of a map those would be one to Swift (Sources/Wire/README.md).
CHARACTERS = "aZ09_ \0\x01\x1f\x7f\"\\/\b\n\t\x80\u07ff\u0800\u2028\ud7ff\ue000\uffff\U00010000\U0010ffff你ü😀"
DOUBLES = [0.0, -0.0, 1.0, 0.1, 1e16, 2.0**53, 5e-324, 2.0**-1022, 1.7976931348623157e308,
           math.inf, -math.inf, math.nan]
# The largest but one: Python does not read the largest as it writes it.
FLOATS = [0.0, -0.0, 1.0, 0.1, 2.0**24, 2.0**-149, 2.0**-126, 3.4028232635611926e38,
          math.inf, -math.inf, math.nan]
SIZES = {F.CPPTYPE_INT32: (32, True), F.CPPTYPE_INT64: (64, True),
         F.CPPTYPE_UINT32: (32, False), F.CPPTYPE_UINT64: (64, False)}

VARINT, FIXED64, DELIMITED, START, END, FIXED32 = range(6)
WIRE = {kind: VARINT for kind in range(1, 19)} | {
    F.TYPE_DOUBLE: FIXED64, F.TYPE_FIXED64: FIXED64, F.TYPE_SFIXED64: FIXED64,
    F.TYPE_FLOAT: FIXED32, F.TYPE_FIXED32: FIXED32, F.TYPE_SFIXED32: FIXED32,
    F.TYPE_STRING: DELIMITED, F.TYPE_BYTES: DELIMITED, F.TYPE_MESSAGE: DELIMITED}
UNKNOWN = [19, 20, 100, 2000, 536_870_910]


def varint(value, extra=0, limit=10):
    """A varint with `extra` bytes more than it needs, as far as `limit` bytes in all allow."""
    output = bytearray()
    while value >= 128 or extra > 0 and len(output) < limit - 1:
        extra -= value < 128
        output.append(value % 128 | 128)
        value //= 128
    return bytes([*output, value])


def field(number, wire, content, extra=0):
    """A field on the wire; delimited content gets its length, that of a group its end."""
    tag = varint(number << 3 | wire, extra, 5)
    if wire == DELIMITED:
        return tag + varint(len(content), extra, 5) + content
    return tag + content + (varint(number << 3 | END, extra, 5) if wire == START else b"")


GROUP = field(1, VARINT, b"\1") + field(2, START, b"") + field(3, DELIMITED, b"ab")


def is_map(described):
    return described.type == F.TYPE_MESSAGE and described.message_type.GetOptions().map_entry


class Values:
    """Values of every kind of field, extreme ones often."""

    def __init__(self, random):
        self.random = random

    def text(self):
        return "".join(self.random.choices(CHARACTERS, k=self.random.choice([0, 1, 2, 5, 40])))

    def bytes(self):
        return self.random.randbytes(self.random.choice([0, 1, 2, 3, 5, 40]))

    def integer(self, bits, is_signed):
        low = -(1 << bits - 1) if is_signed else 0
        high = low + (1 << bits) - 1
        return self.random.choice([low, high, max(low, -1), 0, 1, 128, self.random.randint(low, high)])

    def number(self, form, edges):
        """One of the edges, or random bits."""
        bits = self.random.randbytes(struct.calcsize(form))
        return self.random.choice([*edges, *struct.unpack(form, bits) * 3])

    def enum(self, kind):
        return self.random.choice([*kind.values_by_number, 2, -2, 2**31 - 1, -(2**31)])

    def scalar(self, described):
        match described.cpp_type:
            case F.CPPTYPE_DOUBLE: return self.number("<d", DOUBLES)
            case F.CPPTYPE_FLOAT: return self.number("<f", FLOATS)
            case F.CPPTYPE_BOOL: return self.random.random() < 0.5
            case F.CPPTYPE_ENUM: return self.enum(described.enum_type)
            case F.CPPTYPE_STRING: return self.bytes() if described.type == F.TYPE_BYTES else self.text()
            case kind: return self.integer(*SIZES[kind])


class Messages(Values):
    """Messages of any type."""

    def message(self, kind, depth=0):
        """A message of a class, with `depth` others around it."""
        made = kind()
        count = min(self.random.randint(0, 12 >> depth), len(kind.DESCRIPTOR.fields))
        for described in self.random.sample(list(kind.DESCRIPTOR.fields), count):
            if described.type != F.TYPE_MESSAGE or depth < 4:
                self.fill(made, described, depth)
        return made

    def fill(self, made, described, depth):
        """Sets a field, a list or a map."""
        name = described.name
        for _ in range(self.random.randint(1, 3) if described.is_repeated else 1):
            if is_map(described):
                self.entry(getattr(made, name), described.message_type.fields_by_name, depth)
            elif described.is_repeated:
                getattr(made, name).append(self.value(described, depth))
            elif described.type == F.TYPE_MESSAGE:
                getattr(made, name).CopyFrom(self.value(described, depth))
            else:
                setattr(made, name, self.value(described, depth))

    def entry(self, target, fields, depth):
        key, value = (self.value(fields[name], depth) for name in ("key", "value"))
        if fields["value"].type == F.TYPE_MESSAGE:
            target[key].CopyFrom(value)
        else:
            target[key] = value

    def value(self, described, depth):
        if described.type != F.TYPE_MESSAGE:
            return self.scalar(described)
        return self.message(message_factory.GetMessageClass(described.message_type), depth + 1)


class JSONMessages(Messages):
    """Messages that ProtoJSON can carry."""

    def __init__(self, random, any_types):
        super().__init__(random)
        self.any_types = any_types
        self.special = {
            "google.protobuf." + name: make for name, make in {
                "Timestamp": self.timestamp, "Duration": self.duration, "FieldMask": self.mask,
                "Value": self.json, "Any": self.any}.items()}

    def message(self, kind, depth=0):
        if special := self.special.get(kind.DESCRIPTOR.full_name):
            return special(kind(), depth)
        return super().message(kind, depth)

    def enum(self, kind):
        return 0 if kind.full_name == "google.protobuf.NullValue" else super().enum(kind)

    def nanos(self):
        return self.random.choice([0, 1, 1000, 10**6, 120_000_000, 999_999_999])

    def timestamp(self, made, _):
        made.seconds = self.random.choice(
            [-62_135_596_800, -1, 0, 253_402_300_799, self.random.randint(-10**10, 10**10)])
        made.nanos = self.nanos()
        return made

    def duration(self, made, _):
        sign = self.random.choice([-1, 1])
        made.seconds = sign * self.random.choice([0, 1, 315_576_000_000, self.random.randint(0, 10**9)])
        made.nanos = sign * self.nanos()
        return made

    def mask(self, made, _):
        paths = ["a", "foo_bar", "a.b_c", "x1.y", "ü"]
        made.paths.extend(self.random.choices(paths, k=self.random.randint(0, 3)))
        return made

    def json(self, made, depth):
        """A Value, which has a kind and no number that JSON lacks."""
        kinds = made.DESCRIPTOR.fields
        self.fill(made, self.random.choice(kinds[:4] if depth > 4 else kinds), depth)
        if not math.isfinite(made.number_value):
            made.number_value = 0
        return made

    def any(self, made, depth):
        if depth < 4:
            made.Pack(self.message(self.random.choice(self.any_types), depth + 1))
        return made


class Wire(Values):
    """Messages on the wire as nobody writes them but all must read them: fields in any order and
    more than once, messages in parts, lists packed and not, varints too long, other wire types than
    declared, groups, and fields unknown."""

    def message(self, kind, depth=0):
        """A message of a descriptor, of a few fields only: these come again more often.

        No entry of a map has unknown fields, as Python would keep it whole as an unknown field."""
        strays = [] if kind.GetOptions().map_entry else [None]
        some = self.random.choices([*kind.fields, *strays], k=5)
        count = self.random.randint(0, 12 >> depth)
        return b"".join(self.field(self.random.choice(some), depth) for _ in range(count))

    def field(self, described, depth):
        """One value of a field, a packed list of them or, now and then, a field unknown."""
        is_entry = described and described.containing_type.GetOptions().map_entry
        if described is None or not is_entry and self.random.random() < 0.1:
            return self.stray(described)
        wire = WIRE[described.type]
        if wire == DELIMITED or not described.is_repeated or self.random.random() < 0.5:
            return field(described.number, wire, self.content(described, depth), self.extra())
        several = range(self.random.randint(0, 3))
        content = b"".join(self.content(described, depth) for _ in several)
        return field(described.number, DELIMITED, content)

    def stray(self, described):
        """A field that is unknown: by its number or, where that is known, by its wire type."""
        number, wires = self.random.choice(UNKNOWN), {VARINT, FIXED64, FIXED32, DELIMITED, START}
        if described and self.random.random() < 0.5:
            number = described.number
            wires -= {WIRE[described.type], DELIMITED if described.is_repeated else None}
        wire = self.random.choice(sorted(wires))
        return field(number, wire, GROUP if wire == START else self.plain(wire))

    def extra(self):
        """By how many bytes a varint is too long."""
        return self.random.choice([0, 0, 0, 0, 1, 9])

    def content(self, described, depth):
        if described.type == F.TYPE_MESSAGE:
            return self.message(described.message_type, depth + 1) if depth < 4 else b""
        is_text = described.type == F.TYPE_STRING
        return self.text().encode() if is_text else self.plain(WIRE[described.type])

    def plain(self, wire):
        """What may stand in any field of a wire type but text and messages."""
        if wire == DELIMITED:
            return self.bytes()
        if wire == VARINT:
            bits = self.random.choice([1, 2, 7, 14, 31, 32, 35, 63, 64])
            return varint(self.random.getrandbits(bits), self.extra())
        return self.random.randbytes(8 if wire == FIXED64 else 4)


def damaged(rng, data, other):
    """Bytes with bits flipped, cut off, or going over into other ones."""
    match rng.randrange(3):
        case 0:
            data = bytearray(data)
            for _ in range(rng.choice([1, 1, 3]) if data else 0):
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
            return bytes(data)
        case 1: return data[:rng.randint(0, len(data))]
        case _: return data[:rng.randint(0, len(data))] + other[rng.randint(0, len(other)):]


# Values of JSON, and what only looks like one.
SPELLINGS = r'''
null true false {} [] [null] {"a":1} "" "a" "é" "١" "\u0041" "\ud83d\ude00" "\ud800" "\ude00\ud83d" NaN Infinity
0 -0 1 -1 01 +1 1. .5 1.0 1.5 1e3 1E+2 100e-2 0.5e1 1e-1 1e19 1.0e18 1e400 3.5e38 -3.5e38 99 2147483647 2147483648
-2147483648 -2147483649 4294967295 4294967296 9223372036854775807 9223372036854775808 -9223372036854775809
9007199254740993.0 18446744073709551615 18446744073709551616 12345678901234567890123 0x10 1_000
"0" "-0" "1" "1.0" "1e3" "1.5" "-1" "+1" "01" "" " 1" "1 " "0x10" "1_000" "1e400" "NaN" "nan" "Infinity" "inf"
"-Infinity" "true" "1000000000000000000000" "COLOR_RED" "COLOR_CRIMSON" "color_red" "NULL_VALUE" "AQ" "AQ==" "AQ="
"AQI=" "_-8=" "+/8" "A" "=" "A===" "AQ=A" "AQ\n" "1s" "1.5s" "-0.5s" "-1.000000001s" "1.1234567891s" "1S" ".5s" "1.s"
"315576000001s" "2020-01-01T00:00:00Z" "2020-01-01T00:00:00.5+01:00" "2020-01-01t00:00:00z" "2020-02-30T00:00:00Z"
"2020-1-1T0:0:0Z" "2020-01-01T00:00:60Z" "0000-01-01T00:00:00Z" "0001-01-01T00:00:00+01:00" "2020-01-01T24:00:00Z"
"a,b" "fooBar.baz" "foo_bar" "," {"@type":"a/google.protobuf.Duration","value":"1s"} {"value":"1s"}
{"value":"1s","@type":"a/google.protobuf.Duration"} {"@type":"google.protobuf.Empty"} {"@type":"a/b"}
'''.split()


def spelled(rng, described, value):
    """A value for a field, mostly with the brackets it needs."""
    if rng.random() < 0.1:
        return value
    if is_map(described):
        other = rng.choice([text for text in SPELLINGS if text[0] == '"'])
        is_key = value[0] == '"' and rng.random() < 0.5
        return f"{{{value}:{rng.choice(SPELLINGS)}}}" if is_key else f"{{{other}:{value}}}"
    return f"[{value}]" if described.is_repeated else value


def altered(rng, text):
    """JSON with characters gone, added, cut off or said twice."""
    start, end = sorted(rng.choices(range(len(text) + 1), k=2))
    match rng.randrange(4):
        case 0: return text[:start] + text[start + 1:]
        case 1: return text[:start] + rng.choice('{}[]:,"\\ 019eE+-.tnaZ_/\n\0\x7fé') + text[start:]
        case 2: return text[:end]
        case _: return text[:end] + text[start:end] + text[end:]
