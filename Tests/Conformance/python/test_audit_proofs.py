"""The offline verifier's hashes and proofs, held to published vectors, and to a tree and recursive proofs that
the tests have of their own.
"""

import itertools
import random

import pytest

from audit_bundles import (
    audit, climbed, consistent, continues, DEMO, DEMO_KEY, hashes, includes, jcs, joined, LEAVES, mth,
    ndjson, NUMBER, numbers, path, proofs, SEED, sha, SIZES, ZEROS)


# Vectors: transparency-dev/merkle, and the compliance sheet's own

INPUTS = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]
ROOTS = """
    e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
    6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
    fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125
    aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77
    d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
    4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4
    76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef
    ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c
    5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328""".split()
HASHES = """
    6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
    96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7
    0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7
    07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7
    bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b
    4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658
    b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f
    46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1""".split()
NODES = """
    5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e
    6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4
    ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0
    0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a
    837dbb152e9b079010717e84e865da4ebc0fa198a806d59d31bf15accef22d0e""".split()
INCLUSION = {
    (0, 8): "96a296d2 5f083f0a 6b47aaf2", (5, 8): "bc1a0643 ca854ea1 d37ee418", (2, 3): "fac54203",
    (1, 5): "6e340b9c 5f083f0a bc1a0643", (6, 7): "0ebc5d34 d37ee418"}
CONSISTENCY = {
    (1, 8): "96a296d2 5f083f0a 6b47aaf2", (6, 8): "0ebc5d34 ca854ea1 d37ee418", (2, 5): "5f083f0a bc1a0643",
    (3, 7): "0298d122 07506a85 fac54203 837dbb15", (4, 7): "837dbb15", (6, 7): "0ebc5d34 b08693ec d37ee418"}


def full(begins):
    """The published hashes that begin so."""
    known = {text[:8]: text for text in ROOTS + HASHES + NODES}
    return [bytes.fromhex(known[begin]) for begin in begins.split()]


def test_the_published_leaves_have_their_hashes_and_roots():
    tree = audit.Tree()
    assert tree.root().hex() == ROOTS[0]
    for data, leaf, root in zip(INPUTS, HASHES, ROOTS[1:], strict=True):
        assert audit.leaf_hash(data).hex() == leaf
        tree.add(audit.leaf_hash(data))
        assert tree.root().hex() == root


@pytest.mark.parametrize("index, size", INCLUSION)
def test_a_published_inclusion_proof_holds(index, size):
    proof, leaves = full(INCLUSION[index, size]), [bytes.fromhex(leaf) for leaf in HASHES]
    assert proof == path(index, leaves[:size])
    assert audit.inclusion(leaves[index], index, size, bytes.fromhex(ROOTS[size]), proof)


@pytest.mark.parametrize("old, size", CONSISTENCY)
def test_a_published_consistency_proof_holds(old, size):
    proof, leaves = full(CONSISTENCY[old, size]), [bytes.fromhex(leaf) for leaf in HASHES]
    assert proof == consistent(old, leaves[:size])
    assert audit.consistency(old, size, bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[size]), proof)


