"""What the law keeps of erased people, as the operator reads it, and as nobody else does."""

import json
import os
import shutil
import subprocess
import uuid

import pytest

import accounts
import calling
import stack as stacks
from conftest import client
from test_compliance import ROOT, iso
from test_erasure import done, erase

BY = ("--by", "ops@operator.example.in", "--reason", "Order 7/2026 of the High Court")


def held(stack, *command, **changes):
    """`voiced held` beside the server of a stack, with its settings."""
    return subprocess.run(
        [stacks.BIN / "voiced", "held", *command], capture_output=True, text=True, timeout=60,
        env={**os.environ, **stacks.VENDOR_SETTINGS, "DATA_DIR": str(stack.data),
             "DATABASE_URL": stack.ready["database"], **changes})


def system(stack, text):
    return stacks.sql(stack.ready["database"], f"SET payaid.merchant_id = '*'; {text}")


@pytest.fixture(scope="module")
def shop(stack):
    return stack.merchant(f"{uuid.uuid4()}@example.in")


@pytest.fixture(scope="module")
def kept(stack, shop):
    """A call that an order holds, of a person who is erased; what was said and heard in it."""
    with client(stack, shop) as rest:
        call = calling.place(rest, calling.new_agent(rest, "+918047120093"), calling.SILENT)
        said = calling.listen(rest, call)["transcript"]
        path = f"/api/v1/calls/{call}/recording"
        stacks.wait_for(lambda: rest.get(path).status_code == 200)
        sound = rest.get(path).content
        erasure = done(rest, erase(rest, calling.SILENT, holdUntil=iso(400 * 86_400)))
        assert erasure["kept"][0]["rule"] == "LEGAL_HOLD"
        assert rest.get(path).status_code == 404
        assert not {"phoneNumber", "transcript"} & set(calling.get(rest, call))
    return call, said, sound


def listed(stack):
    answer = held(stack, "list")
    assert answer.returncode == 0, answer.stderr
    return [json.loads(line) for line in answer.stdout.splitlines()]


def test_what_is_held_is_listed_without_anybody_s_data(stack, shop, kept):
    [line] = [line for line in listed(stack) if line["callId"] == kept[0]]
    assert (line["merchantId"], line["rule"]) == (shop["id"], "LEGAL_HOLD")
    assert set(line) == {"callId", "merchantId", "erasureId", "rule", "source", "keepUntil"}


def test_a_held_call_is_read_whole_and_that_is_written_down(stack, shop, kept, tmp_path):
    call, said, sound = kept
    file = tmp_path / "call.wav"
    answer = held(stack, "read", call, *BY, "--recording", file)
    assert answer.returncode == 0, answer.stderr
    read = json.loads(answer.stdout)
    assert read["call"]["phoneNumber"] == calling.SILENT and read["call"]["transcript"] == said
    assert file.read_bytes() == sound and file.stat().st_mode & 0o777 == 0o600
    assert calling.SILENT not in answer.stderr
    rows = system(stack, f"""SELECT principal, what, outcome, reason FROM call_access
        WHERE call_id = '{call}' AND reason IS NOT NULL ORDER BY entry_id""")
    assert rows[-2:] == [[BY[1], what, "OK", BY[3]] for what in ("held", "held_recording")]
    with client(stack, shop) as rest:
        size = int(rest.get(f"{ROOT}/audit-checkpoint").json()["size"])
        entries = [rest.get(f"{ROOT}/audit-entries/{index}").text for index in range(size)]
    assert any("held.read" in entry for entry in entries)
    assert not any(word in entry for entry in entries for word in (BY[1], calling.SILENT))
    assert system(stack, f"""SELECT convert_from(p.payload, 'UTF8')::jsonb->>'reason', e.subject
        FROM audit_entries e JOIN audit_payloads p USING (merchant_id, entry_index)
        WHERE e.kind = 'held.read' ORDER BY e.time DESC LIMIT 1""") == [[BY[3], call]]
    # A file that is there is no place for evidence, and then nothing is read.
    again = held(stack, "read", call, *BY, "--recording", file)
    assert again.returncode != 0 and "cannot write" in again.stderr and not again.stdout
    assert file.read_bytes() == sound
    count = f"SELECT count(*) FROM call_access WHERE call_id = '{call}' AND reason IS NOT NULL"
    assert system(stack, count) == [[str(len(rows))]]


@pytest.mark.parametrize("options, words", [
    ((), "--by"), (BY[:2], "--reason"), ((*BY[:2], "--reason", ""), "--reason must have"),
    ((*BY[:2], "--reason", "?" * 20), "--reason must have"), ((*BY[:2], "--reason", "x" * 501), "--reason must have"),
    (("--by", "me", *BY[2:]), "--by must be"),
])
def test_nobody_reads_without_a_name_and_a_reason(stack, kept, options, words):
    answer = held(stack, "read", kept[0], *options)
    assert answer.returncode != 0 and words in answer.stderr and not answer.stdout


def test_nobody_reads_what_is_held_of_a_merchant_of_theirs(stack, shop, kept):
    email = accounts.user(stack, shop, f"{uuid.uuid4()}@example.in", "viewer")
    answer = held(stack, "read", kept[0], "--by", email.upper(), *BY[2:])
    assert answer.returncode == 1 and "belongs to this merchant" in answer.stderr and not answer.stdout
    assert system(stack, f"SELECT count(*) FROM call_access WHERE principal = '{email}'") == [["0"]]


def test_what_is_not_held_is_not_read(stack, merchant, desk, tmp_path):
    with client(stack, merchant) as rest:
        call = calling.place(rest, desk, calling.SILENT)
        calling.listen(rest, call)
    for id in (call, "call_00000000000000000000000000"):
        file = tmp_path / f"{id}.wav"
        answer = held(stack, "read", id, *BY, "--recording", file)
        assert answer.returncode == 1 and "nothing is held of this call" in answer.stderr
        assert not answer.stdout and not file.exists()
    assert held(stack, "read", "call_x' OR '1'='1", *BY).returncode != 0


def test_who_reads_moves_no_key_under_kms(stack, kept):
    """That is the server's to do, which all servers then know of."""
    answer = held(stack, "list", VOICE_KMS_KEY="alias/voice", AWS_ENDPOINT_URL_KMS="http://127.0.0.1:1",
                  AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")
    assert answer.returncode == 0 and kept[0] in answer.stdout, answer.stderr
    assert system(stack, "SELECT count(*) FROM master_keys") == [["0"]]


def test_without_the_server_s_keys_nothing_is_read_or_made(stack, kept, tmp_path):
    answer = held(stack, "read", kept[0], *BY, DATA_DIR=str(tmp_path / "empty"))
    assert answer.returncode == 1 and "there is neither" in answer.stderr and not answer.stdout
    assert not (tmp_path / "empty" / "keys").exists()
    other = tmp_path / "other"
    (other / "keys").mkdir(parents=True)
    shutil.copy("/dev/null", other / "keys" / "master.key")
    (other / "keys" / "master.key").write_bytes(bytes(32))
    answer = held(stack, "read", kept[0], *BY, DATA_DIR=str(other))
    assert answer.returncode == 1 and not answer.stdout
    assert calling.SILENT not in answer.stderr
    answer = held(stack, "list", DATABASE_URL="")
    assert answer.returncode == 1 and "DATABASE_URL is needed" in answer.stderr
