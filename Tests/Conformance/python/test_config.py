"""Settings from the outside: `voiced config`, every source in its order, secrets kept, reloads."""

import base64
import json
import os
import pathlib
import shutil
import signal
import subprocess

import dotenv
import pytest

import calling
import stack as stacks
from conftest import client
from exotel import Exchange

SECRETS = ("EXOTEL_API_KEY", "EXOTEL_API_TOKEN", "EXOTEL_WEBHOOK_SECRET", "GEMINI_API_KEY")
ENOUGH = {**stacks.VENDOR_SETTINGS, "DATA_DIR": "/tmp/nowhere"}


def config(*options, folder, environment=None):
    """What `voiced config` says in `folder` with this environment and no other."""
    return subprocess.run(
        [stacks.BIN / "voiced", "config", *options], cwd=folder, env=environment or {},
        capture_output=True, text=True, timeout=30)


def rows(answer):
    return {line.split()[0]: line.split(maxsplit=1)[1]
            for line in answer.stdout.splitlines() if not line.startswith("#")}


def test_the_checked_in_example_is_what_the_server_prints(tmp_path):
    answer = config("--env-example", folder=tmp_path)
    assert answer.returncode == 0
    assert answer.stdout == (stacks.ROOT / "env.example").read_text()


def test_the_example_has_the_variables_that_were_asked_for_and_python_dotenv_reads_it():
    values = dotenv.dotenv_values(stacks.ROOT / "env.example")
    assert {
        "GEMINI_API_KEY", "GOOGLE_STT_API_KEY", "AZURE_TTS_API_KEY", "AZURE_TTS_REGION",
        "EXOTEL_API_KEY", "EXOTEL_API_TOKEN", "EXOTEL_SID", "EXOTEL_WEBHOOK_SECRET",
        "PINECONE_API_KEY", "PINECONE_INDEX", "VOICE_AWS_REGION", "VOICE_S3_BUCKET"} <= set(values)
    assert values["VOICE_AWS_REGION"] == "ap-south-1"


def test_secrets_are_masked_and_sources_named(tmp_path):
    answer = config(folder=tmp_path, environment=ENOUGH)
    assert answer.returncode == 0, answer.stderr
    shown = rows(answer)
    for name in SECRETS:
        assert shown[name] == "********  [environment]"
        assert ENOUGH[name] not in answer.stdout + answer.stderr
    assert shown["EXOTEL_SID"] == "payaid1  [environment]"
    assert shown["LISTEN_ADDRESS"] == "127.0.0.1:3000  [default]"


def test_the_command_line_beats_the_environment_that_env_files_and_those_the_file(tmp_path):
    (tmp_path / "settings.json").write_text(json.dumps(
        {"LOG_LEVEL": "error", "GEMINI_MODEL": "m1", "DRAIN_SECONDS": 3, "EXOTEL_SID": "file"}))
    (tmp_path / ".env").write_text("LOG_LEVEL=warning\nexport GEMINI_MODEL='m2' # newer\n")
    shown = rows(config(
        "--config", "settings.json", "--drain-seconds", "1", folder=tmp_path,
        environment={**ENOUGH, "LOG_LEVEL": "debug", "EXOTEL_SID": ""}))
    assert shown["LOG_LEVEL"] == "debug  [environment]"
    assert shown["GEMINI_MODEL"] == "m2  [.env]"
    assert shown["EXOTEL_SID"] == "file  [settings.json]"
    assert shown["DRAIN_SECONDS"] == "1  [command line]"


def test_everything_wrong_is_said_at_once_and_no_value_is(tmp_path):
    (tmp_path / "settings.json").write_text('{"GEMINI_MODLE": "topsecret"}')
    environment = {
        "EXOTEL_WEBHOOK_SECRET": "topsecret", "PUBLIC_URL": "topsecret", "EVENT_LOOPS": "topsecret",
        "DATABASE_URL": "postgresql+psycopg://voice:topsecret@h/d?sslmode=require"}
    for command in ([], ["serve"]):
        answer = subprocess.run(
            [stacks.BIN / "voiced", *(command or ["config"]), "--config", "settings.json",
             "--set", "EXOTEL_API_KEY=topsecret"],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=30)
        assert answer.returncode == 1
        for part in (
                "EXOTEL_API_KEY is a secret", "settings.json sets GEMINI_MODLE", "DATA_DIR must be set",
                "EXOTEL_API_TOKEN must be set", "EXOTEL_SID must be set", "GEMINI_API_KEY must be set",
                "EXOTEL_WEBHOOK_SECRET (environment) must be a text of at least 32 bytes",
                "PUBLIC_URL (environment) must be a URL", "EVENT_LOOPS (environment) must be a number",
                "DATABASE_URL (environment) must be a URL"):
            assert part in answer.stderr
        assert "topsecret" not in answer.stderr
    assert not os.path.exists("/tmp/nowhere")


