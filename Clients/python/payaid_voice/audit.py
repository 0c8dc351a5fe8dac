"""Verifies an exported bundle of the audit log: offline, and with none of the server's code.

    python -m payaid_voice.audit DIR --key VKEY [--since FILE] [--json]
        [--previous DIR --previous-key VKEY]

This file also runs alone, as `python audit.py DIR ...`: it takes the standard library and, for
Ed25519, the package `cryptography`. VKEY is the log's verifier key. It has to come from whoever
vouches for the log, never with the bundle. FILE is an older checkpoint.txt, kept since. The
previous log is the one that this one has to follow, whole.

Exit status: 0 valid; 1 invalid, with what is wrong and where; 2 usage, or files that cannot be
read; 3 incomplete, which is valid as far as it goes, but proves less than was asked. Nothing of a
payload is ever printed.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import dataclasses
import datetime
import hashlib
import hmac
import json
import os
import re
import stat
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

__all__ = [
    "Checkpoint", "Invalid", "Key", "Report", "Tree", "Unusable", "canonical", "commitment",
    "consistency", "inclusion", "leaf_hash", "main", "node_hash", "open_checkpoint", "parse",
    "verify"]

FILE_BYTES, LINE_BYTES, PROOF_HASHES, LARGEST_SIZE = 1 << 30, 1 << 20, 64, 1 << 53
SKEW = datetime.timedelta(seconds=5)
"""How far the clock may go back from one entry to the next."""
MEMBERS = ("actor", "commit", "event", "log", "prev", "seq", "subject", "ts", "v")
TEST_KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
"""Of RFC 8032, section 7.1, test 1: its private half is printed there."""
_SIZE, _HASH = re.compile("0|[1-9][0-9]{0,15}"), re.compile("[0-9a-f]{64}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


class Unusable(Exception):
    """A key or a file that cannot be used, which says nothing about the log."""


class Invalid(Exception):
    """What is wrong in a bundle, and its place as far as there is one."""
    file: str | None = None
    line: int | None = None
    seq: int | None = None

    def __str__(self) -> str:
        line = "" if self.line is None else f" line {self.line}"
        seq = "" if self.seq is None else f" (seq {self.seq})"
        return (f"{self.file}{line}{seq}: " if self.file else "") + super().__str__()


@contextlib.contextmanager
def _place(**place: Any) -> Iterator[None]:
    """Adds its place to what is found wrong inside, where that has not said a closer one."""
    try:
        yield
    except Invalid as error:
        error.__dict__ = {**place, **error.__dict__}
        raise


# JSON


def parse(text: bytes) -> dict[str, Any]:
    """The object that is this JSON. Its numbers are only fit to be refused, or passed over."""
    try:
        value = json.loads(
            text.decode(), object_pairs_hook=_unique, parse_int=float, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Invalid("is not JSON") from None
    if not isinstance(value, dict):
        raise Invalid("is not a JSON object")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Invalid("has a key twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def canonical(value: Any, ascii_keys: bool = True) -> bytes:
    """RFC 8785 for what the log allows: strings, arrays, and objects with keys in ASCII."""
    try:
        return _written(value, ascii_keys).encode()
    except UnicodeEncodeError:
        raise Invalid("has half of a surrogate pair") from None
    except RecursionError:
        raise Invalid("is nested too deeply") from None


def _written(value: Any, ascii_keys: bool) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(_written(each, ascii_keys) for each in value) + "]"
    if not isinstance(value, dict):
        raise Invalid("has a number, true, false or null")
    if ascii_keys and not all(key.isascii() for key in value):
        raise Invalid("has a key that is not ASCII")
    keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join(
        f"{_written(key, ascii_keys)}:{_written(value[key], ascii_keys)}" for key in keys) + "}"


def _members(value: Any, names: Collection[str]) -> list[Any]:
    """The members of an object that has exactly these."""
    if not isinstance(value, dict) or set(value) != set(names):
        raise Invalid(f"has not exactly the members {', '.join(names)}")
    return [value[name] for name in names]


def _size(text: Any, name: str) -> int:
    if not isinstance(text, str) or not _SIZE.fullmatch(text) or int(text) > LARGEST_SIZE:
        raise Invalid(f"{name} is not a decimal number up to 2^53")
    return int(text)


def _hash(text: Any, name: str) -> bytes:
    if not isinstance(text, str) or not _HASH.fullmatch(text):
        raise Invalid(f"{name} is not 64 lower-case hexadecimal digits")
    return bytes.fromhex(text)


def _hashes(value: Any) -> list[bytes]:
    if not isinstance(value, list) or len(value) > PROOF_HASHES:
        raise Invalid(f"hashes is not a list of up to {PROOF_HASHES}")
    return [_hash(each, "one of hashes") for each in value]


# The tree of RFC 9162


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """A tree to that leaves are added; it keeps the roots of its complete subtrees only."""

    def __init__(self) -> None:
        self.size, self._subtrees = 0, []

    def add(self, leaf: bytes) -> None:
        """Adds the hash of a leaf."""
        size = self.size
        while size & 1:
            leaf, size = node_hash(self._subtrees.pop(), leaf), size >> 1
        self._subtrees.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self._subtrees:
            return hashlib.sha256(b"").digest()
        root = self._subtrees[-1]
        for left in reversed(self._subtrees[:-1]):
            root = node_hash(left, root)
        return root


def _sides(at: int, last: int, count: int) -> list[bool] | None:
    """Whether each hash of a proof stands to the left; None if there must be more or fewer."""
    sides = []
    while last:
        sides.append(bool(at & 1) or at == last)
        while sides[-1] and at and not at & 1:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    return sides if len(sides) == count else None


def inclusion(leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof leads from the hash of the leaf at this index to the root."""
    if not 0 <= index < size or any(len(each) != 32 for each in (leaf, root, *proof)):
        return False
    sides = _sides(index, size - 1, len(proof))
    for each, is_left in zip(proof, sides or ()):
        leaf = node_hash(each, leaf) if is_left else node_hash(leaf, each)
    return sides is not None and leaf == root


