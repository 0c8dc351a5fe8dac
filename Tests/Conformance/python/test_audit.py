"""The audit log as an auditor meets it: taken by voicectl, verified with no server, by two programs that
share no code."""

import base64
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import types
import uuid

import pytest

import aws
import calling
import stack as stacks
from conftest import client
from test_compliance import ROOT, consent, error, withdraw
from test_keys_kms import Keys

# Whom a call is placed to that is erased in the end.
ERASED = "+919876500002"
SOURCES = pathlib.Path(__file__).resolve().parents[3] / "Clients/python"


@pytest.fixture(scope="module")
def own():
    """A stack of its own, whose log nobody else writes to, and whose keys rotate."""
    with aws.moto() as url, stacks.running(environment=Keys(url).settings()) as running:
        yield running


@pytest.fixture(scope="module")
def auditor(own):
    return own.merchant("audit@example.in")


@pytest.fixture(scope="module")
def rest(own, auditor):
    with client(own, auditor) as rest:
        yield rest


def commands(own, merchant):
    """What runs `voicectl audit`, or another group's command, as a merchant, and gives what it says."""
    environment = {
        **os.environ, "VOICE_URL": own.url, "VOICE_CA": own.ca,
        "VOICE_API_KEY": f"{merchant['key']}_{merchant['secret']}"}

    def run(*arguments, status=0, group="audit"):
        done = subprocess.run(
            [stacks.BIN / "voicectl", group, *map(str, arguments)], env=environment, timeout=60,
            capture_output=True, text=True)
        assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr
    return run


@pytest.fixture(scope="module")
def ctl(own, auditor):
    return commands(own, auditor)


@pytest.fixture(scope="module")
def key(ctl, log):
    return ctl("key").strip()


@pytest.fixture()
def fresh(own):
    """A merchant of one test's own, which may do to its log what it likes."""
    merchant = own.merchant(f"{uuid.uuid4()}@example.in")
    with client(own, merchant) as rest:
        yield types.SimpleNamespace(id=merchant["id"], rest=rest, ctl=commands(own, merchant))


@pytest.fixture(scope="module")
def log(rest):
    return written(rest, "+918047165099")


def written(rest, number):
    """Has a merchant's log tell of consents, a refused call and a call that was placed."""
    made = [consent(rest, f"+91987650{n:04}") for n in range(5)]
    withdraw(rest, made[1]["consentId"])
    agent = calling.new_agent(rest, number, purpose="CALL_PURPOSE_SERVICE")
    rest.post(f"{ROOT}/suppressions", json={"phoneNumber": "+919876509999"}).raise_for_status()
    error(rest.post("/api/v1/calls", json={"agentId": agent, "phoneNumber": "+919876509999"}), 400, "FAILED_PRECONDITION")
    call = calling.place(rest, agent, ERASED)
    calling.listen(rest, call)
    return {"consent": made[1]["consentId"], "call": call}


def verify(ctl, folder, key, *options, status=0):
    """What both verifiers say of a bundle, which has to be the same."""
    ours = json.loads(ctl("verify", folder, "--key", key, "--json", *options, status=status))
    done = subprocess.run(
        [sys.executable, "-m", "payaid_voice.audit", str(folder), "--key", key, "--json",
         *map(str, options)],
        env={**os.environ, "PYTHONPATH": str(SOURCES)}, capture_output=True, text=True, timeout=60)
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    theirs = json.loads(done.stdout)
    assert theirs["result"] == ours["result"]
    for name in {"origin", "root"} & set(ours):
        assert theirs[name] == ours[name]
    return ours


def test_a_log_is_verified_without_a_server(ctl, log, key, tmp_path):
    said = ctl("export", "-o", tmp_path / "all")
    assert f"--key {key}" in said
    report = verify(ctl, tmp_path / "all", key)
    assert report["result"] == "valid" and int(report["entries"]) == int(report["size"]) >= 8
    assert report["payloads"] == report["entries"] and report["erased"] == "0"
    text = "".join(path.read_text() for path in (tmp_path / "all").iterdir())
    assert "98765" not in text and "Ravi" not in text
    assert ctl("verify", tmp_path / "all", "--key", key).startswith("valid: payaid-voice/mer_")