DEMO_NOTE = f"""{DEMO}
3
kxBzliuy2I41XFmzx69aaO3chRfp8Jz/UhO6ndyWI90=

\u2014 {DEMO} snyHp8GQA3A4AyngTwdwWPhW6wwwXm32eaDTxH+GKKCk8c1c4k+65qWiWAB8KnW7yK0oMgI553kD1Km2rAEePWbbDgs=
""".encode()
EIGHT_NOTE = f"""{DEMO}
8
XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

\u2014 {DEMO} snyHp/bwJA7cWc6e6d5v89zhTraCQ9b/m1k+ENiKuIoNdcl2qUBOx8UxB7A6goBeY7+l0uZ7uSlTc8coDH5mCwX5qwM=
""".encode()
DEMO_ENTRIES = [
    ("dnd.check", "05:30:00.000000", {
        "category": "1", "number": NUMBER, "registry": "op-scrub", "result": "clear"},
     "9288df3bd2a4a81553850308a8eb395be8bea4f21997b47d7d7fe79683845f7e",
     "d39d124b745655d05515406a8eac73e40ee83e8b29267c5248b043fe177a73b7"),
    ("consent.check", "05:30:00.100000", {"basis": "explicit", "consent_id": "c-1", "result": "valid"},
     "61ea105e62073eaa4f0bfd453058bb45e0c1313fe3f7bc5c131aa090a7d262a4",
     "a9b632de6d57fa5e67488c5fbf0b29769f44fbe88b41a168f0dae6029a6bbc04"),
    ("call.gate", "05:30:00.200000", {"decision": "ALLOW", "reason": "OK"},
     "5971fd57700f7d1bee54eb4715d25aed27bb5e9443f753b5cb8026cba34b6f0b",
     "19383547483dbbd62195552cb044dd777b6046ee2c4ef5e92ea7db5682c14524")]
DEMO_ROOT_2 = "eea4249ac1b6f29a53bc882117ae6b40c761cd1c9c4c0175cff1ee58b92e0fce"
DEMO_ROOT_3 = "931073962bb2d88e355c59b3c7af5a68eddc8517e9f09cff5213ba9ddc9623dd"


def demo():
    """The sheet's log of three entries, as a bundle."""
    lines, payloads, prev = [], [], ZEROS
    for seq, (event, time, payload, commit, leaf) in enumerate(DEMO_ENTRIES):
        salt = bytes([17 * seq]) * 32
        assert audit.commitment(salt, payload) == commit
        lines.append(jcs({
            "actor": "system:gate", "commit": commit, "event": event, "log": DEMO, "prev": prev, "v": "1",
            "seq": str(seq), "subject": "call:demo-1", "ts": f"2026-11-22T{time}Z"}))
        assert audit.leaf_hash(lines[-1]).hex() == leaf
        payloads.append(jcs({"payload": payload, "salt": salt.hex(), "seq": str(seq)}))
        prev = leaf
    return {
        "checkpoint.txt": DEMO_NOTE, "entries.ndjson": ndjson(lines), "payloads.ndjson": ndjson(payloads)}


def test_the_sheets_log_of_three_entries_is_valid(tmp_path):
    files = demo()
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    report = audit.verify(tmp_path, DEMO_KEY, allow_test_key=True)
    assert (report.result, report.entries, report.payloads) == ("valid", 3, 3), report
    assert report.root == DEMO_ROOT_3
    leaves = [sha(b"\0", line) for line in files["entries.ndjson"].splitlines()]
    assert mth(leaves[:2]).hex() == DEMO_ROOT_2


def test_the_sheets_checkpoints_are_signed():
    key = audit.Key.parse(DEMO_KEY, allow_test_key=True)
    assert key.id.hex() == "b27c87a7" and key.name == DEMO
    for note, size, root in ((DEMO_NOTE, 3, DEMO_ROOT_3), (EIGHT_NOTE, 8, ROOTS[8])):
        found = audit.open_checkpoint(note, key)
        assert (found.origin, found.size, found.root.hex()) == (DEMO, size, root)


@pytest.mark.parametrize("text, wanted", [
    (r'{"\u20ac":"Euro","\r":"Return","1":"One","\u0080":"Control"}',
     '{"\\r":"Return","1":"One","\u0080":"Control","\u20ac":"Euro"}'),
    # By UTF-16 units the first half of the emoji's pair comes before U+FB33; by code points it is last.
    (r'{"\ufb33":"Dalet","\ud83d\ude00":"Smiley"}', '{"\U0001f600":"Smiley","\ufb33":"Dalet"}'),
    ('{ "b": {"y":"1", "x":["c","a"]}, "a": [] , "":{}}', '{"":{},"a":[],"b":{"x":["c","a"],"y":"1"}}'),
    (r'{"a":"\u0000\u0007\b\t\n\u000B\f\r\u001F\"\\\/\u007f\u00e9"}',
     '{"a":"\\u0000\\u0007\\b\\t\\n\\u000b\\f\\r\\u001f\\"\\\\/\u007f\u00e9"}'),
])
def test_json_is_written_canonically(text, wanted):
    assert audit.canonical(audit.parse(text.encode()), ascii_keys=False) == wanted.encode()