def consistency(
        old_size: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the older tree is the beginning of the newer one."""
    if not 0 <= old_size <= size or any(len(each) != 32 for each in (old_root, root, *proof)):
        return False
    if old_size in (0, size):
        return not proof and old_root == (root if old_size == size else Tree().root())
    if not proof:
        return False
    first, *rest = proof if old_size & (old_size - 1) else (old_root, *proof)
    at, last = old_size - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    sides, old, new = _sides(at, last, len(rest)), first, first
    for each, is_left in zip(rest, sides or ()):
        old = node_hash(each, old) if is_left else old
        new = node_hash(each, new) if is_left else node_hash(new, each)
    return sides is not None and old == old_root and new == root


# Checkpoints: signed notes of C2SP


def _is_name(name: str) -> bool:
    return name.isprintable() and not {" ", "+"} & set(name) and name != ""


def _base64(text: str) -> bytes:
    """Decodes what an encoder can have made; anything else has no bytes at all."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return b""
    return data if base64.b64encode(data).decode() == text else b""


@dataclasses.dataclass(frozen=True)
class Key:
    """The key by which a log signs, with its name, which is the log's origin."""
    name: str
    id: bytes
    public: bytes

    @classmethod
    def parse(cls, vkey: str, allow_test_key: bool = False) -> Key:
        """Reads name+id+base64. Raises Unusable."""
        name, _, rest = vkey.strip().partition("+")
        identity, _, encoded = rest.partition("+")
        data = _base64(encoded)
        if not _is_name(name) or len(data) != 33 or data[0] != 1:
            raise Unusable("the key is not of the form NAME+ID+BASE64 for Ed25519")
        digest = hashlib.sha256(name.encode() + b"\n" + data).digest()
        if digest[:4].hex() != identity:
            raise Unusable("the key's name, id and bytes do not belong together")
        if data[1:] == TEST_KEY and not allow_test_key:
            raise Unusable("this is the published test key of RFC 8032: anybody can sign with it")
        return cls(name, digest[:4], data[1:])

    def has_signed(self, text: bytes, signature: bytes) -> bool:
        try:
            from cryptography.exceptions import InvalidSignature
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        except ImportError:
            missing = "the package cryptography is missing: pip install cryptography"
            raise Unusable(missing) from None
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """What a log has signed: the root over its first `size` entries."""
    origin: str
    size: int
    root: bytes


def open_checkpoint(note: bytes, key: Key) -> Checkpoint:
    """Reads a checkpoint that the key has signed; lines of other signers are passed over."""
    try:
        lines = note.decode().split("\n")
    except UnicodeDecodeError:
        raise Invalid("is not UTF-8") from None
    if len(lines) < 6 or lines[3] or lines[-1]:
        raise Invalid("is not three lines, an empty one, and signatures, each ended")
    if lines[0] != key.name:
        raise Invalid("is of another log than the key")
    text = "".join(f"{line}\n" for line in lines[:3]).encode()
    if not [line for line in lines[4:-1] if _is_by(key, line, text)]:
        raise Invalid("has no signature by the key")
    size, root = _size(lines[1], "its size"), _base64(lines[2])
    if len(root) != 32 or (size == 0 and root != Tree().root()):
        raise Invalid("has no root of its size")
    return Checkpoint(lines[0], size, root)


def _is_by(key: Key, line: str, text: bytes) -> bool:
    """Whether this line is the key's signature. A false one in its name raises Invalid."""
    dash, name, encoded, *more = [*line.split(" "), "", ""]
    data = _base64(encoded)
    if dash != "\u2014" or not _is_name(name) or len(data) < 5 or more != ["", ""]:
        raise Invalid("has a line that is not a signature")
    if (name, data[:4]) != (key.name, key.id):
        return False
    if not key.has_signed(text, data[4:]):
        raise Invalid("has a false signature")
    return True


# Bundles


def commitment(salt: bytes, payload: Any) -> str:
    """What an entry holds in place of its payload."""
    return hmac.new(salt, canonical(payload), "sha256").hexdigest()


@dataclasses.dataclass
class Report:
    """What a verification found: `result` is valid, invalid or incomplete.

    `problem` says what is wrong, with its `file`, `line` and `seq`; `missing` what was not proved.
    `older` entries are those without a version; `erased` ones have no payload in the bundle.
    """
    result: str = "valid"
    problem: str | None = None
    file: str | None = None
    line: int | None = None
    seq: int | None = None
    missing: list[str] = dataclasses.field(default_factory=list)
    origin: str | None = None
    size: int | None = None
    root: str | None = None
    entries: int = 0
    older: int = 0
    payloads: int = 0
    erased: int = 0
    since: dict[str, Any] | None = None
    previous: str | None = None
    previous_size: int | None = None
    follows_loss: bool | None = None
    unchecked_previous: str | None = None
    unchecked_loss: bool | None = None

    def text(self) -> str:
        """A few lines for people."""
        said = "; ".join([self.problem] if self.problem else self.missing)
        lines = [f"{self.result}: {said}" if said else self.result]
        if self.origin is not None:
            lines += [
                f"log {self.origin}", f"size {self.size}, root {self.root}",
                f"entries: {self.entries} of {self.size} checked, {self.older} of the older format",
                f"payloads: {self.payloads} checked, {self.erased} erased or left out"]
        if self.since:
            found = {True: "continued without a change", False: "changed", None: "not compared"}
            lines.append(f"since size {self.since['size']}: {found[self.since['continued']]}")
        if self.previous is not None:
            how = "after a loss" if self.follows_loss else "as it was closed"
            lines.append(f"follows {self.previous} {how}, size {self.previous_size}")
        if self.unchecked_previous is not None:
            how = " after a loss" if self.unchecked_loss else ""
            lines.append(f"follows {self.unchecked_previous or 'another log'}{how}, not checked")
        return "\n".join(lines)


def verify(
        folder: str | os.PathLike[str], vkey: str, since: str | os.PathLike[str] | None = None,
        allow_test_key: bool = False,
        previous: tuple[str | os.PathLike[str], str] | None = None) -> Report:
    """Verifies the bundle in a folder by the key, and by an older checkpoint. Raises Unusable.

    `previous` is the bundle and the key of the log that this one has to follow. `allow_test_key`
    is for tests: it takes a key that anybody can sign with.
    """
    key = Key.parse(vkey, allow_test_key)
    report = Report()
    try:
        bundle = _Bundle(Path(folder), key, report, since)
        bundle.check()
        if previous:
            _check_succession(bundle, Path(previous[0]), Key.parse(previous[1], allow_test_key))
        else:
            bundle.claim()
        report.result = "incomplete" if report.missing else "valid"
    except Invalid as error:
        report.result, report.problem = "invalid", str(error)
        report.file, report.line, report.seq = error.file, error.line, error.seq
    except OSError as error:
        raise Unusable(f"{error.filename or folder}: {error.strerror or error}") from None
    except MemoryError:
        raise Unusable("the memory does not suffice for this bundle") from None
    return report


def _open(path: Path, limit: int = FILE_BYTES) -> BinaryIO:
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise Unusable(f"{path} is not a file")
    if found.st_size > limit:
        raise Unusable(f"{path} has more than {limit} bytes")
    return path.open("rb")


def _each_line(path: Path, take: Callable[[bytes], None]) -> None:
    """Gives each line of a file to `take`, without its newline."""
    with _open(path) as file:
        for number, line in enumerate(iter(lambda: file.readline(LINE_BYTES + 2), b""), 1):
            with _place(file=path.name, line=number):
                line = line[:-1] if line.endswith(b"\n") else line
                if len(line) > LINE_BYTES:
                    raise Invalid("is longer than 1 MiB")
                take(line)


class _Bundle:
    """A bundle while it is checked; `before` is the entry last seen: seq, leaf hash."""

    def __init__(self, folder: Path, key: Key, report: Report, since: Any) -> None:
        self.folder, self.key, self.report = folder, key, report
        self.head = self._checkpoint(folder / "checkpoint.txt", "checkpoint.txt")
        self.goal = self.head.size, self.head.root
        report.origin, report.size, report.root = key.name, self.head.size, self.head.root.hex()
        self.since: Checkpoint | None = None
        if since is not None:
            self.since = self._checkpoint(Path(since), "the older checkpoint")
            root = self.since.root.hex()
            report.since = {"size": self.since.size, "root": root, "continued": None}
        self.tree, self.before, self.time = Tree(), (-1, bytes(32)), None
        self.commits: dict[int, str | None] = {}
        self.paid: set[int] = set()
        self.edges: dict[str, tuple[int, dict[str, Any] | None]] = {}
        """Entries that tell where a log began and ended, with their payloads."""

    def check(self) -> None:
        with _place(file="checkpoint.txt"):
            self._begin_since()
        with _place(file="proofs.json"):
            self._read_proofs()
        _each_line(self.folder / "entries.ndjson", self._entry)
        with _place(file="entries.ndjson"):
            self._check_count()
        if os.path.lexists(self.folder / "payloads.ndjson"):
            _each_line(self.folder / "payloads.ndjson", self._payload)
        self.report.erased = self.report.entries - self.report.older - self.report.payloads
        if self.since and self.report.since["continued"] is None:
            self.report.missing.append(f"there is no proof from size {self.since.size}")
        if self.head.size and not self.report.entries and not self.since:
            self.report.missing.append("there is not one entry")

    def _checkpoint(self, path: Path, name: str) -> Checkpoint:
        with _open(path, LINE_BYTES) as file, _place(file=name):
            return open_checkpoint(file.read(LINE_BYTES), self.key)

    def _read_proofs(self) -> None:
        """Reads proofs.json, and checks all in it that needs no entry."""
        proofs = {}
        if os.path.lexists(self.folder / "proofs.json"):
            with _open(self.folder / "proofs.json") as file:
                proofs = parse(file.read())
        if not set(proofs) <= {"consistency", "inclusion"}:
            raise Invalid("has members beside consistency and inclusion")
        if not all(isinstance(each, list) for each in proofs.values()):
            raise Invalid("has a member that is not a list")
        self.places = proofs.get("inclusion")
        for index, proof in enumerate(proofs.get("consistency", [])):
            with _place(file=f"proofs.json consistency[{index}]"):
                self._check_consistency(proof)

    def _check_consistency(self, proof: Any) -> None:
        hashes, root, size = _members(proof, ("hashes", "from_root", "from_size"))
        size, root = _size(size, "from_size"), _hash(root, "from_root")
        if not consistency(size, self.head.size, root, self.head.root, _hashes(hashes)):
            raise Invalid(f"the proof from size {size} fails")
        self._compare(size, root)

    def _begin_since(self) -> None:
        """Compares the older checkpoint as far as that takes no proof."""
        if self.since and self.since.size > self.head.size:
            raise Invalid("the log has lost entries: the older checkpoint is longer")
        self._compare(0, Tree().root())
        self._compare(self.head.size, self.head.root)

    def _compare(self, size: int, root: bytes) -> None:
        """Compares the older checkpoint with a root that the log is proved to have had."""
        if self.since and size == self.since.size:
            self.report.since["continued"] = root == self.since.root
            if root != self.since.root:
                raise Invalid(f"the log was rewritten: its first {size} entries are others")

    def _entry(self, line: bytes) -> None:
        """Takes the next line of entries.ndjson."""
        leaf, index = leaf_hash(line), self.report.entries
        seq, proof = (index, None) if self.places is None else self._find(index)
        with _place(seq=seq):
            if seq >= self.head.size:
                raise Invalid("is beyond the checkpoint's size")
            if seq <= self.before[0]:
                raise Invalid("does not come after the entry before it")
            if proof is not None and not inclusion(leaf, seq, *self.goal, proof):
                raise Invalid("is not in the log: its inclusion proof fails")
            entry = parse(line)
            self.commits[seq] = self._check_entry(entry, line, seq) if "v" in entry else None
        self.before = seq, leaf
        self.report.entries += 1
        self.report.older += "v" not in entry
        self.tree.add(leaf)
        if self.since and self.tree.size == self.since.size:
            self.old_root = self.tree.root()

    def _find(self, index: int) -> tuple[int, list[bytes]]:
        """The seq of an entry and its way to the root."""
        if index >= len(self.places):
            raise Invalid("has no inclusion proof")
        with _place(file=f"proofs.json inclusion[{index}]", line=None, seq=None):
            hashes, seq = _members(self.places[index], ("hashes", "seq"))
            return _size(seq, "seq"), _hashes(hashes)

    def _check_entry(self, entry: dict[str, Any], line: bytes, seq: int) -> str:
        """Checks an entry of version 1 by itself and by the one before; its commitment."""
        _members(entry, MEMBERS)
        if not all(isinstance(value, str) for value in entry.values()):
            raise Invalid("has a member that is not a string")
        if canonical(entry) != line:
            raise Invalid("is not canonical JSON")
        if entry["v"] != "1":
            raise Invalid("is of an unknown version")
        if _size(entry["seq"], "seq") != seq:
            raise Invalid("says another seq than its place is")
        if entry["log"] != self.head.origin:
            raise Invalid("is of another log")
        _hash(entry["commit"], "commit")
        prev, before = _hash(entry["prev"], "prev"), self.before
        if seq == before[0] + 1 and prev != before[1]:
            raise Invalid(f"prev is not the hash of seq {seq - 1}" if seq else "prev is not zero")
        self._check_time(entry["ts"])
        if entry["event"] in ("log.began", "log.closed"):
            self.edges[entry["event"]] = seq, None
        return entry["commit"]

    def _check_time(self, text: str) -> None:
        try:
            time = datetime.datetime.fromisoformat(text[:-1]) if _TIME.fullmatch(text) else None
        except ValueError:
            time = None
        if time is None:
            raise Invalid("ts is not a time YYYY-MM-DDThh:mm:ss.ffffffZ")
        if self.time is not None and self.time - time > SKEW:
            raise Invalid("ts is more than 5 s before that of the entry before")
        self.time = time

    def _check_count(self) -> None:
        """Checks what all entries make together."""
        found, size = self.report.entries, self.head.size
        if self.places is not None:
            if found != len(self.places):
                raise Invalid(f"are {found}, and {len(self.places)} have inclusion proofs")
        elif found != size:
            raise Invalid(f"are {found} of {size}, without inclusion proofs")
        elif self.tree.root() != self.head.root:
            raise Invalid("have another root than the checkpoint")
        elif self.since and self.since.size:
            self._compare(self.since.size, self.old_root)

    def _payload(self, line: bytes) -> None:
        """Takes the next line of payloads.ndjson."""
        payload, salt, text = _members(parse(line), ("payload", "salt", "seq"))
        seq = _size(text, "seq")
        with _place(seq=seq):
            if self.commits.get(seq) is None:
                raise Invalid("is for no entry with a payload in this bundle")
            if seq in self.paid:
                raise Invalid("is the second for this entry")
            if not isinstance(payload, dict):
                raise Invalid("payload is not an object")
            if commitment(_hash(salt, "salt"), payload) != self.commits[seq]:
                raise Invalid("is not the payload that the entry commits to")
        self.paid.add(seq)
        self.report.payloads += 1
        for event, (place, _) in self.edges.items():
            if place == seq:
                self.edges[event] = seq, payload

    def edge(self, event: str, seq: int) -> dict[str, Any] | None:
        """What an entry at the log's beginning or end says; None, and missing, if it is erased."""
        place, payload = self.edges.get(event, (-1, None))
        if place != seq:
            raise Invalid(f"{self.key.name} has no {event} at seq {seq}")
        if payload is None:
            self.report.missing.append(f"what {event} says has been erased")
        return payload

    def claim(self) -> None:
        """Notes what the log says of the one before, which nobody has checked."""
        place, began = self.edges.get("log.began", (-1, None))
        if place == 0:
            self.report.unchecked_previous = str((began or {}).get("previous_log", ""))
            self.report.unchecked_loss = bool(began) and began.get("is_continuous") != "yes"


def _check_succession(bundle: _Bundle, folder: Path, key: Key) -> None:
    """Checks that a log follows another one, which is whole."""
    old = _Bundle(folder, key, Report(), None)
    with _place(file="the previous log"):
        old.check()
    if old.places is not None:
        bundle.report.missing.append("the previous log is not shown whole")
        return
    began, head, report = bundle.edge("log.began", 0), old.head, bundle.report
    if began is None:
        return
    if began.get("previous_log") != head.origin:
        raise Invalid(f"the log does not follow {head.origin}")
    report.previous, report.previous_size = head.origin, head.size
    report.follows_loss = began.get("is_continuous") != "yes"
    if report.follows_loss:
        note = str(began.get("last_checkpoint", "")).encode()
        with _place(file="the last checkpoint in log.began"):
            if open_checkpoint(note, key) != head:
                raise Invalid("is not that of the previous log")
        return
    if (began.get("previous_size"), began.get("previous_root")) != (str(head.size), head.root.hex()):
        raise Invalid("the previous log was closed with other entries")
    closed = old.edge("log.closed", head.size - 1)
    report.missing += old.report.missing
    if closed is not None and not _names(closed, bundle.key):
        raise Invalid("the previous log was closed for another log, or another key")


def _names(closed: dict[str, Any], key: Key) -> bool:
    """Whether the end of a log names the next one and its key."""
    try:
        return closed.get("next_log") == key.name and Key.parse(str(closed.get("next_key")), True) == key
    except Unusable:
        return False


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit status."""
    parser = argparse.ArgumentParser(
        prog="payaid_voice.audit", description=__doc__.splitlines()[0],
        epilog="Exit status: 0 valid, 1 invalid, 2 usage or unreadable, 3 incomplete.")
    parser.add_argument("folder", metavar="DIR", help="the bundle")
    parser.add_argument(
        "--key", metavar="VKEY", required=True, help="the log's verifier key, NAME+ID+BASE64")
    parser.add_argument("--since", metavar="FILE", help="an older checkpoint.txt, kept since")
    parser.add_argument("--previous", metavar="DIR", help="the bundle of the log before")
    parser.add_argument("--previous-key", metavar="VKEY", help="that log's verifier key")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    if (options.previous is None) != (options.previous_key is None):
        parser.error("--previous and --previous-key need each other")
    previous = (options.previous, options.previous_key) if options.previous is not None else None
    try:
        report = verify(options.folder, options.key, options.since, previous=previous)
    except Unusable as error:
        if options.json:
            print(json.dumps({"result": "unusable", "problem": str(error)}))
        else:
            print(f"error: {error}", file=sys.stderr)
        return 2
    print(json.dumps(dataclasses.asdict(report)) if options.json else report.text())
    return {"valid": 0, "invalid": 1, "incomplete": 3}[report.result]


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(main())