def test_one_subject_is_verified_alone(ctl, log, key, tmp_path):
    ctl("export", "--subject", log["call"], "-o", tmp_path / "call")
    report = verify(ctl, tmp_path / "call", key)
    assert 1 <= int(report["entries"]) < int(report["size"])
    entries = [json.loads(line) for line in (tmp_path / "call/entries.ndjson").read_text().splitlines()]
    assert {e["event"] for e in entries} == {"call.decision", "call.ended"}
    assert all(e["subject"] == log["call"] for e in entries)
    assert {e["actor"] for e in entries} == {"system:gate", "system:calls"}
    told = [
        json.loads(line)["payload"]
        for line in (tmp_path / "call/payloads.ndjson").read_text().splitlines()]
    assert told[0]["decision"]["verdict"] == "ALLOW"
    assert told[-1]["state"] == "completed" and int(told[-1]["cost_micros"]) > 0


def test_a_log_continues_what_was_kept(ctl, rest, log, key, tmp_path):
    ctl("checkpoint", "-o", tmp_path / "kept.txt")
    made = consent(rest, "+919876500077")
    ctl("export", "-o", tmp_path / "all")
    ctl("export", "--subject", made["consentId"], "--since", tmp_path / "kept.txt", "-o", tmp_path / "one")
    for folder in ("all", "one"):
        report = verify(ctl, tmp_path / folder, key, "--since", tmp_path / "kept.txt")
        assert int(report["since"]) < int(report["size"])
    ctl("export", "--subject", made["consentId"], "-o", tmp_path / "bare")
    report = verify(ctl, tmp_path / "bare", key, "--since", tmp_path / "kept.txt", status=3)
    assert report["result"] == "incomplete"
    # What is older cannot continue what is newer.
    ctl("checkpoint", "-o", tmp_path / "newer.txt")
    consent(rest, "+919876500078")
    ctl("checkpoint", "-o", tmp_path / "newest.txt")
    assert verify(ctl, tmp_path / "all", key, "--since", tmp_path / "newest.txt", status=1)


def edit(name, change):
    def body(folder):
        path = folder / name
        path.write_bytes(change(path.read_bytes()))
    return body


def lines(change):
    def body(data):
        rows = data.decode().splitlines()
        return "".join(row + "\n" for row in change(rows)).encode()
    return body


TAMPERED = {
    "a letter of an entry": edit("entries.ndjson", lambda d: d.replace(b"consent.created", b"consent.createD", 1)),
    "an entry gone": edit("entries.ndjson", lines(lambda rows: rows[:3] + rows[4:])),
    "the last entry gone": edit("entries.ndjson", lines(lambda rows: rows[:-1])),
    "two entries changed places": edit("entries.ndjson", lines(lambda r: [r[1], r[0], *r[2:]])),
    "an entry twice": edit("entries.ndjson", lines(lambda rows: rows + rows[-1:])),
    "spaces in an entry": edit("entries.ndjson", lambda d: d.replace(b'":"', b'": "', 1)),
    "a payload": edit("payloads.ndjson", lambda d: d.replace(b"explicit", b"inferred", 1)),
    "a salt": edit("payloads.ndjson", lambda d: d.replace(b'"salt":"', b'"salt":"00', 1)),
    "a payload twice": edit("payloads.ndjson", lines(lambda rows: rows + rows[:1])),
    "another's payload": edit("payloads.ndjson", lines(lambda r: [r[0].replace('"seq":"0"', '"seq":"9999"'), *r[1:]])),
    "the checkpoint's size": edit("checkpoint.txt", lines(lambda r: [r[0], str(int(r[1]) - 1), *r[2:]])),
    "the checkpoint's name": edit("checkpoint.txt", lambda d: d.replace(b"mer_", b"mer-", 1)),
    "no signature": edit("checkpoint.txt", lines(lambda rows: rows[:4])),
    "no checkpoint": edit("checkpoint.txt", lambda d: b""),
    "proofs that are none": edit("proofs.json", lambda d: b"{"),
}


