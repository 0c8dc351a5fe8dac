"""A new version migrates the database while the one before serves from it."""

import subprocess
import threading
import time

import pytest

import stack as stacks
from conftest import client

# What the server of these tests does without: it stands for the version before those migrations.
UNDO = """
BEGIN;
DROP TRIGGER agents_are_cached ON agents;
DROP FUNCTION tell_agent_caches;
DROP TABLE api_audit;
DROP FUNCTION api_audit_is_final;
DROP VIEW job_board, job_list;
DROP INDEX jobs_open;
DELETE FROM payaid_migrations WHERE version IN (5, 16, 29) RETURNING version;
COMMIT;
"""
# Longer than a statement of the server's may wait for a lock.
HELD = 8


@pytest.fixture()
def before():
    """A stack whose database lacks some migrations, and its merchant."""
    with stacks.running() as stack:
        yield stack, stack.merchant("before@example.in")


class Load:
    """Agents made and read, one request after another, until it is stopped."""

    def __init__(self, stack, merchant):
        self.seen = []
        self.failures = []
        self.ended = threading.Event()
        self.threads = [
            threading.Thread(target=self.run, args=(client(stack, merchant), write), daemon=True)
            for write in (True, True, False, False)]
        for thread in self.threads:
            thread.start()

    def run(self, rest, write):
        with rest:
            while not self.ended.is_set():
                start = time.monotonic()
                if write:
                    answer = rest.post("/api/v1/agents", json={"name": "Asha", "language": "hi"})
                else:
                    answer = rest.get("/api/v1/agents?pageSize=2")
                self.seen.append(time.monotonic() - start)
                if answer.status_code != 200:
                    self.failures.append((answer.status_code, answer.text))

    def stop(self):
        self.ended.set()
        for thread in self.threads:
            thread.join(30)


def test_a_new_version_migrates_while_the_old_one_serves(before):
    stack, merchant = before
    url = stack.ready["database"]
    with client(stack, merchant) as rest:
        kept = rest.post("/api/v1/agents", json={"name": "Kept", "language": "hi"}).json()["agentId"]
    assert len(stacks.sql(url.replace("user=payaid", "user=payaid_admin"), UNDO)) == 3
    load = Load(stack, merchant)
    # Somebody is at the agents for longer than the server waits for a lock; the migration, which wants
    # the table for itself, has to wait for them, and the load must not.
    holder = subprocess.Popen(
        [stacks.postgres_program("psql"), "-XqAt", url], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True)
    try:
        holder.stdin.write(f"""
            BEGIN; SELECT set_config('payaid.merchant_id', '*', true);
            UPDATE agents SET name = name WHERE agent_id = '{kept}' RETURNING agent_id;
            SELECT pg_sleep({HELD}); COMMIT;
            """)
        holder.stdin.close()
        assert [holder.stdout.readline().strip() for _ in range(2)] == ["*", kept]
        with stacks.beside(stack, DATABASE_URL=url) as new:
            assert holder.wait(30) == 0, "the migration did not wait for the table"
            with client(new, None) as rest:
                assert rest.get("/readyz").status_code == 200
            time.sleep(1)
        load.stop()
    finally:
        load.stop()
        holder.kill()
    assert not load.failures, load.failures[:3]
    assert len(load.seen) > 20
    print(f"{len(load.seen)} requests, the longest {max(load.seen):.2f} s")
    applied = stacks.sql(url, "SELECT count(*) FROM payaid_migrations WHERE version IN (5, 16, 29)")
    assert applied == [["3"]]
    # The old version goes on as a current one: what it does is audited again.
    name = f"after-{time.monotonic_ns()}"
    with client(stack, merchant) as rest:
        rest.post("/api/v1/agents", json={"name": "Asha", "language": "hi"},
                  headers={"x-request-id": name}).raise_for_status()
    assert stacks.sql(url, f"""
        BEGIN; SELECT set_config('payaid.merchant_id', '*', true) \\g /dev/null
        SELECT outcome FROM api_audit WHERE request_id = '{name}';""") == [["OK"]]
