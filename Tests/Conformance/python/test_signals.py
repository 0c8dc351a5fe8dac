"""Signals that come before a server is ready, and one more after that which stops it."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess

import pytest

import calling
import stack as stacks
from test_faults import alive, descendants, talking

# What Migrator takes while it migrates.
MIGRATORS_LOCK = 0x7061_7961_6964
SERVE = ("serve", "--listen", "127.0.0.1:0")


@pytest.fixture()
def folder():
    folder = pathlib.Path(stacks.new_folder())
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def begun(stack, folder, *command, **environment):
    """A voiced that has begun to start, with data of its own, beside a stack whose stand-ins it uses."""
    with open(folder / "voiced.log", "ab") as log:
        process = stacks.bound(subprocess.Popen(
            [stacks.BIN / "voiced", *command, "--data-dir", folder / "data"], stdout=log, stderr=log,
            start_new_session=True, env={
                **os.environ, **stacks.VENDOR_SETTINGS, "EXOTEL_BASE_URL": stack.sim.ready["exotel"],
                "GEMINI_BASE_URL": stack.sim.ready["gemini"], **environment}))
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def below(process, text):
    """The processes below one, when there is one among them with `text` in its command."""
    found = descendants(process.pid)
    for pid in found:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if text in pathlib.Path(f"/proc/{pid}/cmdline").read_text():
                return found


@contextlib.contextmanager
def migrators_lock(url):
    with stacks.bound(subprocess.Popen(
            [stacks.postgres_program("psql"), "-XqAt", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True)) as holder:
        print(f"BEGIN; SELECT 'held' FROM (SELECT pg_advisory_xact_lock({MIGRATORS_LOCK})) AS l;",
              file=holder.stdin, flush=True)
        assert holder.stdout.readline() == "held\n"
        yield


def test_a_server_that_waits_for_a_migrator_outlives_sighup_and_ends_at_sigterm(stack, folder):
    url = stack.ready["database"]
    own = url + "&application_name=starting"
    with migrators_lock(url), begun(stack, folder, *SERVE, DATABASE_URL=own) as process:
        stacks.wait_for(lambda: stacks.sql(
            url, "SELECT pid FROM pg_stat_activity WHERE application_name = 'starting'"))
        process.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


@pytest.mark.parametrize("stage", ["--no-instructions", "listen_addresses"], ids=["making", "starting"])
@pytest.mark.parametrize("command", [SERVE, ("database",)], ids=["serve", "database"])
def test_a_start_that_is_stopped_ends_its_postgresql_and_can_be_made_again(stack, folder, command, stage):
    with begun(stack, folder, *command) as process:
        left = stacks.wait_for(lambda: below(process, stage), every=0.01)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert not alive(left)
    log = folder / "voiced.log"
    assert b"postgresql:" not in log.read_bytes()
    with begun(stack, folder, *command):
        stacks.wait_for(lambda: b"postgresql:" in log.read_bytes(), 90)


def test_a_second_signal_ends_the_server_at_once_and_its_postgresql_with_it():
    with stacks.running() as stack:
        talking(stack, stack.merchant("twice@example.in"), calling.HASTY)
        left = descendants(stack.server.process.pid)
        stack.server.process.send_signal(signal.SIGTERM)
        stacks.wait_for(lambda: any(line["msg"] == "draining" for line in stacks.log_lines(stack.folder)))
        assert stack.server.stop() == 130
        stacks.wait_for(lambda: not alive(left))
