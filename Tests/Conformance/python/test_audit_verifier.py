"""The offline verifier of audit bundles, held to every way in which a bundle can lie."""

import base64
import itertools
import json
import os
import random
import subprocess
import sys

import pytest

from audit_bundles import (
    audit, DEMO_KEY, FILE, hashes, identity_of, jcs, LEAVES, Log, mth, ndjson, NUMBER, numbers, ORIGIN,
    PACKAGE, proofs, SEED, sha, ZEROS)


@pytest.fixture
def run(tmp_path):
    """Verifies these files; the report. Nothing of a payload may be in it."""
    folder, written = tmp_path / "bundle", {}
    folder.mkdir()

    def run(files, since=None, log=Log()):
        for name in written.keys() - files.keys():
            (folder / name).unlink()
        for name, data in files.items():
            if written.get(name) != data:
                (folder / name).write_bytes(data)
        written.clear()
        written.update(files)
        if since is not None:
            (tmp_path / "older.txt").write_bytes(since)
        report = audit.verify(folder, log.vkey, None if since is None else tmp_path / "older.txt")
        for text in (report.text(), repr(report)):
            assert NUMBER[1:] not in text and "ठीक" not in text and "9-21" not in text
        return report
    return run


@pytest.fixture(scope="module")
def log():
    return Log().grow(11)


def invalid(report, words, seq=None):
    """The report must say so, and name the place."""
    assert report.result == "invalid", report
    assert words in report.problem, report.problem
    assert report.seq == seq, report


@pytest.mark.parametrize("size", range(12))
def test_a_whole_log_is_valid(run, size):
    report = run(Log().grow(size).bundle())
    assert (report.result, report.entries, report.payloads, report.erased) == ("valid", size, size, 0)


@pytest.mark.parametrize("seqs", [
    [0], [10], [3, 4, 5], [0, 2, 4, 9, 10], list(range(11))], ids=lambda seqs: "-".join(map(str, seqs)))
def test_some_entries_of_a_log_are_valid(run, log, seqs):
    report = run(log.bundle(seqs))
    assert (report.result, report.entries, report.size, report.payloads) == ("valid", len(seqs), 11, len(seqs))


def test_erased_payloads_are_counted(run, log):
    files = log.bundle()
    files["payloads.ndjson"] = ndjson(files["payloads.ndjson"].splitlines()[::-3])
    report = run(files)
    assert (report.result, report.payloads, report.erased) == ("valid", 4, 7)
    del files["payloads.ndjson"]
    assert (run(files).result, run(files).erased) == ("valid", 11)


def test_a_last_line_without_its_newline_is_the_same_line(run, log):
    files = log.bundle([1, 2])
    assert run({name: data if name == "checkpoint.txt" else data.rstrip(b"\n")
                for name, data in files.items()}).result == "valid"


def test_entries_of_the_older_format_are_checked_for_hash_and_place(run):
    log = Log().add_raw(b'{"at":"2026-01-01T00:00:00Z","n":[1,null,{"x":-0.5e3}]}').add_raw(b'{ "b": "1", "a": true }')
    log.grow(3)
    report = run(log.bundle())
    assert (report.result, report.entries, report.older, report.erased) == ("valid", 5, 2, 0)
    assert run(log.bundle([1, 2])).result == "valid"
    files = log.bundle()
    invalid(run({**files, "entries.ndjson": files["entries.ndjson"].replace(b"-0.5e3", b"-0.5e4")}),
            "another root")
    invalid(run({**files, "entries.ndjson": files["entries.ndjson"].replace(b"true", b"null")}),
            "prev is not the hash of seq 1", 2)
    files["payloads.ndjson"] += jcs({"payload": {}, "salt": ZEROS, "seq": "0"})
    invalid(run(files), "is for no entry", 0)
    for line, words in ((b"[]", "not a JSON object"), (b"", "not JSON"), (b"{}{}", "not JSON"), (b"\xff", "not JSON"),
                        (b'{"a":"1","a":"2"}', "key twice"), (b'{"a":NaN}', "not JSON")):
        invalid(run(Log().add().add_raw(line).bundle()), words, 1)


# Whether a log went on from where it was


@pytest.mark.parametrize("old", range(12))
def test_a_log_that_went_on_is_valid(run, log, old):
    older = log.checkpoint(old)
    for files in (log.bundle(), log.bundle([2, 7], old), log.bundle([], old), log.bundle(old=old)):
        report = run(files, older)
        assert (report.result, report.since["continued"]) == ("valid", True), report


def test_a_part_without_the_proof_that_was_asked_for_is_incomplete(run, log):
    for files in (log.bundle([2, 7]), log.bundle([2, 7], 5)):
        report = run(files, log.checkpoint(6))
        assert report.result == "incomplete" and "size 6" in report.missing[0]
    # The same size and no size at all need no proof.
    assert run(log.bundle([2]), log.checkpoint(11)).result == "valid"
    assert run(log.bundle([2]), log.checkpoint(0)).result == "valid"


def test_no_entry_at_all_proves_nothing(run, log):
    assert run(log.bundle([])).result == "incomplete"
    assert run(Log().bundle([])).result == "valid"


