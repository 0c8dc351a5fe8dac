"""The master key under KMS, as moto serves it: with context, in memory only, shared, rotated."""

import base64
import concurrent.futures
import hashlib
import os
import shutil
import subprocess
import uuid

import httpx
import pytest

import aws
import stack as stacks

PAN, MASKED = "AAPFU0939F", "AAPF•••••F"
CONTEXT = {"application": "payaid-voice", "purpose": "master-key", "number": "1"}
LOST = "VOICE_KMS_KEY: there is no master key without KMS: kms Decrypt: "


class Keys:
    """A moto with a key of KMS, and an access key that may only wrap and unwrap. What moto keeps is this process's."""

    def __init__(self, url):
        self.url = url
        name = f"voice-{uuid.uuid4()}"
        self.alias = f"alias/{name}"
        self.kms = aws.client("kms", url)
        self.arn = self.kms.create_key()["KeyMetadata"]["Arn"]
        self.kms.create_alias(AliasName=self.alias, TargetKeyId=self.arn)
        self.access = aws.new_key(
            url, name, "kms:GenerateDataKey", "kms:Encrypt", "kms:Decrypt")

    def settings(self, **changes):
        return {
            "VOICE_KMS_KEY": self.alias, "AWS_ENDPOINT_URL_KMS": self.url,
            "AWS_EC2_METADATA_DISABLED": "true", **self.access, **changes}

    def unwrapped(self, database, number=1):
        [[blob, arn]] = system(
            database, "SELECT encode(wrapped, 'hex'), wrapping_key FROM master_keys"
            f" WHERE number = {number}")
        assert arn == self.arn
        return self.kms.decrypt(
            CiphertextBlob=bytes.fromhex(blob),
            EncryptionContext={**CONTEXT, "number": str(number)})["Plaintext"]


def system(url, text):
    """What a statement gives to the system, which sees all."""
    return stacks.sql(url, f"SET payaid.merchant_id = '*'; {text}")


def new_database(stack, name):
    """The address of an empty one in a stack's cluster."""
    url = stack.ready["database"]
    stacks.sql(url.replace("user=payaid", "user=payaid_admin"),
               f"DROP DATABASE IF EXISTS {name} WITH (FORCE); CREATE DATABASE {name} OWNER payaid")
    return url.replace("/payaid?", f"/{name}?")


def voicectl(database, *words):
    return subprocess.run(
        [stacks.BIN / "voicectl", *words], env={**os.environ, "DATABASE_URL": database},
        capture_output=True, text=True, timeout=60)


def refused(settings, data=None):
    """What a server says that does not start, and leaves nothing behind in its folder."""
    folder = stacks.new_folder()
    if data:
        shutil.copytree(data, f"{folder}/data")
    try:
        answer = subprocess.run(
            [stacks.BIN / "voiced", "serve", "--listen", "127.0.0.1:0", "--cleartext",
             "--data-dir", f"{folder}/data"],
            env={**os.environ, **stacks.VENDOR_SETTINGS, **settings},
            capture_output=True, text=True, timeout=60)
        assert data or not os.listdir(f"{folder}/data")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    assert answer.returncode == 1 and not answer.stdout
    return answer.stderr


@pytest.fixture(scope="module")
def keys():
    with aws.moto() as url:
        yield Keys(url)


@pytest.fixture(scope="module")
def own(stack, keys):
    """A server whose master key KMS wraps; moto checks signatures and rights at its start."""
    settings = keys.settings(DATABASE_URL=new_database(stack, "keys"))
    with aws.checked(keys.url), stacks.beside(stack, "--cleartext", **settings) as own:
        stacks.post(f"{keys.url}/moto-api/reset-auth", content="inf").raise_for_status()
        yield own


def web(stack, merchant):
    return httpx.Client(
        base_url=stack.ready["url"], timeout=20,
        headers={"x-api-key": merchant["key"], "x-api-secret": merchant["secret"]})


@pytest.fixture(scope="module")
def shop(own):
    """A merchant with a PAN, a webhook of two secrets and a tool's secret."""
    shop = own.merchant("keys@example.in")
    with web(own, shop) as rest:
        rest.patch("/api/v1/merchant", json={"kyc": {"pan": PAN}}).raise_for_status()
        rest.put("/api/v1/secrets/crm", json={"value": "Bearer of the crm", "hosts": ["crm.example.in"]}).raise_for_status()
        made = rest.post("/api/v1/webhook-endpoints", json={"url": "https://example.in/hook"}).json()
        path = f"/api/v1/webhook-endpoints/{made['endpoint']['endpointId']}:rotateSecret"
        rest.post(path, json={}).raise_for_status()
    return shop