@pytest.mark.parametrize("proxies", ["0.0.0.0/0", "::/0", "10.0.0.1, 0.0.0.0/1", "::ffff:0:0/96", "10.0.0.0/7"])
def test_a_proxy_is_not_a_part_of_the_internet(tmp_path, proxies):
    answer = config(folder=tmp_path, environment={**ENOUGH, "TRUSTED_PROXIES": proxies})
    assert answer.returncode == 1
    assert "TRUSTED_PROXIES (environment) must be addresses or networks" in answer.stderr
    assert "none wider than /8, or /16 of IPv6" in answer.stderr
    fine = config(folder=tmp_path, environment={**ENOUGH, "TRUSTED_PROXIES": "10.0.0.0/8, fd00:1::/32"})
    assert fine.returncode == 0, fine.stderr


def refused_start(data):
    """What `voiced serve` says on a data folder it does not start with."""
    os.chmod(data, 0o711)
    answer = subprocess.run(
        [stacks.BIN / "voiced", "serve", "--listen", "127.0.0.1:0", "--data-dir", data], cwd=data,
        env={**os.environ, **stacks.VENDOR_SETTINGS}, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 1
    assert not answer.stdout
    return answer.stderr


@pytest.fixture
def data():
    folder = pathlib.Path(stacks.new_folder()) / "data"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder.parent, ignore_errors=True)


def test_a_master_key_that_cannot_be_read_is_not_replaced(data):
    key = data / "keys" / "master.key"
    key.parent.mkdir()
    key.symlink_to(key)
    assert f"cannot read {key}" in refused_start(data)
    assert key.is_symlink() and [path.name for path in key.parent.iterdir()] == ["master.key"]


def test_half_a_certificate_is_not_replaced(data):
    key = data / "tls" / "key.pem"
    key.parent.mkdir()
    key.write_text("mine")
    assert "belong together" in refused_start(data)
    assert key.read_text() == "mine" and [path.name for path in key.parent.iterdir()] == ["key.pem"]


def test_a_database_is_shown_without_its_password(stack):
    url = stack.ready["database"]
    with stacks.beside(stack, DATABASE_URL=f"{url}&password=topsecret") as own:
        assert own.ready["database"] == url
        assert "topsecret" not in (own.folder / "voiced.log").read_text()


@pytest.fixture(scope="module")
def exchange():
    exchange = Exchange()
    yield exchange
    exchange.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("env") / "voice.env"


@pytest.fixture(scope="module")
def server(stack, exchange, file):
    """A voiced whose Exotel token comes from a file; an empty variable is none."""
    file.write_text('EXOTEL_API_TOKEN="first-token"\n')
    with stacks.beside(
            stack, "--env-file", file, EXOTEL_BASE_URL=exchange.url, EXOTEL_API_TOKEN="",
            LOG_LEVEL="") as own:
        yield own


def reload(server, message):
    """Sends SIGHUP and waits for what the log says of it."""
    before = len(stacks.log_lines(server.folder))
    server.server.process.send_signal(signal.SIGHUP)

    def new():
        return stacks.log_lines(server.folder)[before:]

    stacks.wait_for(lambda: any(line["msg"] == message for line in new()))
    return new()


def test_a_new_secret_counts_from_sighup_on_and_a_bad_file_changes_nothing(server, exchange, file):
    with client(server, server.merchant("rotate@example.in")) as http:
        agent = calling.new_agent(http, "+918047120009")

        def token():
            form = exchange.wait_for(calling.place(http, agent, "+919876543210"))
            _, coded = form["Authorization"].split()
            return base64.b64decode(coded).decode()

        assert token() == "sim-key:first-token"
        file.write_text('EXOTEL_API_TOKEN="second-token"\nLOG_LEVEL=debug\n')
        lines = reload(server, "settings were read again")
        assert any(line.get("changed") == "LOG_LEVEL EXOTEL_API_TOKEN" for line in lines)
        assert token() == "sim-key:second-token"

        file.write_text('EXOTEL_API_TOKEN="third-token\n')
        lines = reload(server, "settings stay as they were")
        assert any("a quote is not closed" in line.get("error", "") for line in lines)
        assert token() == "sim-key:second-token"

        file.write_text('EXOTEL_API_TOKEN="fourth-token"\nDATABASE_URL=postgresql+x://u:hidden-word@h/d?a=b\n')
        lines = reload(server, "settings stay as they were")
        assert any("must be a URL" in line.get("error", "") for line in lines)
        assert token() == "sim-key:second-token"
    text = (server.folder / "voiced.log").read_text()
    assert not any(word in text for word in (
        "first-token", "second-token", "third-token", "fourth-token", "hidden-word"))
