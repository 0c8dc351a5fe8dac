"""What tools/deploy says of the outside: CloudFormation's templates, the rights in them, the container's build."""

import json
import os
import re
import subprocess
import sys
import uuid

import pytest
import yaml

import aws
import stack as stacks
from test_keys_kms import CONTEXT
from test_objects_s3 import KMS_RIGHTS

FOLDER = stacks.ROOT / "tools" / "deploy"
TEMPLATES = sorted((FOLDER / "aws").glob("*.yaml"))


class Template(yaml.SafeLoader):
    """Reads CloudFormation's short forms, `!Ref X`, as `{"!Ref": X}`."""

    def short(self, tag, node):
        if isinstance(node, yaml.ScalarNode):
            return {f"!{tag}": self.construct_scalar(node)}
        return {f"!{tag}": self.construct_sequence(node, deep=True)}


Template.add_multi_constructor("!", Template.short)


def resources(name):
    return yaml.load((FOLDER / "aws" / f"{name}.yaml").read_text(), Template)["Resources"]


def test_cfn_lint_finds_nothing():
    lint = subprocess.run(
        [f"{sys.prefix}/bin/cfn-lint", "--regions", "ap-south-1", "--", *TEMPLATES],
        capture_output=True, text=True, timeout=60)
    assert len(TEMPLATES) == 4 and lint.returncode == 0, lint.stdout + lint.stderr


def test_the_server_may_do_what_it_does_and_nothing_else():
    """What it does at S3 is what test_objects_s3.py lets it do there, where each right is checked."""
    policies = {it["PolicyName"]: it["PolicyDocument"]["Statement"]
                for it in resources("service")["Role"]["Properties"]["Policies"]}
    allowed = set()
    for statement in policies["server"]:
        actions = statement["Action"]
        allowed |= {actions} if isinstance(actions, str) else set(actions)
        assert statement["Resource"] != "*"
    assert allowed == {
        *aws.S3_RIGHTS, "secretsmanager:GetSecretValue", "kms:GenerateDataKey", "kms:Encrypt", "kms:Decrypt"}