def holds(stack, shop):
    """A server reads what was sealed."""
    with web(stack, shop) as rest:
        assert rest.get("/api/v1/merchant").json()["kyc"]["pan"] == MASKED


def audit_key(stack, shop):
    with web(stack, shop) as rest:
        return rest.get("/api/v1/compliance/audit-checkpoint").json()["verifierKey"]


def test_the_master_key_is_in_no_file_and_wrapped_in_the_database(own, keys, shop):
    assert len(keys.unwrapped(own.ready["database"])) == 32
    assert not (own.data / "keys").exists()
    assert stacks.sql(own.ready["database"], "SELECT count(*) FROM master_keys") == [["0"]]


def second(own, keys):
    """Another server of the same database."""
    return stacks.beside(
        own, "--cleartext", **keys.settings(DATABASE_URL=own.ready["database"]))


def test_servers_that_start_at_once_on_a_new_database_share_one_key(stack, own, keys):
    url = new_database(stack, "raced")

    def start(_):
        with stacks.beside(own, "--cleartext", **keys.settings(DATABASE_URL=url)) as it:
            merchant = it.merchant("raced@example.in")
            return audit_key(it, merchant)

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        found = list(pool.map(start, range(3)))
    assert len(set(found)) == 1
    assert system(url, "SELECT number FROM master_keys") == [["1"]]


@pytest.mark.parametrize("changes, words", [
    ({"AWS_ENDPOINT_URL_KMS": "http://127.0.0.1:1"}, LOST),
    ({"VOICE_KMS_KEY": ""}, "the master key of this database is wrapped by arn:aws:kms:"),
    ({"AWS_ACCESS_KEY_ID": ""}, "VOICE_KMS_KEY: there is no master key without KMS: no AWS cred"),
])
def test_a_server_without_the_key_does_not_start(own, keys, shop, changes, words):
    assert words in refused(keys.settings(DATABASE_URL=own.ready["database"], **changes))


def test_a_key_of_another_context_or_place_is_refused(own, keys, shop):
    url = own.ready["database"]
    settings = keys.settings(DATABASE_URL=url)
    other = keys.kms.encrypt(
        KeyId=keys.arn, Plaintext=bytes(32), EncryptionContext={**CONTEXT, "number": "2"})
    blob = other["CiphertextBlob"].hex()
    system(url, "CREATE TABLE kept AS SELECT * FROM master_keys")
    try:
        system(url, f"UPDATE master_keys SET wrapped = '\\x{blob}'")
        assert LOST + "InvalidCiphertextException" in refused(settings)
        system(url, "UPDATE master_keys SET context = context || '{\"number\": \"2\"}'")
        assert "the context of master key 1 is not what it was wrapped with" in refused(settings)
    finally:
        system(url, "UPDATE master_keys SET (wrapped, context) = (SELECT wrapped, context FROM kept);"
               "DROP TABLE kept")


def test_a_database_in_use_gets_no_new_master_key(own, keys, shop):
    url = own.ready["database"]
    system(url, "CREATE TABLE kept AS SELECT * FROM master_keys; DELETE FROM master_keys")
    try:
        said = refused(keys.settings(DATABASE_URL=url))
        assert "this database is sealed with a master key that is not here" in said
    finally:
        system(url, "INSERT INTO master_keys SELECT * FROM kept; DROP TABLE kept")