@pytest.mark.parametrize("cut", range(1, 11))
def test_a_log_that_lost_its_end_is_invalid(run, log, cut):
    shorter = Log().grow(11 - cut)
    for files in (shorter.bundle(), shorter.bundle([0])):
        invalid(run(files, log.checkpoint()), "lost entries")
    # The same, with new entries in place of the lost ones.
    other = Log().grow(11 - cut)
    for _ in range(cut + 1):
        other.add(event="call.other")
    invalid(run(other.bundle(), log.checkpoint()), "rewritten")
    invalid(run(other.bundle([0], 11), log.checkpoint()), "rewritten")


def test_two_histories_of_one_size_are_told_apart(run, log):
    other = Log().grow(10).add(event="call.other")
    for files in (other.bundle(), other.bundle([3]), other.bundle([3], 11)):
        assert run(files).result == "valid"
        invalid(run(files, log.checkpoint()), "rewritten")


def test_a_log_without_one_of_its_entries_is_invalid(run, log):
    """Taken out of the middle, chained and signed anew."""
    for gone in range(10):
        other = Log()
        for seq in range(11):
            if seq != gone:
                other.add(subject=f"call:{seq}")
        other.add().add()
        assert run(other.bundle()).result == "valid"
        invalid(run(other.bundle(), log.checkpoint()), "rewritten")


def test_an_older_checkpoint_has_to_be_of_the_same_log_and_key(run, log):
    for other in (Log("audit.example.in/mer_2/1"), Log("audit.example.in/mer_1/2"), Log(seed=b"another")):
        invalid(run(log.bundle(), other.grow(3).checkpoint()), "the older checkpoint: ")
    for size in (3, 11):
        for at in range(0, len(log.checkpoint(size)), 7):
            invalid(run(log.bundle(), flipped(log.checkpoint(size), at, 1)), "the older checkpoint: ")


# Lies


def flipped(data, at, bit):
    return data[:at] + bytes([data[at] ^ bit]) + data[at + 1:]


def test_no_byte_of_a_checkpoint_can_be_changed(log):
    key, note = audit.Key.parse(log.vkey), log.checkpoint()
    audit.open_checkpoint(note, key)
    wrong = [flipped(note, at, 1 << bit) for at in range(len(note)) for bit in range(8)]
    for at in range(len(note) + 1):
        wrong += [note[:at], note[:at] + note[at + 1:], note[:at] + b"\n" + note[at:], note[:at] + b" " + note[at:],
                  note[:at] + note[at:at + 1] + note[at:]]
    for each in wrong:
        if each != note:
            with pytest.raises(audit.Invalid):
                assert audit.open_checkpoint(each, key) is None, each
    assert len(wrong) > 2500


@pytest.mark.parametrize("name", ["entries.ndjson", "payloads.ndjson", "proofs.json"])
@pytest.mark.parametrize("seqs", [None, [0, 1, 3]], ids=["whole", "part"])
def test_no_byte_of_a_bundle_can_be_changed(run, name, seqs):
    log, rng = Log().grow(4), random.Random(f"{name} {SEED}")
    files = log.bundle(seqs, 3)
    assert run(files).result == "valid"
    for at in range(len(files[name])):
        report = run({**files, name: flipped(files[name], at, 1 << rng.randrange(8))})
        assert report.result == "invalid", (at, report)
        # A changed leaf is seen at the latest by its successor; a payload at once.
        line = 1 + files[name][:at].count(b"\n")
        assert report.line is None or name == "proofs.json" or line <= report.line <= line + 1, (at, report)


@pytest.mark.parametrize("name", ["checkpoint.txt", "entries.ndjson", "payloads.ndjson", "proofs.json"])
def test_a_file_may_hold_anything_and_only_be_refused(run, log, name):
    """Splices of all files into one, cuts and noise: never an exception, never another content as valid."""
    rng, files = random.Random(f"splices {name} {SEED}"), log.bundle([2, 3, 9], 5)
    stock = b"".join(files.values()) + b'\0\xff{}[]""null,1e9\\ud800\xef\xbb\xbf'
    for _ in range(500):
        data = files[name]
        for _ in range(rng.randint(1, 3)):
            start, end = sorted(rng.choices(range(len(data) + 1), k=2))
            at = rng.randrange(len(stock))
            data = data[:start] + stock[at:at + rng.choice((0, 1, 2, 40, 400))] + data[rng.choice((start, end)):]
        report = run({**files, name: data}, log.checkpoint(5))
        same = data == files[name] or name == "payloads.ndjson" or data == files[name][:-1]
        assert report.result != "valid" or same, (data, report)


def test_a_bundle_without_its_files_is_unusable(run, log):
    for name in ("checkpoint.txt", "entries.ndjson"):
        files = log.bundle()
        del files[name]
        with pytest.raises(audit.Unusable, match=name):
            run(files)


def lines(data, change):
    """The lines of a file after a change of their list."""
    return ndjson(change(data.splitlines()))


