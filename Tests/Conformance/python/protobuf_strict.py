"""Python's reader of ProtoJSON, held to the specification where it takes more than that allows.

What json_format takes because json.loads, int(), float(), strptime and base64 do is refused here
first: each `need` names one such leniency."""

import decimal
import json
import math
import re

from google.protobuf import descriptor_pool, json_format
from google.protobuf.descriptor import FieldDescriptor as F

NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
BASE64 = re.compile(r"([\w+/-]{4})*([\w+/-]{2}(==)?|[\w+/-]{3}=?)?", re.ASCII)
TEXTS = {
    "Timestamp": re.compile(r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}(\.[0-9]{1,9})?(Z|[-+][0-9]{2}:[0-9]{2})"),
    "Duration": re.compile(r"-?[0-9]+(\.[0-9]{1,9})?s"),
    "FieldMask": re.compile(r"([^,]+(,[^,]+)*)?"),
}
FLOATS, NAMES = (F.CPPTYPE_DOUBLE, F.CPPTYPE_FLOAT), ("NaN", "Infinity", "-Infinity")


def parse(text, kind):
    """A message of a class, or None if the text is not one."""
    try:
        value = json.loads(
            text, object_pairs_hook=members, parse_constant=lambda word: need(False, word),
            parse_int=whole, parse_float=fraction)
        message(value, kind.DESCRIPTOR)
        return json_format.ParseDict(value, kind())
    except Exception:  # as json_format.Parse has it: whatever goes wrong inside is a bad text
        return None


def need(is_right, leniency):
    if not is_right:
        raise ValueError(leniency)


def members(pairs):
    need(len(dict(pairs)) == len(pairs), "a key twice")
    return dict(pairs)


def whole(text):
    """An integer; json.loads loses the sign of one zero."""
    return -0.0 if text == "-0" else int(text)


class Uneven(float):
    """A number that is not whole, though the double next to it may be."""

    def is_integer(self):
        return False


def fraction(text):
    """A number with a point or an exponent, exactly where it is whole."""
    exact = decimal.Decimal(text)
    need(math.isfinite(float(text)), "a number beyond every double, as infinity")
    if exact and exact.adjusted() < 20:
        return int(exact) if exact == int(exact) else Uneven(text)
    return float(text)


def message(value, kind):
    name = kind.name if kind.full_name.startswith("google.protobuf.") else None
    if name in TEXTS:
        need(isinstance(value, str) and TEXTS[name].fullmatch(value), "2020-1-1T0:0:0Z, 0.0000000001s, a mask of ','")
    elif name == "Any" and isinstance(value, dict) and "@type" in value:
        held(dict(value))
    elif name and name.endswith("Value") and name not in ("Value", "ListValue"):
        single(value, kind.fields_by_name["value"])
    elif name not in ("Any", "Struct", "Value", "ListValue"):
        need(isinstance(value, dict), "an empty list or text for an object")
        fields(value, kind)


def held(value):
    """What an Any holds."""
    url = value.pop("@type")
    need("/" in url, "a type without the host and slash of its URL")
    kind = descriptor_pool.Default().FindMessageTypeByName(url.rsplit("/", 1)[-1])
    if kind.full_name.startswith("google.protobuf.") and kind.name != "Empty":
        need(set(value) == {"value"}, "members beside the value of an Any")
        message(value["value"], kind)
    else:
        fields(value, kind)


def fields(value, kind):
    known = {field.json_name: field for field in kind.fields} | dict(kind.fields_by_name)
    found = [known[name] for name in value if name in known]
    need(len(found) == len({field.number for field in found}), "a field by both of its names")
    for name, each in value.items():
        if name in known and each is not None:
            several(each, known[name])


def several(value, field):
    """What a field of any cardinality has; what is no list or object at all, Python refuses."""
    if field.type == F.TYPE_MESSAGE and field.message_type.GetOptions().map_entry:
        entry = field.message_type.fields_by_name
        for key, each in value.items():
            single(key, entry["key"])
            single(each, entry["value"])
    elif field.is_repeated:
        for each in value:
            single(each, field)
    else:
        single(value, field)


def single(value, field):
    kind, is_text = field.cpp_type, isinstance(value, str)
    if kind == F.CPPTYPE_MESSAGE:
        message(value, field.message_type)
    elif kind == F.CPPTYPE_ENUM:
        is_number = type(value) in (int, float) and value == int(value) and -(2**31) <= value < 2**31
        need(value is None or is_number or value in field.enum_type.values_by_name, "what int() makes of a value")
    elif field.type == F.TYPE_BYTES:
        need(is_text and BASE64.fullmatch(value), "base64 with other characters, or padded in part")
    elif kind not in (F.CPPTYPE_BOOL, F.CPPTYPE_STRING) and not (kind in FLOATS and value in NAMES):
        need(not isinstance(value, bool), "true as 1")
        need(not is_text or NUMBER.fullmatch(value), "white space, +1, 01, 1_000, inf, digits of other scripts")
        need(not is_text or kind in FLOATS or not isinstance(fraction(value), Uneven), "a fraction lost in a double")
        need(math.isfinite(float(value)), "a number beyond every double, as infinity")
