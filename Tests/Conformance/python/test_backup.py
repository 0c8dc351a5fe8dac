"""tools/backup and tools/restore, on a server that runs and into one that never did."""

import os
import shutil
import subprocess
import uuid

import pytest

import calling
import stack as stacks
from conftest import client


def run(*command, **environment):
    return subprocess.run(
        [str(part) for part in command], cwd=stacks.ROOT,
        env={**os.environ, "PAYAID_BIN": str(stacks.BIN), **environment},
        capture_output=True, text=True, timeout=120)


def rows(url):
    tables = [row[0] for row in stacks.sql(
        url, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind = 'r' ORDER BY relname")]
    counts = stacks.sql(
        url.replace("user=payaid", "user=payaid_admin"),
        ";".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables))
    return {table: int(count) for table, count in counts}


def come_to_rest(stack, rest):
    """Waits until all that follows a call is done, and signs what is known of it, which is due at any full minute."""
    url, system = stack.ready["database"], "SET payaid.merchant_id = '*'; SELECT count(*) FROM"
    stacks.wait_for(lambda: stacks.sql(url, f"""
        {system} jobs WHERE state IN ('available', 'running') AND kind NOT IN (SELECT kind FROM job_schedules)
        """) == [["0"]], 90)
    assert rest.get("/api/v1/compliance/audit-checkpoint").status_code == 200
    stacks.wait_for(lambda: stacks.sql(url, f"{system} audit_inbox") == [["0"]], 90)


def test_a_backup_brings_merchants_keys_calls_and_recordings_back(tmp_path):
    first = stacks.Stack(stacks.new_folder())
    second = stacks.Stack(stacks.new_folder())
    try:
        first.start_sim()
        second.sim = first.sim
        first.start_server()
        merchant = first.merchant(f"{uuid.uuid4()}@example.in")
        with client(first, merchant) as rest:
            agent = calling.new_agent(rest, "+918047120077")
            call = calling.place(rest, agent, calling.SILENT)
            calling.listen(rest, call)
            path = f"/api/v1/calls/{call}/recording"
            stacks.wait_for(lambda: rest.get(path).status_code == 200)
            sound = rest.get(path).content
            come_to_rest(first, rest)

        file = tmp_path / "backup.tgz"
        blind = run("tools/backup", first.data, file,
                    DATABASE_URL=first.ready["database"] + "&options=-c%20timezone%3DUTC")
        assert blind.returncode == 1 and "every merchant's rows" in blind.stderr
        assert not list(tmp_path.iterdir())

        (first.data / "objects" / "unfinished.1.part").write_bytes(b"x")
        done = run("tools/backup", first.data, file)
        assert done.returncode == 0, done.stderr
        assert file.stat().st_mode & 0o077 == 0
        before = rows(first.ready["database"])
        assert run("tools/backup", first.data, file).returncode != 0, "a backup was overwritten"

        done = run("tools/restore", file, second.data)
        assert done.returncode == 0, done.stderr
        assert run("tools/restore", file, second.data).returncode != 0, "it restored over keys"
        assert not list((second.data / "objects").glob("*.part"))
        second.start_server()
        after = rows(second.ready["database"])
        # What servers do and say of themselves goes on.
        assert {table for table in before if before[table] != after.get(table)} <= {
            "jobs", "api_audit", "knowledge_servers"}
        with client(second, merchant) as rest:
            found = rest.get(f"/api/v1/calls/{call}")
            assert (found.status_code, found.json()["state"]) == (200, "COMPLETED")
            assert rest.get(f"/api/v1/calls/{call}/recording").content == sound
    finally:
        second.sim = None
        for one in (second, first):
            one.stop()
            if "PAYAID_KEEP" not in os.environ:
                shutil.rmtree(one.folder, ignore_errors=True)


@pytest.mark.parametrize("url, shown, password", [
    ("postgresql://voice:s3%40c\\n%5C&ret@h1:1,h2/d?sslmode=require",
     "postgresql://voice@h1:1,h2/d?sslmode=require", "s3@c\\n\\&ret"),
    ("postgresql://h/d?user=u&password=s%20t&a=b", "postgresql://h/d?user=u&a=b", "s t"),
    ("postgresql:///d?host=%2Ftmp&user=u", "postgresql:///d?host=%2Ftmp&user=u", "unset"),
])
def test_a_password_is_no_argument(url, shown, password):
    done = run(
        "bash", "-euc", "source tools/lib/terminal.sh; source tools/lib/database.sh; unset PGPASSWORD;"
        'open_database /nowhere; echo "$database"; echo "${PGPASSWORD-unset}"', DATABASE_URL=url)
    assert (done.returncode, done.stdout) == (0, f"{shown}\n{password}\n"), done.stderr