@pytest.mark.parametrize("change, words, seq", [
    (lambda found: found[:-1], "10 of 11", None), (lambda found: found[:1], "1 of 11", None),
    (lambda found: [], "0 of 11", None), (lambda found: found[1:], "another seq", 0),
    (lambda found: found[:4] + found[5:], "another seq", 4),
    (lambda found: [*found[:4], found[5], found[4], *found[6:]], "another seq", 4),
    (lambda found: [*found[:4], *found[3:]], "another seq", 4),
    (lambda found: [*found, found[-1]], "beyond the checkpoint", 11),
    (lambda found: [*found, b"{}"], "beyond the checkpoint", 11),
    (lambda found: [*found, b""], "beyond the checkpoint", 11),
    (lambda found: [*found[:4], b"", *found[4:]], "is not JSON", 4),
    (lambda found: [each + b"\r" for each in found], "is not canonical", 0),
    (lambda found: [b"\xef\xbb\xbf" + found[0], *found[1:]], "is not JSON", 0),
    (lambda found: [found[0] + b" ", *found[1:]], "is not canonical", 0),
    (lambda found: [*found[:-1], b'{"a":"b"}'], "another root", None),
], ids=range(15))
def test_the_lines_of_a_whole_log_are_all_of_them_in_their_order(run, log, change, words, seq):
    files = log.bundle()
    invalid(run({**files, "entries.ndjson": lines(files["entries.ndjson"], change)}), words, seq)


@pytest.mark.parametrize("change, words, seq", [
    (lambda found: found[:-1], "have inclusion proofs", None), (lambda found: [], "have inclusion proofs", None),
    (lambda found: found[1:], "its inclusion proof fails", 2),
    (lambda found: found[::-1], "its inclusion proof fails", 2),
    (lambda found: [*found, found[-1]], "no inclusion proof", None),
], ids=range(5))
def test_each_line_of_a_part_has_its_proof(run, log, change, words, seq):
    files = log.bundle([2, 3, 9])
    invalid(run({**files, "entries.ndjson": lines(files["entries.ndjson"], change)}), words, seq)


def test_a_part_is_in_the_logs_order_and_has_each_entry_once(run, log):
    for seqs, seq in (([3, 2], 2), ([2, 2], 2), ([2, 3, 9, 3], 3)):
        invalid(run(log.bundle(seqs)), "does not come after", seq)


@pytest.mark.parametrize("seqs", [None, [2, 3, 4]], ids=["whole", "part"])
@pytest.mark.parametrize("changes, words", [
    ({"log": "audit.example.in/mer_2/1"}, "is of another log"), ({"log": "audit.example.in/mer_1/2"}, "of another log"),
    ({"prev": ZEROS}, "prev is not the hash of seq 2"), ({"prev": "f" * 64}, "prev is not the hash of seq 2"),
    ({"prev": "F" * 64}, "prev is not 64"), ({"prev": "f" * 63}, "prev is not 64"), ({"prev": ""}, "prev is not 64"),
    ({"commit": "F" * 64}, "commit is not 64"), ({"commit": "0" * 62}, "commit is not 64"),
    ({"commit": "0" * 64 + "\n"}, "commit is not 64"), ({"commit": "٠" * 64}, "commit is not 64"),
    ({"seq": "2"}, "another seq"), ({"seq": "4"}, "another seq"), ({"seq": "03"}, "not a decimal"),
    ({"seq": "+3"}, "not a decimal"), ({"seq": "3\n"}, "not a decimal"), ({"seq": "٣"}, "not a decimal"),
    ({"seq": ""}, "not a decimal"), ({"seq": "9007199254740993"}, "not a decimal"),
    ({"seq": "9" * 9999}, "not a decimal"),
    ({"seq": 3}, "not a string"), ({"v": "2"}, "unknown version"), ({"v": ""}, "unknown version"),
    ({"v": 1}, "not a string"), ({"actor": ["a"]}, "not a string"), ({"event": {}}, "not a string"),
    ({"subject": True}, "not a string"), ({"more": "x"}, "exactly the members"), ({"ts": None}, "exactly the members"),
    ({"commit": None}, "exactly the members"), ({"actor": "\ud800"}, None),
    ({"ts": "2026-11-22T05:29:56.999999Z"}, "more than 5 s"), ({"ts": "0001-01-01T00:00:00.000000Z"}, "more than 5 s"),
    ({"ts": "2026-11-22T05:30:03Z"}, "ts is not"), ({"ts": "2026-11-22T05:30:03.000Z"}, "ts is not"),
    ({"ts": "2026-11-22T05:30:03.0000000Z"}, "ts is not"), ({"ts": "2026-11-22T05:30:03.000000"}, "ts is not"),
    ({"ts": "2026-11-22T05:30:03.000000+00:00"}, "ts is not"), ({"ts": "2026-11-22 05:30:03.000000Z"}, "ts is not"),
    ({"ts": "2026-11-22t05:30:03.000000z"}, "ts is not"), ({"ts": "2026-11-31T05:30:03.000000Z"}, "ts is not"),
    ({"ts": "2026-11-22T24:00:00.000000Z"}, "ts is not"), ({"ts": "2026-11-22T05:30:60.000000Z"}, "ts is not"),
    ({"ts": "0000-11-22T05:30:00.000000Z"}, "ts is not"), ({"ts": "2026-11-22T05:30:03,000000Z"}, "ts is not"),
    ({"ts": "2026-11-22T05:30:03.000000Z\n"}, "ts is not"), ({"ts": "٢٠٢٦-11-22T05:30:03.000000Z"}, "ts is not"),
    ({"ts": "2026-02-29T05:30:03.000000Z"}, "ts is not"), ({"ts": ""}, "ts is not"),
], ids=repr)
def test_an_entry_that_the_server_should_not_have_signed_is_invalid(run, seqs, changes, words):
    log = Log().grow(3)
    if words is None:  # Half a pair has no UTF-8; it can only be written with an escape.
        log.add_raw(json.dumps(log.entry(**changes), sort_keys=True, separators=(",", ":")).encode())
        words = "surrogate"
    else:
        log.add(**changes)
    invalid(run(log.grow(2).bundle(seqs)), words, 3)