@pytest.mark.parametrize("text", [
    '{"a":"1","a":"1"}', '{"a":{"b":"1","b":"2"}}', r'{"a":"1","\u0061":"1"}', r'{"a":"\ud800"}',
    r'{"a":"\ude00\ud83d"}', r'{"\udead":"a"}', '{"a":-0}', '{"a":1.0}', '{"a":1}', '{"a":1e400}',
    '{"a":9007199254740993}', '{"a":' + "9" * 100_000 + "}", '{"a":null}', '{"a":[true]}',
    '{"a":{"b":false}}', '{"a":NaN}', '{"a":-Infinity}', '{"é":"a"}', '{"a":"\t"}', '{"a":"b"}x',
    '{"a":"b",}', "{'a':'b'}", '["a"]', '"a"', "1", "null", "", " ", "\ufeff{}", '{"a":"\\x"}',
    '{"a":' + "[" * 100_000 + "]" * 100_000 + "}", "{" + '"a":{' * 900 + "}" * 901])
def test_json_that_the_log_does_not_allow_is_refused(text):
    with pytest.raises(audit.Invalid):
        assert audit.canonical(audit.parse(text.encode())) is None


@pytest.mark.parametrize("data", [
    b'{"a":"\xff"}', b'{"a":"\xc0\xaf"}', b'{"a":"\xed\xa0\x80"}', '{"a":"b"}'.encode("utf-16")])
def test_json_that_is_not_utf_8_is_refused(data):
    with pytest.raises(audit.Invalid):
        audit.parse(data)


# Every proof of every small tree, and of trees too large to build


def test_every_inclusion_proof_below_40_holds_for_its_place_alone():
    for size in SIZES:
        leaves, root = LEAVES[:size], mth(LEAVES[:size])
        for index in range(size):
            proof = path(index, leaves)
            for other in range(-1, size + 2):
                is_right = audit.inclusion(LEAVES[index], other, size, root, proof)
                assert is_right == (other == index), (index, other, size)


def test_every_consistency_proof_below_40_holds_for_its_sizes_alone():
    roots = [mth(LEAVES[:size]) for size in range(41)]
    for old, size in itertools.combinations_with_replacement(range(40), 2):
        proof = consistent(old, LEAVES[:size])
        assert audit.consistency(old, size, roots[old], roots[size], proof), (old, size)
        for other in range(size + 2):
            # None and all of a log have the same proof, the empty one.
            expected = other == old or {old, other} == {0, size}
            assert audit.consistency(other, size, roots[other], roots[size], proof) == expected, (other, size)


def test_a_tree_that_grows_has_the_root_of_each_size():
    tree = audit.Tree()
    for size in range(40):
        assert (tree.size, tree.root()) == (size, mth(LEAVES[:size]))
        tree.add(LEAVES[size])


