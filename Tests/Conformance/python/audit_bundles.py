"""Audit logs and bundles as the tests of their verifier make them: the tree and its proofs by the recursive
definitions of RFC 6962, and logs that a test writes and signs.
"""

import base64
import hashlib
import importlib.util
import json
import os
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from stack import ROOT

PACKAGE = ROOT / "Clients" / "python"
FILE = PACKAGE / "payaid_voice" / "audit.py"
SEED = os.environ.get("PAYAID_SEED", "7")
ORIGIN = "audit.example.in/mer_1/1"
# Stands in every payload, and must never be printed.
NUMBER = "+919876543210"
ZEROS = "0" * 64


def load():
    """The verifier as the one file that it is, without the package around it."""
    spec = importlib.util.spec_from_file_location("audit_alone", FILE)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


audit = load()


# The tree and its proofs, by the recursive definitions of RFC 6962


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def identity_of(name, data):
    """The id of a key in C2SP's notes, in hexadecimal."""
    return sha(name.encode(), b"\n", data)[:4].hex()


def split(size):
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1


def mth(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha()
    k = split(len(leaves))
    return sha(b"\1", mth(leaves[:k]), mth(leaves[k:]))


def path(index, leaves):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return path(index, leaves[:k]) + [mth(leaves[k:])]
    return path(index - k, leaves[k:]) + [mth(leaves[:k])]


def subproof(size, leaves, is_whole=True):
    if size == len(leaves):
        return [] if is_whole else [mth(leaves)]
    k = split(len(leaves))
    if size <= k:
        return subproof(size, leaves[:k], is_whole) + [mth(leaves[k:])]
    return subproof(size - k, leaves[k:], False) + [mth(leaves[:k])]


def consistent(size, leaves):
    return subproof(size, leaves) if size else []


def climbed(index, size, leaf, proof):
    """The root that an inclusion proof leads to; takes what it uses off the proof's end."""
    if size == 1:
        return leaf
    other, k = proof.pop(), split(size)
    if index < k:
        return sha(b"\1", climbed(index, k, leaf, proof), other)
    return sha(b"\1", other, climbed(index - k, size - k, leaf, proof))


def joined(old_size, size, old_root, proof, is_whole=True):
    """The two roots that a consistency proof leads to; takes what it uses off the proof's end."""
    if old_size == size:
        return (old_root,) * 2 if is_whole else (proof.pop(),) * 2
    other, k = proof.pop(), split(size)
    if old_size <= k:
        old, new = joined(old_size, k, old_root, proof, is_whole)
        return old, sha(b"\1", new, other)
    old, new = joined(old_size - k, size - k, old_root, proof, False)
    return sha(b"\1", other, old), sha(b"\1", other, new)


def includes(leaf, index, size, root, proof):
    rest = list(proof)
    try:
        return 0 <= index < size and climbed(index, size, leaf, rest) == root and not rest
    except IndexError:
        return False


def continues(old_size, size, old_root, root, proof):
    if not 0 < old_size <= size:
        return old_size == 0 <= size and not proof and old_root == sha() and (size > 0 or root == sha())
    rest = list(proof)
    try:
        return joined(old_size, size, old_root, rest) == (old_root, root) and not rest
    except IndexError:
        return False


LEAVES = [sha(b"\0", bytes([n])) for n in range(40)]
SIZES = range(1, 40)
DEMO = "audit.example/tenant-demo"
DEMO_KEY = f"{DEMO}+b27c87a7+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"


def jcs(value):
    """Canonical for what these tests write."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def ndjson(lines):
    return b"".join(line + b"\n" for line in lines)


def numbers(*values):
    """What else a verifier may be told in place of numbers: their neighbours, doubles, and so on."""
    for at, value in enumerate(values):
        for other in (value - 1, value + 1, value * 2, value // 2, value ^ 2, 0, -value, 1 << 53):
            if other != value:
                yield f"number {at}: {value} as {other}", (*values[:at], other, *values[at + 1:])


def proofs(proof, rng, *others):
    """What may stand in place of a proof, every one of which is false."""
    noise = rng.randbytes(32)
    for at, each in enumerate(proof):
        for bit in rng.sample(range(256), 4):
            changed = bytearray(each)
            changed[bit // 8] ^= 1 << bit % 8
            yield f"bit {bit} of {at}", [*proof[:at], bytes(changed), *proof[at + 1:]]
        for wrong in (b"", each[:-1], each + b"\0", each + each, each.hex().encode(), noise, bytes(32)):
            yield f"{at} as another", [*proof[:at], wrong, *proof[at + 1:]]
        yield f"without {at}", [*proof[:at], *proof[at + 1:]]
        yield f"{at} twice", [*proof[:at], each, *proof[at:]]
        yield f"cut before {at}", proof[:at]
    for extra in (noise, bytes(32), sha(), b"", *others):
        yield "garbage before", [extra, *proof]
        yield "garbage behind", [*proof, extra]
    if proof != proof[::-1]:
        yield "backwards", proof[::-1]
    yield "repeated", [*proof, *proof, noise]


def hashes(value, rng, *others):
    """What may stand in place of a hash."""
    flipped = bytearray(value)
    flipped[rng.randrange(32)] ^= 1 << rng.randrange(8)
    wrong = [bytes(flipped), bytes(32), b"", value[:-1], value + b"\0", value[::-1], sha(), *others]
    return [each for each in wrong if each != value]


# Logs and bundles


class Log:
    """A log as a server keeps one. What `add` is told to change is chained and signed as it is."""

    def __init__(self, origin=ORIGIN, seed=b"a key of these tests"):
        self.origin, self.key = origin, Ed25519PrivateKey.from_private_bytes(sha(seed))
        self.lines, self.payloads = [], {}

    @property
    def vkey(self):
        public = b"\1" + self.key.public_key().public_bytes_raw()
        return f"{self.origin}+{self.key_id().hex()}+{base64.b64encode(public).decode()}"

    def key_id(self):
        return bytes.fromhex(identity_of(self.origin, b"\1" + self.key.public_key().public_bytes_raw()))

    @property
    def leaves(self):
        return [sha(b"\0", line) for line in self.lines]

    def entry(self, **changes):
        """The next entry, with these members changed; None takes one away."""
        seq, salt = len(self.lines), sha(b"salt", bytes([len(self.lines)]))
        payload = {"number": NUMBER, "reason": f"ठीक {seq}", "rules": ["dnd", {"hours": "9-21"}]}
        self.payloads[seq] = {"payload": payload, "salt": salt.hex(), "seq": str(seq)}
        entry = {
            "actor": "system:gate", "commit": audit.commitment(salt, payload), "event": "call.gate",
            "log": self.origin, "prev": self.leaves[-1].hex() if seq else ZEROS, "seq": str(seq),
            "subject": f"call:{seq}", "ts": f"2026-11-22T05:30:{seq:02}.000000Z", "v": "1", **changes}
        return {name: value for name, value in entry.items() if value is not None}

    def add(self, **changes):
        self.lines.append(jcs(self.entry(**changes)))
        return self

    def add_raw(self, line):
        self.lines.append(line)
        return self

    def grow(self, count):
        for _ in range(count):
            self.add()
        return self

    def sign(self, text):
        signature = base64.b64encode(self.key_id() + self.key.sign(text)).decode()
        return f"\u2014 {self.origin} {signature}\n".encode()

    def checkpoint(self, size=None):
        size = len(self.lines) if size is None else size
        root = base64.b64encode(mth(self.leaves[:size])).decode()
        return self.note(f"{self.origin}\n{size}\n{root}\n")

    def note(self, text, *signatures):
        return text.encode() + b"\n" + b"".join(signatures or [self.sign(text.encode())])

    def consistency(self, old):
        proof = [each.hex() for each in consistent(old, self.leaves)]
        return {"hashes": proof, "from_root": mth(self.leaves[:old]).hex(), "from_size": str(old)}

    def inclusion(self, seq):
        return {"hashes": [each.hex() for each in path(seq, self.leaves)], "seq": str(seq)}

    def bundle(self, seqs=None, old=None):
        """The whole log, or these entries with proofs, and a consistency proof from an older size."""
        taken = range(len(self.lines)) if seqs is None else seqs
        payloads = [jcs(self.payloads[seq]) for seq in taken if seq in self.payloads]
        proofs = {} if seqs is None else {"inclusion": [self.inclusion(seq) for seq in seqs]}
        if old is not None:
            proofs["consistency"] = [self.consistency(old)]
        files = {
            "checkpoint.txt": self.checkpoint(), "payloads.ndjson": ndjson(payloads),
            "entries.ndjson": ndjson(self.lines[seq] for seq in taken)}
        return {**files, "proofs.json": jcs(proofs)} if proofs else files