@pytest.mark.parametrize("change, words", [
    (lambda text: text.replace('"actor"', '"actor":"a","actor"'), "key twice"),
    (lambda text: text.replace('"v":"1"', '"v":"1","v":"1"'), "key twice"),
    (lambda text: text.replace(':', ": ", 1), "not canonical"), (lambda text: " " + text, "not canonical"),
    (lambda text: text.replace("/", r"\/"), "not canonical"),
    (lambda text: text.replace("gate", r"g\u0061te"), "not canonical"),
    (lambda text: json.dumps(dict(reversed(json.loads(text).items())), separators=(",", ":")), "not canonical"),
    (lambda text: text.replace('"v":"1"', '"v":1'), "not a string"),
    (lambda text: text.replace('"v":"1"', '"v":null'), "not a string"),
    (lambda text: text + "{}", "is not JSON"), (lambda text: f"[{text}]", "is not a JSON object"),
    (lambda text: text[:-1], "is not JSON"),
], ids=range(12))
def test_an_entry_that_is_not_canonical_is_invalid_even_if_signed(run, change, words):
    log = Log().grow(2)
    log.add_raw(change(jcs(log.entry()).decode()).encode())
    for seqs in (None, [1, 2]):
        invalid(run(log.bundle(seqs)), words, 2)


def test_the_first_entry_has_no_other_before_it(run):
    log = Log().add(prev="f" * 64).grow(2)
    for seqs in (None, [0], [0, 2]):
        invalid(run(log.bundle(seqs)), "prev is not zero", 0)


def test_a_clock_may_go_back_by_five_seconds(run):
    times = ["00:00:10.000000", "00:00:05.000000", "00:00:00.000000", "23:59:59.999999"]
    log = Log()
    for time in times:
        log.add(ts=f"2026-11-22T{time}Z")
    assert run(log.bundle()).result == "valid"
    log.add(ts="2026-11-22T23:59:54.999998Z")
    invalid(run(log.bundle()), "more than 5 s", 4)
    invalid(run(log.bundle([0, 2])), "more than 5 s", 2)
    assert run(log.bundle([0, 1, 3])).result == "valid"


def test_a_leaf_of_a_nodes_bytes_is_no_entry(run):
    """A tree of two, shown as a tree of one whose entry is the 64 bytes that the root is of."""
    log = Log().grow(2)
    files = {**Log().add_raw(b"".join(log.leaves)).bundle(), "checkpoint.txt": log.note(
        f"{ORIGIN}\n1\n{base64.b64encode(mth(log.leaves)).decode()}\n")}
    assert run(files).result == "invalid"


@pytest.mark.parametrize("change, words, seq", [
    (lambda found: [found[0], *found], "second for this entry", 0),
    (lambda found: [*found, found[4]], "second for this entry", 4),
    (lambda found: [each.replace(b"9876", b"9877") for each in found], "commits to", 0),
    (lambda found: [*found[:5], found[5].replace(b'"payload":{', b'"payload":{"a":"b",')], "commits to", 5),
    (lambda found: [each.replace(b'"salt":"', b'"salt":"00') for each in found], "salt is not 64", 0),
    (lambda found: [found[0].replace(b'"seq":"0"', b'"seq":"11"')], "is for no entry", 11),
    (lambda found: [found[0].replace(b'"seq":"0"', b'"seq":"1"')], "commits to", 1),
    (lambda found: [found[0].replace(b'"seq":"0"', b'"seq":"00"')], "not a decimal", None),
    (lambda found: [found[0].replace(b'"seq":"0"', b'"seq":0')], "not a decimal", None),
    (lambda found: [found[0].replace(b'"seq":"0"', b'"seq":"0","seq":"0"')], "key twice", None),
    (lambda found: [found[0].replace(b'"number":', b'"number":"1","number":')], "key twice", None),
    (lambda found: [found[0].replace(b'"payload":{', b'"payload":{"n":1,')], "has a number", 0),
    (lambda found: [found[0].replace(b'"payload":{', b'"payload":{"n":null,')], "has a number", 0),
    (lambda found: [found[0].replace(b'"payload":{', '"payload":{"é":"",'.encode())], "not ASCII", 0),
    (lambda found: [found[0].replace(b'"payload":{', b'"payload":{"a":"\\ud800",')], "surrogate", 0),
    (lambda found: [jcs({**json.loads(found[0]), "payload": NUMBER})], "payload is not an object", 0),
    (lambda found: [jcs({**json.loads(found[0]), "payload": [NUMBER]})], "payload is not an object", 0),
    (lambda found: [jcs({**json.loads(found[0]), NUMBER: "x"})], "exactly the members", None),
    (lambda found: [b'{"payload":{},"seq":"0"}'], "exactly the members", None),
    (lambda found: [*found, b""], "is not JSON", None), (lambda found: [NUMBER.encode()], "is not JSON", None),
    (lambda found: [b"{" + found[0]], "is not JSON", None),
], ids=range(22))
def test_a_payload_is_what_its_entry_commits_to(run, log, change, words, seq):
    files = log.bundle()
    invalid(run({**files, "payloads.ndjson": lines(files["payloads.ndjson"], change)}), words, seq)