@pytest.fixture(scope="module")
def exported(ctl, log, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported") / "all"
    ctl("export", "-o", folder)
    (folder / "proofs.json").write_text("{}")
    return folder


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_changed_is_found(ctl, exported, key, tmp_path, what):
    assert verify(ctl, exported, key)["result"] == "valid"
    shutil.copytree(exported, tmp_path / "changed")
    TAMPERED[what](tmp_path / "changed")
    assert verify(ctl, tmp_path / "changed", key, status=1)["result"] == "invalid"


def test_an_erased_payload_takes_nothing_from_the_rest(ctl, exported, key, tmp_path):
    shutil.copytree(exported, tmp_path / "erased")
    edit("payloads.ndjson", lines(lambda rows: rows[1:]))(tmp_path / "erased")
    assert verify(ctl, tmp_path / "erased", key)["erased"] == "1"


def test_wrong_use_is_told(ctl, exported, key, own, auditor, tmp_path):
    ctl("verify", exported, "--key", "none", status=64)
    ctl("verify", exported, "--key", "audit.example/tenant-demo+b27c87a7+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
        status=64)
    ctl("verify", tmp_path / "nowhere", "--key", key, status=64)
    ctl("export", "-o", exported, status=64)
    other = own.merchant(f"{uuid.uuid4()}@example.in")
    with client(own, other) as rest:
        theirs = rest.get(f"{ROOT}/audit-checkpoint").json()
        assert theirs["origin"] != key.split("+")[0]
    verify(ctl, exported, theirs["verifierKey"], status=1)


def test_proofs_over_rest(rest, log, key):
    checkpoint = rest.get(f"{ROOT}/audit-checkpoint").json()
    assert checkpoint["verifierKey"] == key and len(base64.b64decode(checkpoint["rootHash"])) == 32
    size = int(checkpoint["size"])
    entry = rest.get(f"{ROOT}/audit-entries/0", params={"treeSize": size}).json()
    assert entry["treeSize"] == str(size) and len(entry["hashes"]) == (size - 1).bit_length()
    proof = rest.get(f"{ROOT}/audit-consistency", params={"fromSize": 1, "toSize": size}).json()
    assert len(proof["hashes"]) == (size - 1).bit_length()
    error(rest.get(f"{ROOT}/audit-entries/{size}"), 404, "NOT_FOUND")
    for path, code in (
            (f"audit-entries/0?treeSize={size + 99}", "OUT_OF_RANGE"),
            (f"audit-consistency?fromSize={size + 99}", "OUT_OF_RANGE"),
            ("audit-entries/0?treeSize=-1", "OUT_OF_RANGE"), ("audit-entries/x", "INVALID_ARGUMENT"),
            ("audit-entries/99999999999999999999", "INVALID_ARGUMENT"),
            ("audit-consistency?toSize=1e30", "INVALID_ARGUMENT"),
            ("audit-checkpoint?size=1", "INVALID_ARGUMENT")):
        error(rest.get(f"{ROOT}/{path}"), 400, code)


def test_a_log_is_verified_when_a_person_was_erased(own, fresh, tmp_path):
    """All of a real call goes, with its recording; the proofs, also older ones, hold."""
    ctl, rest, log = fresh.ctl, fresh.rest, written(fresh.rest, "+918047165098")
    key = ctl("key").strip()
    ctl("checkpoint", "-o", tmp_path / "kept.txt")
    url = f"/api/v1/calls/{log['call']}"
    assert rest.get(f"{url}/recording").status_code == 200
    # From May 2027 on the law keeps each call for a year.
    stacks.sql(own.ready["database"], f"""
        SET payaid.merchant_id = '{fresh.id}';
        UPDATE calls SET create_time = create_time - year, dial_time = dial_time - year,
          answer_time = answer_time - year, end_time = end_time - year
        FROM (SELECT interval '366 days' AS year) AS past WHERE call_id = '{log["call"]}';
    """)
    erasure = json.loads(ctl("erase", ERASED, group="compliance"))
    assert erasure["state"] == "DONE" and "kept" not in erasure, erasure
    assert {name: erasure["erased"][name] for name in ("calls", "recordings", "consents")} == {
        "calls": "1", "recordings": "1", "consents": "1"}
    assert json.loads(ctl("erasures", erasure["erasureId"], group="compliance")) == erasure
    left = rest.get(url).json()
    assert left["state"] == "COMPLETED" and left["cost"]["total"]
    assert not {"phoneNumber", "transcript", "recordingAvailable", "analysis"} & set(left)
    error(rest.get(f"{url}/recording"), 404, "NOT_FOUND")
    ctl("export", "-o", tmp_path / "all")
    report = verify(ctl, tmp_path / "all", key, "--since", tmp_path / "kept.txt")
    # What the gate said twice, the call's end, and the consent.
    assert report["erased"] == "4" and int(report["since"]) < int(report["size"])
    ctl("export", "--subject", log["call"], "-o", tmp_path / "call")
    verify(ctl, tmp_path / "call", key)
    assert ERASED not in stacks.sql(
        own.ready["database"], f"SET payaid.merchant_id = '{fresh.id}'; SELECT * FROM calls; SELECT * FROM consents;"
        "SELECT * FROM call_metadata; SELECT * FROM idempotency_keys; SELECT * FROM erasures;")


def operator(own, *words, status=0):
    """Runs a command of the operator's; what it says."""
    done = subprocess.run(
        [stacks.BIN / "voicectl", "admin", *words], timeout=60, capture_output=True, text=True,
        env={**os.environ, "DATABASE_URL": own.ready["database"]})
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    return done.stdout


def rotate(own, after=0):
    """Has the server make a master key, and waits until it has it."""
    def known():
        return sum(line["msg"] == "a new master key is here" for line in stacks.log_lines(own.folder))
    before = known()
    operator(own, "keys", "rotate", "--after", str(after))
    stacks.wait_for(lambda: known() > before)


def ask(own, merchant, *options, status=0):
    """Has a server end a log."""
    return operator(own, "audit", "renew", merchant.id, "--by", "ops@example.in",
                    "--reason", "a key may be known", *options, status=status)


def renew(own, merchant, *options):
    """Has a server begin another log, as the operator does; the log's number."""
    ctl = merchant.ctl
    before = len(ctl("logs").splitlines())
    assert "ends epoch" in ask(own, merchant, *options)
    stacks.wait_for(lambda: len(ctl("logs").splitlines()) > before)
    return ctl("logs").splitlines()[-1].split()[0]


def test_a_log_follows_one_that_was_closed(own, fresh, tmp_path):
    ctl, key = fresh.ctl, fresh.ctl("key").strip()
    rotate(own)
    epoch = renew(own, fresh)
    consent(fresh.rest, "+919876500079")
    ctl("export", "--epoch", "1", "-o", tmp_path / "old")
    ctl("export", "-o", tmp_path / "new")
    new = ctl("key").strip()
    assert new.startswith(key.split("+")[0] + f"/{epoch}+") and ctl("key", "--epoch", "1").strip() == key
    report = verify(
        ctl, tmp_path / "new", new, "--previous", tmp_path / "old", "--previous-key", key)
    assert report["previous"] == key.split("+")[0] and report["follows_loss"] == "no"
    assert "was closed at" in ctl(
        "verify", tmp_path / "new", "--key", new, "--previous", tmp_path / "old", "--previous-key", key)
    # Alone it is valid, and what it says of the one before is not checked.
    alone = verify(ctl, tmp_path / "new", new)
    assert (alone["unchecked_previous"], alone["unchecked_loss"]) == (report["previous"], "no")
    assert f"follows {report['previous']}, not checked" in ctl("verify", tmp_path / "new", "--key", new)
    # A part of the one before is not the whole of it.
    ctl("export", "--epoch", "1", "--subject", new.split("+")[0], "-o", tmp_path / "part")
    verify(ctl, tmp_path / "new", new, "--previous", tmp_path / "part", "--previous-key", key, status=3)
    # An older export is not what was closed, and another log is not the one before.
    shutil.copytree(tmp_path / "old", tmp_path / "cut")
    lines = (tmp_path / "cut/payloads.ndjson").read_text().splitlines(keepends=True)
    (tmp_path / "cut/payloads.ndjson").write_text("".join(lines[:-1]))
    verify(ctl, tmp_path / "new", new, "--previous", tmp_path / "cut", "--previous-key", key, status=3)
    verify(ctl, tmp_path / "old", key, "--previous", tmp_path / "new", "--previous-key", new, status=1)


def test_a_subject_is_told_of_by_each_log_that_has_it(own, fresh, tmp_path):
    ctl, rest, log = fresh.ctl, fresh.rest, written(fresh.rest, "+918047165097")
    key = ctl("key").strip()
    rotate(own)
    renew(own, fresh)
    # Its entries are in the first log alone; of another consent both tell.
    said = ctl("export", "--subject", log["consent"], "-o", tmp_path / "first")
    assert "entries of epoch 1" in said and f"--key {key}" in said
    verify(ctl, tmp_path / "first", key)
    entries = rest.get(f"{ROOT}/audit-entries", params={"epoch": 1, "pageSize": 1000}).json()["entries"]
    taken = {entry["subject"] for entry in entries if entry["kind"] == "consent.withdrawn"}
    both = next(entry["subject"] for entry in entries
                if entry["kind"] == "consent.created" and entry["subject"] not in taken)
    withdraw(rest, both)
    said = ctl("export", "--subject", both, "-o", tmp_path / "both").splitlines()
    keys = [line.split("--key ")[1] for line in said if "--key" in line]
    assert len(keys) == 2 and keys[0] == key
    for epoch, its in zip((1, 2), keys):
        assert verify(ctl, tmp_path / f"both/epoch-{epoch}", its)["entries"] == "1"
    ctl("checkpoint", "-o", tmp_path / "kept.txt")
    assert "--since needs one" in ctl(
        "export", "--subject", both, "--since", tmp_path / "kept.txt", "-o", tmp_path / "x", status=1)
    assert "no entry is about" in ctl("export", "--subject", "call_none", "-o", tmp_path / "none", status=1)


def rewrite(own, merchant):
    """Somebody who owns the database changes the first entry of a merchant's second log and makes the trees anew."""
    admin = own.ready["database"].replace("user=payaid", "user=payaid_admin")
    stacks.sql(admin, f"""
        SET session_replication_role = replica;
        UPDATE audit_entries SET payload = changed, leaf_hash = sha256('\\x00'::bytea || changed)
          FROM (SELECT merchant_id AS id, replace(encode(payload, 'escape'), '"event":"', '"event":"not.')::bytea
            AS changed FROM audit_entries WHERE entry_index = 1::bigint << 40) AS forged
          WHERE merchant_id = id AND id = '{merchant}' AND entry_index = 1::bigint << 40;
        DELETE FROM audit_nodes WHERE merchant_id = '{merchant}';
        UPDATE audit_logs SET tree_size = 0, frontier = '' WHERE merchant_id = '{merchant}';
    """)


@pytest.fixture()
def rewritten(own, fresh, tmp_path):
    """A merchant whose second log was rewritten when it had been signed, and `whole`, where it is kept as it was."""
    # Its log is begun under the key of now, and ends for the next one.
    fresh.ctl("key")
    rotate(own)
    renew(own, fresh)
    fresh.whole = tmp_path / "whole"
    fresh.ctl("export", "-o", fresh.whole)
    rewrite(own, fresh.id)
    return fresh


def refusals(rest):
    return int(re.search(r"^payaid_audit_refusals_total (\d+)", rest.get("/metrics").text, re.MULTILINE)[1])


def test_a_log_that_was_rewritten_is_not_signed_and_does_not_verify(rewritten):
    rest, before = rewritten.rest, refusals(rewritten.rest)
    refused = error(rest.get(f"{ROOT}/audit-checkpoint"), 500, "DATA_LOSS")
    assert "does not continue" in refused["message"]
    assert "DATA_LOSS" in rewritten.ctl("checkpoint", status=1).upper().replace("DATALOSS", "DATA_LOSS")
    assert refusals(rest) == before + 2


def test_what_was_lost_is_left_behind_by_the_operator(own, rewritten, tmp_path):
    """After the database was rewritten: without the operator's word nothing is signed any more."""
    ctl, whole = rewritten.ctl, rewritten.whole
    ctl("checkpoint", status=1)
    epoch = renew(own, rewritten, "--accept-loss")
    old = ctl("key", "--epoch", str(int(epoch) - 1)).strip()
    assert "some of which were lost" in ctl("logs")
    consent(rewritten.rest, "+919876500080")
    ctl("export", "-o", tmp_path / "new")
    report = verify(ctl, tmp_path / "new", ctl("key").strip(), "--previous", whole, "--previous-key", old)
    assert report["size"] == "2" and report["follows_loss"] == "yes"
    assert verify(ctl, tmp_path / "new", ctl("key").strip())["unchecked_loss"] == "yes"
    assert report["previous_size"] == (whole / "checkpoint.txt").read_text().splitlines()[1]


def test_a_request_waits_for_its_key_and_for_the_one_before(own, fresh):
    rotate(own, after=3_600)
    logs = fresh.ctl("logs")
    assert "ends epoch" in ask(own, fresh)
    stacks.wait_for(lambda: " later " in operator(own, "jobs", "list", "--kind", "audit.renew"))
    assert "a request is waiting already" in ask(own, fresh, "--accept-loss", status=1)
    assert fresh.ctl("logs") == logs
