"""Settings from AWS Secrets Manager, as moto serves it; moto recomputes our signatures."""

import http.server
import json
import subprocess
import threading

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer

import stack as stacks

SECRET = "payaid/voice/test"
VALUES = {"GEMINI_API_KEY": "from-aws", "EXOTEL_SID": "aws1", "LOG_LEVEL": "error", "OTHER": "x"}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}]}


@pytest.fixture(scope="module")
def moto():
    """The address of a moto of its own."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def secret(moto):
    client = boto3.client(
        "secretsmanager", endpoint_url=moto, region_name="ap-south-1",
        aws_access_key_id="any", aws_secret_access_key="any")
    client.create_secret(Name=SECRET, SecretString=json.dumps(VALUES))
    client.create_secret(Name="payaid/voice/broken", SecretString="GEMINI_API_KEY=topsecret")
    return SECRET


@pytest.fixture(scope="module")
def made(moto, secret):
    """An access key that may read secrets, known to moto."""
    iam = boto3.client(
        "iam", endpoint_url=moto, region_name="us-east-1",
        aws_access_key_id="any", aws_secret_access_key="any")
    iam.create_user(UserName="voice")
    iam.put_user_policy(
        UserName="voice", PolicyName="read", PolicyDocument=json.dumps(POLICY))
    return iam.create_access_key(UserName="voice")["AccessKey"]


@pytest.fixture
def key(moto, made):
    """The key as variables, while moto checks every signature."""
    httpx.post(f"{moto}/moto-api/reset-auth", content="0").raise_for_status()
    yield {"AWS_ACCESS_KEY_ID": made["AccessKeyId"],
           "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"]}
    httpx.post(f"{moto}/moto-api/reset-auth", content="inf").raise_for_status()


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
    asked = []

    class Agent(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["authorization"]))
            body = json.dumps({
                "AccessKeyId": "ASIA", "SecretAccessKey": "s", "Token": "t",
                "Expiration": "2030-01-01T00:00:00Z"}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Agent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (tmp_path / "token").write_text("pod-token\n")
    holds(config(
        tmp_path, moto, secret,
        AWS_CONTAINER_CREDENTIALS_FULL_URI=f"http://127.0.0.1:{server.server_port}/v1/role",
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(tmp_path / "token")))
    server.shutdown()
    server.server_close()
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