def test_a_payload_of_an_entry_outside_the_bundle_is_invalid(run, log):
    files = log.bundle([2, 3])
    files["payloads.ndjson"] += jcs(log.payloads[4])
    invalid(run(files), "is for no entry", 4)


def test_payloads_may_be_written_in_any_order_and_spacing(run, log):
    files = log.bundle()
    files["payloads.ndjson"] = ndjson(json.dumps(log.payloads[seq]).encode() for seq in range(10, -1, -1))
    assert (run(files).result, run(files).payloads) == ("valid", 11)


def test_equal_payloads_have_different_commitments():
    log = Log().grow(2)
    payload = log.payloads[0]["payload"]
    salts = [bytes.fromhex(log.payloads[seq]["salt"]) for seq in (0, 1)]
    assert audit.commitment(salts[0], payload) != audit.commitment(salts[1], payload)


# Checkpoints that are signed and yet not as they must be


@pytest.mark.parametrize("size", [
    "-1", "+3", "03", "3.0", "", "x", "0x3", "٣", "9007199254740993", "9" * 5000, "3\r", " 3", "3 "], ids=repr)
def test_a_signed_size_is_a_plain_number(run, log, size):
    root = base64.b64encode(mth(log.leaves)).decode()
    invalid(run({**log.bundle([1]), "checkpoint.txt": log.note(f"{ORIGIN}\n{size}\n{root}\n")}), "its size")


def test_a_size_is_up_to_2_to_the_53(log):
    note = log.note(f"{ORIGIN}\n{1 << 53}\n{base64.b64encode(LEAVES[0]).decode()}\n")
    assert audit.open_checkpoint(note, audit.Key.parse(log.vkey)).size == 1 << 53


@pytest.mark.parametrize("size, root", [
    (0, ZEROS), (0, "00"), (11, ""), (11, "00" * 31), (11, "00" * 33), (0, "")], ids=repr)
def test_a_signed_root_is_a_hash_and_fits_its_size(run, log, size, root):
    root = base64.b64encode(bytes.fromhex(root)).decode()
    note = log.note(f"{ORIGIN}\n{size}\n{root}\n")
    for files in (log.bundle(), log.bundle([])):
        invalid(run({**files, "checkpoint.txt": note}), "no root of its size")


def test_a_root_in_another_base64_is_invalid(run, log):
    root = base64.b64encode(mth(log.leaves)).decode()
    other = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    loose = root[:42] + other[other.index(root[42]) | 1] + "="
    for text in (loose, root[:-1], root + "=", root.replace("=", "=="), root[:20] + " " + root[20:], "é" + root):
        invalid(run({**log.bundle(), "checkpoint.txt": log.note(f"{ORIGIN}\n11\n{text}\n")}), "no root of its size")


@pytest.mark.parametrize("size", [1, 5, 10, 12, 22, 9, 0, 1 << 53])
def test_a_signed_size_fits_the_bundle(run, log, size):
    root = mth(log.leaves) if size else sha()
    note = log.note(f"{ORIGIN}\n{size}\n{base64.b64encode(root).decode()}\n")
    assert run({**log.bundle(), "checkpoint.txt": note}).result == "invalid"


def test_the_text_of_a_checkpoint_is_three_lines(run, log):
    origin, size, root = log.checkpoint().decode().split("\n")[:3]
    texts = [f"{origin}\n{size}\n{root}\nextension\n", f"{origin}\n{size}\n", f"\n{origin}\n{size}\n{root}\n",
             f"{origin}\n{size}\n{root}", f"{origin}\n{size}\n\n{root}\n", f"{origin}\r\n{size}\r\n{root}\r\n"]
    for text in texts:
        assert run({**log.bundle(), "checkpoint.txt": log.note(text)}).result == "invalid", text


