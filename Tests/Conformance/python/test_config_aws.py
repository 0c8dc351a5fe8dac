"""Settings from AWS Secrets Manager, as moto serves it; moto recomputes our signatures."""

import datetime
import json
import os
import resource
import signal
import subprocess

import pytest

import aws
import stack as stacks

SECRET = "payaid/voice/test"
VALUES = {"GEMINI_API_KEY": "from-aws", "EXOTEL_SID": "aws1", "LOG_LEVEL": "error", "OTHER": "x"}


@pytest.fixture(scope="module")
def moto():
    with aws.moto() as url:
        yield url


@pytest.fixture(scope="module")
def secret(moto):
    client = aws.client("secretsmanager", moto)
    client.create_secret(Name=SECRET, SecretString=json.dumps(VALUES))
    client.create_secret(Name="payaid/voice/broken", SecretString="GEMINI_API_KEY=topsecret")
    return SECRET


@pytest.fixture(scope="module")
def made(moto, secret):
    return aws.new_key(moto, "voice", "secretsmanager:GetSecretValue")


@pytest.fixture
def key(moto, made):
    """The key as variables, while moto checks every signature."""
    with aws.checked(moto):
        yield made


def config(folder, moto, secret, **environment):
    needed = {
        **stacks.VENDOR_SETTINGS, "GEMINI_API_KEY": "", "EXOTEL_SID": "", "DATA_DIR": "/tmp/nowhere",
        "VOICE_AWS_SECRET_ID": secret, "AWS_ENDPOINT_URL_SECRETS_MANAGER": moto,
        "AWS_EC2_METADATA_DISABLED": "true", "LOG_LEVEL": "debug"}
    answer = subprocess.run(
        [stacks.BIN / "voiced", "config"], cwd=folder, env={**needed, **environment},
        capture_output=True, text=True, timeout=60)
    assert "from-aws" not in answer.stdout + answer.stderr
    assert "topsecret" not in answer.stdout + answer.stderr
    return answer


def holds(answer):
    assert answer.returncode == 0, answer.stderr
    lines = [line.split(maxsplit=1) for line in answer.stdout.splitlines()]
    shown = {line[0]: line[1] for line in lines if line[0] != "#"}
    assert shown["GEMINI_API_KEY"] == "********  [AWS Secrets Manager]"
    assert shown["EXOTEL_SID"] == "aws1  [AWS Secrets Manager]"
    assert shown["LOG_LEVEL"] == "debug  [environment]"


def test_a_signed_request_reads_the_secret_behind_every_other_source(tmp_path, moto, secret, key):
    holds(config(tmp_path, moto, secret, **key))


def test_a_wrong_key_is_refused_by_name(tmp_path, moto, secret, key):
    answer = config(tmp_path, moto, secret, **{**key, "AWS_SECRET_ACCESS_KEY": "wrong"})
    assert answer.returncode == 1
    assert "secretsmanager GetSecretValue: HTTP 403" in answer.stderr


def test_a_secret_that_is_not_there_or_no_object_is_named(tmp_path, moto, secret):
    keys = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
    answer = config(tmp_path, moto, "payaid/voice/none", **keys)
    assert answer.returncode == 1 and "ResourceNotFoundException" in answer.stderr
    answer = config(tmp_path, moto, "payaid/voice/broken", **keys)
    assert answer.returncode == 1 and "AWS Secrets Manager is not valid JSON" in answer.stderr


def test_the_machine_s_role_is_used_when_there_is_no_key(tmp_path, moto, secret):
    holds(config(
        tmp_path, moto, secret, AWS_EC2_METADATA_DISABLED="",
        AWS_EC2_METADATA_SERVICE_ENDPOINT=moto))


def test_the_container_s_role_is_asked_for_with_its_token(tmp_path, moto, secret):
    (tmp_path / "token").write_text("pod-token\n")
    tomorrow = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    with aws.container(
            AccessKeyId="ASIA", SecretAccessKey="s", Token="t",
            Expiration=f"{tomorrow:%Y-%m-%dT%H:%M:%SZ}") as (url, asked):
        holds(config(
            tmp_path, moto, secret, AWS_CONTAINER_CREDENTIALS_FULL_URI=url,
            AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(tmp_path / "token")))
    assert asked == [("/v1/role", "pod-token")]


def test_nothing_is_read_from_an_address_outside_the_container(tmp_path, moto, secret):
    answer = config(
        tmp_path, moto, secret, AWS_CONTAINER_CREDENTIALS_FULL_URI="http://192.0.2.1/role")
    assert answer.returncode == 1
    assert "neither https nor a container's own address" in answer.stderr


def test_no_credentials_at_all_are_said_so(tmp_path, moto, secret):
    answer = config(tmp_path, moto, secret)
    assert answer.returncode == 1
    assert "no AWS credentials" in answer.stderr


def test_a_reload_without_descriptors_leaves_the_server_as_it_was(stack, moto, secret):
    with stacks.beside(
            stack, VOICE_AWS_SECRET_ID=secret, AWS_ENDPOINT_URL_SECRETS_MANAGER=moto, LOG_LEVEL="info",
            AWS_ACCESS_KEY_ID="any", AWS_SECRET_ACCESS_KEY="any") as own:
        pid = own.server.process.pid

        def reload():
            before = len(stacks.log_lines(own.folder))
            own.server.process.send_signal(signal.SIGHUP)

            def said():
                assert own.server.process.poll() is None
                lines = stacks.log_lines(own.folder)[before:]
                return next((line["msg"] for line in lines if line["msg"] in (
                    "settings were read again", "settings stay as they were")), None)

            return stacks.wait_for(said)

        used = max(int(name) for name in os.listdir(f"/proc/{pid}/fd"))
        limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        for free in range(1, 6):
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + free, limits[1]))
            reload()
        resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
        assert reload() == "settings were read again"