def test_the_key_that_wraps_the_master_key_is_the_servers_own_and_stays():
    """What they do with it is what test_keys_kms.py and test_objects_s3.py let them do."""
    [key] = [it for it in resources("data").values()
             if it["Type"] == "AWS::KMS::Key" and "master key" in it["Properties"]["Description"]]
    assert key["DeletionPolicy"] == key["UpdateReplacePolicy"] == "Retain"
    administration, servers = key["Properties"]["KeyPolicy"]["Statement"]
    for word in ("*", "Encrypt", "Decrypt", "GenerateDataKey", "Grant", "ScheduleKeyDeletion", "DisableKey"):
        assert not any(word in action for action in administration["Action"]), word
    role = servers["Condition"].pop("ArnLike")
    assert role["aws:PrincipalArn"]["!Sub"].endswith(":role/${ServiceStack}-Role-*")
    [granted] = [it for it in resources("service")["Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
                 if "master-wrapping-key" in str(it["Resource"])]
    for statement in (servers, granted):
        # A keys/master.key from before is encrypted, once.
        assert sorted(statement["Action"]) == sorted([*KMS_RIGHTS, "kms:Encrypt"])
        assert statement["Condition"] == {"StringEquals": {
            f"kms:EncryptionContext:{name}": CONTEXT[name] for name in ("application", "purpose")}}


@pytest.fixture(scope="module")
def laptop():
    """A stack of this file's own: its agent has the number that the README names."""
    with stacks.running() as it:
        yield it


def test_what_the_readme_says_of_a_laptop_places_a_call(laptop):
    """Its commands as they are, but for the container around the programs and the port."""
    stack = laptop
    text = (FOLDER / "README.md").read_text().partition("## On a laptop")[2].partition("\n## ")[0]
    made, agent, call = (
        # The container is there already.
        block.partition("--detach --wait\n")[2] or block for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    environment = {**os.environ, **stacks.VENDOR_SETTINGS, "DATABASE_URL": stack.ready["database"],
                   "VOICE_URL": stack.url, "VOICE_CA": str(stack.ca), "PATH": f"{stacks.BIN}:{os.environ['PATH']}"}

    def run(block, **given):
        docker = 'docker() { while [ "$1" != voiced ]; do shift; done; shift; "$@"; }\n'
        done = subprocess.run(
            ["bash", "-ec", docker + block.replace("https://127.0.0.1:3000", stack.url)], cwd=stacks.ROOT,
            env={**environment, **given}, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, (block, done.stdout, done.stderr)
        return done.stdout

    said = dict(line.split() for line in run(made.replace("demo@example.in", f"{uuid.uuid4()}@example.in")).splitlines())
    given = {"MERCHANT": said["merchant"], "VOICE_API_KEY": f"{said['key']}_{said['secret']}"}
    [given["AGENT"]] = re.findall(r"agt_\w+", run(agent, **given))
    placed, *_ = call.splitlines(keepends=True)
    [given["CALL"]] = re.findall(r"call_\w+", run("".join(agent.splitlines(keepends=True)[:1]) + placed, **given))
    assert "COMPLETED" in run(call.replace(placed, ""), **given)


def test_the_settings_of_an_instance_are_settings():
    [text, _] = resources("service")["Template"]["Properties"]["LaunchTemplateData"]["UserData"][
        "Fn::Base64"]["Fn::Sub"]
    [written] = re.findall(r"<<SETTINGS\n(.*?)^SETTINGS$", text, re.M | re.S)
    names = re.findall(r"^([A-Z0-9_]+)=", written, re.M)
    known = re.findall(r"^#? ?([A-Z0-9_]+)=", (stacks.ROOT / "env.example").read_text(), re.M)
    assert "VOICE_KMS_KEY" in names and set(names) <= set(known)
    # No key of ours is in Secrets Manager, or on a machine's disk, but in a stack whose key was there before KMS.
    secrets = {it["Properties"]["Name"]: it.get("Condition") for it in resources("data").values()
               if it["Type"] == "AWS::SecretsManager::Secret"}
    assert secrets == {"payaid/voice/database": None, "payaid/voice/redis": None, "payaid/voice/settings": None,
                       "payaid/voice/master-key": "HasMasterKeySecret"}
    guarded = re.sub(r'^ *if \[ -n "\$\{MasterKeySecret\}" \].*?^ *fi$', "", text, flags=re.M | re.S)
    assert guarded != text and "master.key" not in guarded


def test_a_stack_from_before_the_key_was_under_kms_can_be_updated():
    """A logical id keeps its type, and what another stack imports its value."""
    data = yaml.load((FOLDER / "aws" / "data.yaml").read_text(), Template)
    assert data["Resources"]["MasterKey"]["Type"] == "AWS::SecretsManager::Secret"
    exports = {it["Export"]["Name"]["!Sub"]: it for it in data["Outputs"].values()}
    assert exports["${AWS::StackName}-master-key"]["Value"] == {"!Ref": "MasterKey"}
    assert exports["${AWS::StackName}-master-wrapping-key"]["Value"] == {"!GetAtt": "WrappingKey.Arn"}
    for name in ("data", "service"):
        template = yaml.load((FOLDER / "aws" / f"{name}.yaml").read_text(), Template)
        assert template["Parameters"]["MasterKeySecret"]["Default"] == "absent"


def test_every_bucket_is_encrypted_closed_to_the_public_and_to_plain_text():
    data = resources("data")
    buckets = {name: it["Properties"] for name, it in data.items() if it["Type"] == "AWS::S3::Bucket"}
    assert sorted(buckets) == ["Checkpoints", "Objects"]
    for name, bucket in buckets.items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        [rule] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
        [statement] = data[f"{name}Policy"]["Properties"]["PolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Condition"]) == (
            "Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_the_secret_of_settings_names_settings_only():
    secret = resources("data")["Settings"]["Properties"]["GenerateSecretString"]
    names = [*json.loads(secret["SecretStringTemplate"]), secret["GenerateStringKey"]]
    known = re.findall(r"^#? ?([A-Z0-9_]+)=", (stacks.ROOT / "env.example").read_text(), re.M)
    assert set(names) <= set(known)
    required = re.findall(r"required; secret.*?\n([A-Z0-9_]+)=", (stacks.ROOT / "env.example").read_text())
    assert set(required) <= set(names) | {"DATABASE_URL"}


def test_the_scripts_of_an_instance_are_shell():
    [text, _] = resources("service")["Template"]["Properties"]["LaunchTemplateData"]["UserData"][
        "Fn::Base64"]["Fn::Sub"]
    scripts = [text, *re.findall(r"<<'END'\n(#!/bin/bash\n.*?)^END$", text, re.M | re.S)]
    assert len(scripts) == 3
    for script in scripts:
        # What CloudFormation puts in has no character that is the shell's.
        shell = re.sub(r"\$\{[A-Za-z:]+\}", "x", script)
        assert subprocess.run(["bash", "-n"], input=shell, text=True).returncode == 0


def test_figures_are_scraped_inside_the_network_at_a_port_that_is_not_forwarded_to():
    port = int(re.search(r"METRICS_LISTEN_ADDRESS=0\.0\.0\.0:(\d+)", (FOLDER / "Dockerfile").read_text())[1])
    [job] = yaml.safe_load((FOLDER / "prometheus" / "scrape.yaml").read_text())["scrape_configs"]
    assert (job["job_name"], [it["port"] for it in job["ec2_sd_configs"]]) == ("voiced", [port])
    network = resources("network")
    group = network["ServerGroup"]["Properties"]["SecurityGroupIngress"]
    rules = {rule["FromPort"]: rule for rule in group if rule["FromPort"] == rule["ToPort"]}
    forwarded = resources("service")["Targets"]["Properties"]["Port"]
    assert len(group) == len(rules) and set(rules) == {forwarded, port} and forwarded != port
    assert rules[port]["CidrIp"] == network["Network"]["Properties"]["CidrBlock"]
    assert "CidrIp" not in rules[forwarded]
    compose = yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"]["voiced"]["ports"]
    assert f"127.0.0.1:{port}:{port}" in compose


@pytest.mark.parametrize("file", ["Dockerfile", "compose.yaml"])
def test_a_container_is_given_enough_time_to_drain(file):
    """The calls' time, and the 40 s of what follows them."""
    text = (FOLDER / file).read_text()
    drain = int(re.search(r"DRAIN_SECONDS[=:] ?\"?(\d+)", text)[1])
    given = int(re.search(r"(?:docker stop -t |stop_grace_period: )(\d+)", text)[1])
    assert given >= drain + 40
    if file == "Dockerfile":
        unit = (FOLDER / "aws" / "service.yaml").read_text()
        assert {int(it) for it in re.findall(r"--stop-timeout (\d+)|--time (\d+)", unit) for it in it if it} == {given}
        assert int(re.search(r"TimeoutStopSec=(\d+)", unit)[1]) > given