def test_signatures_of_others_are_passed_over_and_one_has_to_be_ours(run, log):
    text = b"\n".join(log.checkpoint().split(b"\n")[:3]) + b"\n"
    ours = log.sign(text)
    stranger, witness = Log(seed=b"stranger"), Log("witness.example/w")
    noise = base64.b64encode(bytes(2424)).decode()
    others = [stranger.sign(text), witness.sign(text), f"\u2014 {ORIGIN} {noise}\n".encode(),
              "\u2014 x AAAAAAA=\n".encode(), ours.replace(ORIGIN.encode(), b"audit.example.in/mer_2/1")]
    for signatures in ([ours], [*others, ours], [ours, *others], [ours, ours]):
        assert run({**log.bundle(), "checkpoint.txt": log.note(text.decode(), *signatures)}).result == "valid"
    for signatures in ([stranger.sign(text)], others, [b""]):
        assert run({**log.bundle(), "checkpoint.txt": log.note(text.decode(), *signatures)}).result == "invalid"
    false = log.sign(b"another text\n")
    for signatures in ([false], [false, ours], [ours, false]):
        invalid(run({**log.bundle(), "checkpoint.txt": log.note(text.decode(), *signatures)}), "false signature")
    malformed = [b"\n", b"junk\n", b"- x AAAAAAA=\n", "\u2014 x\n".encode(), "\u2014 x AAAA=\n".encode(),
                 "\u2014  AAAAAAA=\n".encode(), "\u2014 x+y AAAAAAA=\n".encode(), "\u2014 x AAAAAAA= \n".encode(),
                 "\u2014 x AAAAAA==\n".encode(), "\u2014 x\u00a0y AAAAAAA=\n".encode(),
                 "\u2014 x\ty AAAAAAA=\n".encode()]
    for line in malformed:
        for signatures in ([line, ours], [ours, line]):
            found = run({**log.bundle(), "checkpoint.txt": log.note(text.decode(), *signatures)})
            assert found.result == "invalid", line


def test_a_checkpoint_of_another_log_epoch_or_key_is_invalid(run, log):
    for other, words in (
            (Log("audit.example.in/mer_2/1"), "another log"), (Log("audit.example.in/mer_1/2"), "another log"),
            (Log(seed=b"another"), "no signature")):
        invalid(run(other.grow(11).bundle()), words)
        assert run(other.bundle(), log=other).result == "valid"
    # Signed by our key, but in another log's name, or for another log.
    text = Log("audit.example.in/mer_2/1").grow(11).checkpoint().split(b"\n\n")[0].decode() + "\n"
    invalid(run({**log.bundle(), "checkpoint.txt": log.note(text)}), "another log")


# Proofs


@pytest.mark.parametrize("data", [
    b"", b"{", b"[]", b"null", b'{"inclusion":{}}', b'{"inclusion":null}', b'{"inclusion":"x"}', b'{"inclusion":[]}',
    b'{"inclusions":[]}', b'{"inclusion":[],"inclusion":[]}', b'{"inclusion":[1,2]}', b'{"inclusion":[[],[]]}',
    b'{"consistency":[]}', b'{"consistency":{}}', b'{"consistency":[{}]}', b'{"consistency":[null]}', b"{}",
    b'{"inclusion":' + b"[" * 100_000, b"\xff", b'{"inclusion":[{},{}]}'], ids=lambda data: data[:30].decode("latin-1"))
def test_what_is_no_proof_is_invalid(run, log, data):
    assert run({**log.bundle([2, 3]), "proofs.json": data}).result == "invalid"


def test_a_proof_has_up_to_64_hashes(run, log):
    for count, words in ((64, "its inclusion proof fails"), (65, "hashes is not a list of up to 64")):
        proof = {"inclusion": [{"hashes": [ZEROS] * count, "seq": "2"}]}
        assert words in run({**log.bundle([2]), "proofs.json": jcs(proof)}).problem


@pytest.mark.parametrize("proofs_", [{"inclusion": None}, {"consistency": {}}, {"consistency": ""}], ids=str)
def test_the_proofs_of_a_whole_log_are_read_too(run, log, proofs_):
    assert run({**log.bundle(), "proofs.json": b"{}"}).result == "valid"
    invalid(run({**log.bundle(), "proofs.json": jcs(proofs_)}), "proofs.json: has a member that is not a list")