def test_every_altered_inclusion_proof_fails():
    rng, cases = random.Random(f"inclusion {SEED}"), 0
    for size in (1, 2, 3, 4, 5, 7, 8, 11, 16, 21, 32, 39):
        leaves, root = LEAVES[:size], mth(LEAVES[:size])
        for index in sorted({0, 1, size // 2, size - 2, size - 1} & set(range(size))):
            leaf, proof = leaves[index], path(index, leaves)
            for name, wrong in proofs(proof, rng, leaf, root):
                assert not audit.inclusion(leaf, index, size, root, wrong), (index, size, name)
                cases += 1
            for wrong in hashes(leaf, rng, root if size > 1 else sha()):
                assert not audit.inclusion(wrong, index, size, root, proof), (index, size, wrong)
            for wrong in hashes(root, rng, leaf if size > 1 else sha()):
                assert not audit.inclusion(leaf, index, size, wrong, proof), (index, size, wrong)
            # Another size with the same way to the root is the checkpoint's to refuse.
            for name, wrong in numbers(index, size):
                expected = includes(leaf, *wrong, root, proof)
                assert audit.inclusion(leaf, *wrong, root, proof) == expected, (index, size, name)
                assert not expected or wrong[1] != size
                cases += 1
    assert cases > 3500


def test_every_altered_consistency_proof_fails():
    rng, cases = random.Random(f"consistency {SEED}"), 0
    pairs = itertools.combinations_with_replacement(range(1, 18), 2)
    for old, size in [*pairs, (13, 39), (16, 39), (31, 32), (32, 39), (33, 39), (38, 39), (39, 39)]:
        roots = mth(LEAVES[:old]), mth(LEAVES[:size])
        proof = consistent(old, LEAVES[:size])
        for name, wrong in proofs(proof, rng, *roots):
            assert not audit.consistency(old, size, *roots, wrong), (old, size, name)
            cases += 1
        for wrong in hashes(roots[0], rng, *({roots[1]} - {roots[0]})):
            assert not audit.consistency(old, size, wrong, roots[1], proof), (old, size, wrong)
        for wrong in hashes(roots[1], rng, *({roots[0]} - {roots[1]})):
            assert not audit.consistency(old, size, roots[0], wrong, proof), (old, size, wrong)
        assert old == size or not audit.consistency(old, size, *roots[::-1], proof)
        assert old == size or not audit.consistency(size, old, *roots[::-1], proof)
        for name, wrong in numbers(old, size):
            expected = continues(*wrong, *roots, proof)
            assert audit.consistency(*wrong, *roots, proof) == expected, (old, size, name)
            assert not expected or wrong[1] != size
            cases += 1
    assert cases > 9000


def test_proofs_of_trees_too_large_to_build_are_read_as_the_recursion_reads_them():
    rng = random.Random(f"large {SEED}")
    for _ in range(1000):
        size = rng.choice((1 << 53, rng.randrange(2, 1 << rng.randrange(2, 54))))
        noise = [rng.randbytes(32) for _ in range(120)]
        index, old = rng.randrange(size), rng.randrange(1, size)
        rest = list(noise)
        root = climbed(index, size, LEAVES[0], rest)
        proof = noise[len(rest):]
        assert audit.inclusion(LEAVES[0], index, size, root, proof)
        assert not audit.inclusion(LEAVES[0], index ^ 1, size, root, proof)
        assert not audit.inclusion(LEAVES[0], index, size, root, noise[len(rest) - 1:])
        rest = list(noise)
        roots = joined(old, size, LEAVES[0], rest)
        proof = noise[len(rest):]
        assert audit.consistency(old, size, *roots, proof)
        assert not audit.consistency(old, size, *roots, proof[1:])
        assert not audit.consistency(old, size, *roots, noise[len(rest) - 1:])


def test_hashes_of_other_lengths_are_refused_even_where_their_bytes_would_fit():
    left, right = LEAVES[:2]
    assert not audit.inclusion(left + right[:1], 0, 2, mth(LEAVES[:2]), [right[1:]])
    assert not audit.inclusion(right[1:], 1, 2, mth(LEAVES[:2]), [left + right[:1]])
    for root in (b"", left[1:], left + left):
        assert not audit.inclusion(root, 0, 1, root, [])
        assert not audit.consistency(5, 5, root, root, [])
        assert not audit.consistency(0, 5, sha(), root, [])
    assert not audit.consistency(0, 5, left, right, [])


def test_a_leaf_cannot_pass_for_a_node():
    left, right = LEAVES[:2]
    assert audit.leaf_hash(left + right) != audit.node_hash(left, right)
    assert not audit.inclusion(audit.leaf_hash(left + right), 0, 1, mth(LEAVES[:2]), [])
