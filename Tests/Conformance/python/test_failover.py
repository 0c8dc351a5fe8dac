"""The database's primary dies, and its standby takes over; later it takes no writes any more."""

import threading
import time

import pytest

import postgres_pair
import stack as stacks
from conftest import client

SYSTEM = "BEGIN; SELECT set_config('payaid.merchant_id', '*', true) \\g /dev/null\n"


@pytest.fixture(scope="module")
def pair(stack):
    """Two servers, run by the programs that the session's server runs its own with."""
    admin = stack.ready["database"].replace("user=payaid", "user=payaid_admin")
    [[programs]] = stacks.sql(admin, "SELECT setting FROM pg_config WHERE name = 'BINDIR'")
    with postgres_pair.running(programs) as pair:
        yield pair


@pytest.fixture(scope="module")
def served(stack, pair):
    with stacks.beside(stack, DATABASE_URL=pair.url) as own:
        yield own


class Writers:
    """Make agents without a pause; what was acknowledged, and every other answer."""

    def __init__(self, stack, merchant):
        self.made = []
        self.refused = []
        self.ended = threading.Event()
        self.threads = [
            threading.Thread(target=self.run, args=(client(stack, merchant),), daemon=True)
            for _ in range(4)]
        for thread in self.threads:
            thread.start()

    def run(self, rest):
        with rest:
            while not self.ended.is_set():
                answer = rest.post("/api/v1/agents", json={"name": "Asha", "language": "hi"})
                if answer.status_code == 200:
                    self.made.append(answer.json()["agentId"])
                else:
                    self.refused.append((answer.status_code, answer.json()["error"]["status"]))
                    time.sleep(0.02)

    def go_on(self, more=50, limit=30):
        """Waits until so many more were made."""
        wanted = len(self.made) + more
        stacks.wait_for(lambda: len(self.made) >= wanted, limit)

    def stop(self):
        self.ended.set()
        for thread in self.threads:
            thread.join(30)


def test_a_dead_primary_costs_seconds_and_nothing_that_was_acknowledged(served, pair):
    merchant = served.merchant("failover@example.in")
    writers = Writers(served, merchant)
    try:
        writers.go_on()
        pair.primary.kill()
        # Nobody takes writes: each caller hears so at once, and none of them of an error of ours.
        stacks.wait_for(lambda: len(writers.refused) >= 20)
        with client(served, merchant) as rest:
            assert rest.get("/readyz").status_code == 503
            assert 'dependency_up{dependency="database"} 0' in rest.get("/metrics").text
        start = time.monotonic()
        pair.standby.promote()
        writers.go_on()
        print(f"writing again {time.monotonic() - start:.1f} s after the promotion")
    finally:
        writers.stop()
    assert set(writers.refused) == {(503, "UNAVAILABLE")}
    kept = {row[0] for row in pair.standby.sql(SYSTEM + "SELECT agent_id FROM agents;")}
    assert set(writers.made) <= kept
    with client(served, merchant) as rest:
        assert stacks.wait_for(lambda: rest.get("/readyz").status_code == 200)


def test_changes_are_heard_of_after_a_failover(served, pair):
    """The connection that listens has found the new primary too."""
    listeners = stacks.wait_for(lambda: pair.standby.sql(
        "SELECT query FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND usename = 'payaid'"))
    assert listeners


def test_a_server_that_takes_no_writes_any_more_is_unavailable_not_an_error(served, pair):
    merchant = served.merchant("demoted@example.in")
    writers = Writers(served, merchant)
    try:
        writers.go_on(10)
        before = len(writers.refused)
        pair.standby.sql(
            "ALTER SYSTEM SET default_transaction_read_only = on; SELECT pg_reload_conf();")
        stacks.wait_for(lambda: len(writers.refused) >= before + 20)
        pair.standby.sql(
            "SET default_transaction_read_only = off;"
            "ALTER SYSTEM RESET default_transaction_read_only; SELECT pg_reload_conf();")
        writers.go_on(10)
    finally:
        writers.stop()
    assert set(writers.refused) == {(503, "UNAVAILABLE")}