def test_every_altered_proof_of_a_bundle_is_invalid(run, log):
    rng, files, cases = random.Random(f"bundles {SEED}"), log.bundle([2, 6, 10], 6), 0
    proofs_ = json.loads(files["proofs.json"])

    def refuse(kind, at, **changes):
        nonlocal cases
        changed = json.loads(files["proofs.json"])
        changed[kind][at].update(changes)
        report = run({**files, "proofs.json": jcs(changed)})
        assert report.result == "invalid", (kind, at, changes)
        assert kind == "inclusion" or report.file == f"proofs.json consistency[{at}]"
        cases += 1
    places = [("inclusion", at, "seq") for at in range(3)] + [("consistency", 0, "from_size")]
    for kind, at, number in places:
        good = proofs_[kind][at]
        for _, wrong in proofs([bytes.fromhex(each) for each in good["hashes"]], rng, *log.leaves[:2]):
            refuse(kind, at, hashes=[each.hex() for each in wrong])
        for wrong in (None, {}, "", [1], [None], [[]], ["x" * 64], [each.upper() for each in good["hashes"]],
                      [ZEROS] * 65, good["hashes"] + ["g" * 64], [each + "\n" for each in good["hashes"]]):
            refuse(kind, at, hashes=wrong)
        value = int(good[number])
        for _, wrong in numbers(value):
            refuse(kind, at, **{number: str(wrong[0])})
        for wrong in ("", "x", f"0{value}", f"{value}.0", f"+{value}", f" {value}", value, None, "9" * 5000, []):
            refuse(kind, at, **{number: wrong})
        refuse(kind, at, more="x")
    root = bytes.fromhex(proofs_["consistency"][0]["from_root"])
    for wrong in [*(each.hex() for each in hashes(root, rng, mth(log.leaves))), None, 1, root.hex().upper(), []]:
        refuse("consistency", 0, from_root=wrong)
    for kind, at in itertools.product(range(3), range(3)):
        if kind != at:
            refuse("inclusion", kind, **proofs_["inclusion"][at])
    assert cases > 250


def test_a_consistency_proof_of_another_history_is_no_proof(run, log):
    other = Log().grow(5).add(event="call.other").grow(5)
    files = {**log.bundle([2]), "proofs.json": jcs({
        "inclusion": [log.inclusion(2)], "consistency": [other.consistency(6)]})}
    invalid(run(files, log.checkpoint(6)), "proof from size 6 fails")


def test_every_consistency_proof_has_to_hold(run, log):
    proofs_ = {"inclusion": [log.inclusion(2)], "consistency": [log.consistency(old) for old in range(12)]}
    assert run({**log.bundle([2]), "proofs.json": jcs(proofs_)}, log.checkpoint(6)).result == "valid"
    proofs_["consistency"][9]["from_root"] = ZEROS
    invalid(run({**log.bundle([2]), "proofs.json": jcs(proofs_)}, log.checkpoint(6)), "consistency[9]")


# Limits


def test_a_line_has_up_to_a_mebibyte(run):
    def line(size):
        return b'{"a":"' + b"x" * (size - 8) + b'"}'
    assert run(Log().add().add_raw(line(1 << 20)).add().bundle()).result == "valid"
    report = run(Log().add().add_raw(line((1 << 20) + 1)).add().bundle())
    invalid(report, "entries.ndjson line 2: is longer than 1 MiB")
    files = Log().grow(2).bundle()
    report = run({**files, "payloads.ndjson": files["payloads.ndjson"] + b" " * (1 << 21)})
    invalid(report, "payloads.ndjson line 3: is longer than 1 MiB")


@pytest.mark.parametrize("name", ["checkpoint.txt", "entries.ndjson", "payloads.ndjson", "proofs.json"])
def test_what_is_too_large_or_no_file_is_unusable(tmp_path, log, name):
    for file, data in log.bundle([2]).items():
        (tmp_path / file).write_bytes(data)
    os.truncate(tmp_path / name, (1 << 30) + 1)
    with pytest.raises(audit.Unusable, match=name):
        audit.verify(tmp_path, log.vkey)
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)
    with pytest.raises(audit.Unusable, match=name):
        audit.verify(tmp_path, log.vkey)
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()
    with pytest.raises(audit.Unusable, match=name):
        audit.verify(tmp_path, log.vkey)


def test_nesting_is_refused_and_not_an_error_of_ours(run):
    deep = b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    invalid(run(Log().add().add_raw(deep).bundle()), "is not JSON", 1)
    files = Log().add().bundle()
    for depth in (300, 990, 5000):
        payload = b'{"a":' * depth + b'""' + b"}" * depth
        line = b'{"payload":' + payload + b',"salt":"' + b"0" * 64 + b'","seq":"0"}'
        assert run({**files, "payloads.ndjson": line}).result == "invalid"


# Keys


def test_the_published_test_key_is_refused():
    with pytest.raises(audit.Unusable, match="anybody can sign"):
        audit.Key.parse(DEMO_KEY)
    public = base64.b64decode("AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea")
    identity = identity_of(ORIGIN, public)
    with pytest.raises(audit.Unusable, match="anybody can sign"):
        audit.Key.parse(f"{ORIGIN}+{identity}+{base64.b64encode(public).decode()}")


def test_no_character_of_a_key_can_be_changed(log):
    vkey = log.vkey
    assert audit.Key.parse(f" {vkey}\n") == audit.Key.parse(vkey)
    wrong = [vkey[:at] + chr(ord(each) ^ 1 << bit) + vkey[at + 1:] for at, each in enumerate(vkey) for bit in range(8)]
    wrong += [vkey[:at] + vkey[at + 1:] for at in range(len(vkey))] + [vkey[:at] for at in range(len(vkey))]
    name, identity, data = vkey.split("+", 2)
    ecdsa = b"\2" + base64.b64decode(data)[1:]
    other = f"{identity_of(name, ecdsa)}+{base64.b64encode(ecdsa).decode()}"
    wrong += [f"{name}+{identity.upper()}A+{data}", f"{name}+{other}", f"+{identity}+{data}", "", "+", "++",
              f"{name} x+{identity}+{data}", f"{name}+{identity}+{data}=", f"{name}+{identity}+{data}+",
              f"\udcff+{identity}+{data}"]
    for each in wrong:
        with pytest.raises(audit.Unusable):
            assert audit.Key.parse(each) is None, each