def test_a_rotation_moves_all_that_is_sealed_while_two_servers_run(own, keys, shop):
    url = own.ready["database"]
    published = audit_key(own, shop)
    first = keys.unwrapped(url)
    with second(own, keys) as other:
        holds(other, shop)
        asked = voicectl(url, "admin", "keys", "rotate", "--after", "0")
        assert asked.stdout == "a server makes master key 2, which seals 0 s later\n"
        for it in (own, other):
            stacks.wait_for(lambda: any(
                line["msg"] == "a new master key is here" for line in stacks.log_lines(it.folder)))
        assert "values are left under older keys" in voicectl(url, "admin", "keys").stdout
        holds(other, shop)
        # A minute is what those have to commit who sealed with the key before.
        system(url, """
            UPDATE master_keys SET active_time = now() - interval '2 minutes' WHERE number = 2;
            UPDATE job_schedules SET last_run = NULL, next_run = now() - interval '1 second'
            WHERE name = 'keys.reseal'""")
        stacks.wait_for(lambda: "no value is left" in voicectl(url, "admin", "keys").stdout)
        shown = voicectl(url, "admin", "keys").stdout
        for kind, count in {"merchants.pan": 1, "tool_secrets": 1, "webhooks.secrets": 1,
                            "webhooks.old_secrets": 1, "recordings.keys": 0,
                            "erasures.numbers": 0, "erasures.holds": 0}.items():
            assert f"  {kind:20} {count} moved, 0 cannot be opened\n" in shown
        mark = "'\\x70766b0100000002'"
        assert system(url, f"""
            SELECT substr(pan_sealed, 1, 8) = {mark} FROM merchants UNION ALL
            SELECT substr(sealed, 1, 8) = {mark} FROM tool_secrets UNION ALL
            SELECT substr(secret, 1, 8) = {mark} FROM webhook_endpoints UNION ALL
            SELECT substr(old_secret, 1, 8) = {mark} FROM webhook_endpoints""") == [["t"]] * 4
        for it in (own, other):
            holds(it, shop)
            assert audit_key(it, shop) == published
    assert keys.unwrapped(url, 2) != first == keys.unwrapped(url)
    with second(own, keys) as later:
        holds(later, shop)
        assert audit_key(later, shop) == published


def test_a_backup_comes_back_without_a_key_file(stack, own, keys, shop, tmp_path):
    def run(url, *command):
        done = subprocess.run(
            [str(part) for part in command], cwd=stacks.ROOT, capture_output=True, text=True,
            env={**os.environ, "PAYAID_BIN": str(stacks.BIN), "DATABASE_URL": url}, timeout=120)
        assert done.returncode == 0 and keys.arn in done.stderr, done.stderr

    run(own.ready["database"], "tools/backup", own.data, tmp_path / "backup.tgz")
    url = new_database(stack, "restored")
    run(url, "tools/restore", tmp_path / "backup.tgz", tmp_path / "data")
    with stacks.beside(own, "--cleartext", **keys.settings(DATABASE_URL=url)) as it:
        holds(it, shop)


def test_a_key_in_a_file_moves_under_kms(stack, own, keys):
    """Both are there at one start; what was sealed opens with and then without the file."""
    url = new_database(stack, "moved")
    with stacks.beside(own, "--cleartext", DATABASE_URL=url) as it:
        shop = it.merchant("moved@example.in")
        with web(it, shop) as rest:
            rest.patch("/api/v1/merchant", json={"kyc": {"pan": PAN}}).raise_for_status()
        published = audit_key(it, shop)
        assert voicectl(url, "admin", "keys", "rotate").returncode == 1
        assert voicectl(url, "admin", "keys").stdout.startswith("no master key")
        it.server.stop()
        file = it.data / "keys" / "master.key"
        for _ in range(2):
            it.start_server("--cleartext", environment=keys.settings(DATABASE_URL=url))
            with web(it, shop) as rest:
                assert rest.get("/api/v1/merchant").json()["kyc"]["pan"] == MASKED
            assert audit_key(it, shop) == published
            if file.exists():
                assert keys.unwrapped(url) == file.read_bytes()
                warned = "a master key that KMS wraps is in a file, too"
                assert any(line["msg"].startswith(warned) for line in stacks.log_lines(it.folder))
                file.unlink()
            it.server.stop()
        file.write_bytes(bytes(32))
        said = refused(keys.settings(DATABASE_URL=url), it.data)
        assert "is not the master key of this database" in said
        assert "AAAA" not in said


def test_no_key_is_in_a_log(own, keys, shop):
    text = (own.folder / "voiced.log").read_text()
    assert keys.access["AWS_SECRET_ACCESS_KEY"] not in text and "Signature=" not in text
    for number in (1, 2):
        key = keys.unwrapped(own.ready["database"], number)
        for form in (key.hex(), base64.b64encode(key).decode(), hashlib.sha256(key).hexdigest()):
            assert form not in text
