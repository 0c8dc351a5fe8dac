"""Walks the catalogue: every table of merchants' data is closed to every merchant but its own."""

import json
import os
import pathlib
import shutil
import subprocess
import uuid

import pytest

import accounts
import calling
from conftest import client
from exotel import together

# A column `merchant_id` makes a table a merchant's; these few hold nothing of anybody's.
SHARED = {"call_moves", "dnd_numbers", "dnd_snapshots", "job_leaders", "job_schedules", "key_reseals",
          "knowledge_servers", "login_attempts", "master_keys", "payaid_migrations"}


def sql(stack, text, merchant=None, fails=False):
    """Runs SQL as the server does for a merchant (`*` for its own work); rows of JSON, or the error."""
    psql = pathlib.Path(os.environ.get("PGBIN", "")) / "psql"
    command = [psql if psql.exists() else shutil.which("psql"), stack.ready["database"], "-qAtX",
               "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose"]
    begin = f"BEGIN; SELECT set_config('payaid.merchant_id', '{merchant}', true) \\g /dev/null\n" if merchant else ""
    done = subprocess.run(
        command, input=f"{begin}{text};{'ROLLBACK;' if merchant else ''}", text=True,
        capture_output=True, timeout=60)
    if fails:
        assert done.returncode, text
        return done.stderr
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith(("{", "["))]


def rows(stack, query, merchant=None):
    return sql(stack, f"SELECT to_jsonb(found) FROM ({query}) AS found", merchant)


@pytest.fixture(scope="module")
def tables(stack):
    found = rows(stack, """
        SELECT c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
          EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid) AS policy,
          EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'merchant_id'
                  AND NOT a.attisdropped) AS of_merchant
        FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')""")
    return {each["name"]: each for each in found}


@pytest.fixture(scope="module")
def two(stack, channel):
    """Two merchants with something in as many tables as the API fills."""
    from payaid.voice.v1 import accounts_pb2, accounts_pb2_grpc
    door = accounts_pb2_grpc.AuthServiceStub(channel)

    def make(number):
        merchant = stack.merchant(f"{uuid.uuid4()}@example.in")
        email = accounts.user(stack, merchant, f"{uuid.uuid4()}@example.in")
        door.Login(accounts_pb2.LoginRequest(email=email, password=accounts.PASSWORD))
        with client(stack, merchant) as rest:
            agent = calling.new_agent(rest, f"+91804713{number:04}")
            call = calling.place(rest, agent, calling.HASTY, **{"idempotency-key": "one"})
            calling.until(rest, call, calling.ENDED - {"BLOCKED"})
        return merchant["id"]
    return [made.result() for made in together(make, range(2)).values()]


def test_the_servers_role_is_bound_by_row_security(stack):
    assert rows(stack, "SELECT rolsuper OR rolbypassrls AS free FROM pg_roles WHERE rolname = current_user") \
        == [{"free": False}]


def test_every_table_of_merchants_is_closed(tables):
    mine = {name for name, table in tables.items() if table["of_merchant"]}
    assert {"merchants", "users", "api_keys", "sessions", "agents", "calls", "idempotency_keys"} <= mine
    for name in mine:
        assert tables[name]["enabled"] and tables[name]["forced"] and tables[name]["policy"], name
    assert set(tables) - mine <= SHARED, "a table without merchant_id must be named here, with reason"


def test_nothing_goes_around_row_security(stack):
    assert rows(stack, """
        SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
          AND c.relkind = 'v' AND NOT coalesce(c.reloptions::text LIKE '%security_invoker=true%', false)""") == []
    assert rows(stack, """
        SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef""") == []


def test_no_merchant_reaches_anothers_rows(stack, tables, two):
    mine, theirs = two
    filled = 0
    for name in sorted(name for name, table in tables.items() if table["of_merchant"]):
        there = rows(stack, f"SELECT count(*) AS n FROM {name} WHERE merchant_id = '{theirs}'", "*")[0]["n"]
        seen = rows(stack, f"SELECT count(*) AS n FROM {name} WHERE merchant_id = '{theirs}'", mine)[0]["n"]
        nobody = rows(stack, f"SELECT count(*) AS n FROM {name} WHERE merchant_id IS NOT NULL")[0]["n"]
        assert (seen, nobody) == (0, 0), name
        filled += there > 0
        for change in (f"UPDATE {name} SET merchant_id = merchant_id", f"DELETE FROM {name}"):
            counted = f"WITH changed AS ({change} WHERE merchant_id = '{theirs}' RETURNING 1)"
            assert sql(stack, f"{counted} SELECT to_jsonb(count(*)) || '{{}}' FROM changed", mine) in ([[0, {}]], [0]), name
    assert filled >= 8


def test_no_merchant_writes_anothers_rows(stack, tables, two):
    """A row of one's own cannot be given away, nor one be made in another's name."""
    mine, theirs = two
    for name in sorted(name for name, table in tables.items() if table["of_merchant"]):
        own = rows(stack, f"SELECT * FROM {name} WHERE merchant_id = '{mine}' LIMIT 1", "*")
        if not own:
            continue
        row = json.dumps({**own[0], "merchant_id": theirs}).replace("'", "''")
        error = sql(stack, f"""
            INSERT INTO {name} OVERRIDING SYSTEM VALUE
            SELECT * FROM jsonb_populate_record(NULL::{name}, '{row}')""", mine, fails=True)
        assert "42501" in error and "row-level security" in error, (name, error)