# The command


@pytest.fixture
def command(tmp_path, capsys):
    """Runs the command over these files; its status, output and errors."""
    def command(files, *arguments, log=Log()):
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        status = audit.main([str(tmp_path), "--key", log.vkey, *map(str, arguments)])
        out, errors = capsys.readouterr()
        assert NUMBER[1:] not in out + errors
        return status, out, errors
    return command


def test_the_command_says_what_it_found(command, log, tmp_path):
    older = tmp_path / "older.txt"
    older.write_bytes(log.checkpoint(5))
    status, out, errors = command(log.bundle(), "--since", older)
    assert (status, errors) == (0, "")
    assert out.splitlines() == [
        "valid", f"log {ORIGIN}", f"size 11, root {mth(log.leaves).hex()}",
        "entries: 11 of 11 checked, 0 of the older format", "payloads: 11 checked, 0 erased or left out",
        "since size 5: continued without a change"]
    status, out, _ = command(log.bundle([2]), "--since", older)
    assert status == 3 and out.startswith("incomplete: there is no proof from size 5\n")
    files = log.bundle([2, 3])
    status, out, _ = command({**files, "entries.ndjson": files["entries.ndjson"].replace(b"call:3", b"call:4")})
    assert status == 1
    assert out.startswith("invalid: entries.ndjson line 2 (seq 3): is not in the log: its inclusion proof fails\n")
    status, out, _ = command({"checkpoint.txt": b""})
    assert status == 1
    assert out == "invalid: checkpoint.txt: is not three lines, an empty one, and signatures, each ended\n"


def test_the_command_says_it_in_json(command, log, tmp_path):
    older = tmp_path / "older.txt"
    older.write_bytes(log.checkpoint(5))
    status, out, _ = command(log.bundle([2, 3], 5), "--json", "--since", older)
    assert status == 0
    assert json.loads(out) == {
        "result": "valid", "problem": None, "file": None, "line": None, "seq": None, "missing": [], "origin": ORIGIN,
        "size": 11, "root": mth(log.leaves).hex(), "entries": 2, "older": 0, "payloads": 2, "erased": 0,
        "since": {"size": 5, "root": mth(log.leaves[:5]).hex(), "continued": True},
            "previous": None, "previous_size": None, "follows_loss": None,
            "unchecked_previous": None, "unchecked_loss": None}
    status, out, _ = command({**log.bundle([2, 3]), "payloads.ndjson": b"{}"}, "--json")
    found = json.loads(out)
    assert status == 1 and (found["result"], found["file"], found["line"]) == ("invalid", "payloads.ndjson", 1)
    status, out, errors = command({}, "--json", "--since", tmp_path / "none")
    assert (status, errors, json.loads(out)["result"]) == (2, "", "unusable")


def test_the_command_says_in_one_line_what_it_cannot_use(command, log, tmp_path, monkeypatch, capsys):
    status, out, errors = command(log.bundle(), "--since", tmp_path / "none")
    assert (status, out) == (2, "") and errors.startswith("error: ") and errors.count("\n") == 1
    assert audit.main([str(tmp_path / "none"), "--key", log.vkey]) == 2
    assert audit.main([str(tmp_path), "--key", DEMO_KEY]) == 2
    assert audit.main([str(tmp_path), "--key", "x"]) == 2
    for arguments in ([], [str(tmp_path)], ["--key", log.vkey], [str(tmp_path), "--key", log.vkey, "--more"]):
        with pytest.raises(SystemExit) as caught:
            audit.main(arguments)
        assert caught.value.code == 2
    capsys.readouterr()
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    status, out, errors = command(log.bundle())
    assert (status, out, errors) == (2, "", "error: the package cryptography is missing: pip install cryptography\n")


@pytest.mark.parametrize("call", [["-m", "payaid_voice.audit"], [str(FILE)]], ids=["module", "file"])
def test_the_command_runs_as_a_module_and_as_a_file(tmp_path, log, call):
    other = Log("audit.example.in/mer_ठ/1").grow(2)
    for name, data in other.bundle().items():
        (tmp_path / name).write_bytes(data)
    for key, status in ((other.vkey, 0), (log.vkey, 1)):
        done = subprocess.run(
            [sys.executable, *call, tmp_path, "--key", key], cwd=tmp_path, capture_output=True, text=True,
            timeout=60, env={**os.environ, "PYTHONPATH": str(PACKAGE), "PYTHONIOENCODING": "ascii"})
        assert (done.returncode, done.stderr) == (status, ""), done.stderr
        assert done.stdout.startswith("valid\n" if status == 0 else "invalid: checkpoint.txt: is of another log")
