"""Recordings in S3, as moto serves it; moto recomputes our signatures and knows our rights."""

import datetime
import os
import shutil
import subprocess

import pytest

import aws
import calling
import stack as stacks
from conftest import client

BUCKET = "voice-recordings"
# Of the data keys that the master key is.
KMS_RIGHTS = ("kms:GenerateDataKey", "kms:Decrypt")


class Cloud:
    """A moto that can be out of reach for a while, with a bucket and a key for it."""

    def __init__(self):
        self.server = aws.started()
        self.url = aws.address(self.server)
        aws.client("s3", self.url).create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": aws.REGION})
        # The right to HeadBucket is moto's alone: at AWS that to list is the one to ask for the bucket.
        self.key = aws.new_key(self.url, "recorder", *aws.S3_RIGHTS, "s3:HeadBucket", *KMS_RIGHTS)
        self.wrapping = {
            "VOICE_KMS_KEY": aws.client("kms", self.url).create_key()["KeyMetadata"]["KeyId"],
            "AWS_ENDPOINT_URL_KMS": self.url}
        self.s3 = aws.client("s3", self.url, key={
            name.lower(): value for name, value in self.key.items()})

    def settings(self, bucket=BUCKET, **changes):
        return {
            "VOICE_S3_BUCKET": bucket, "AWS_ENDPOINT_URL_S3": self.url,
            "AWS_EC2_METADATA_DISABLED": "true", **self.key, **changes}

    def objects(self, part=""):
        listed = self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return [one["Key"] for one in listed if part in one["Key"]]

    def go(self):
        self.server.stop()

    def come_back(self):
        self.server = aws.started(int(self.url.rpartition(":")[2]))


@pytest.fixture(scope="module")
def cloud():
    it = Cloud()
    yield it
    it.server.stop()


@pytest.fixture(scope="module")
def own(cloud):
    """A stack with objects in the bucket and its master key under KMS; moto checks what it sends."""
    settings = cloud.settings(**cloud.wrapping)
    with aws.checked(cloud.url), stacks.running(environment=settings) as own:
        yield own


@pytest.fixture(scope="module")
def owner(own):
    return own.merchant("bucket@example.in")


@pytest.fixture(scope="module")
def recorded(own, owner):
    """A call that is over, and what its recording sounds like."""
    with client(own, owner) as rest:
        call = calling.place(rest, calling.new_agent(rest, "+918047120055"), calling.SILENT)
        calling.listen(rest, call)
        path = f"/api/v1/calls/{call}/recording"
        stacks.wait_for(lambda: rest.get(path).status_code == 200)
        return call, rest.get(path).content


def test_a_recording_is_in_the_bucket_and_only_there(own, owner, cloud, recorded):
    call, sound = recorded
    heard = calling.Recording(sound)
    assert heard.agent > 1000 and heard.seconds > 1
    key = f"{owner['id']}/recordings/{call}.spool"
    assert cloud.objects(call) == [key]
    kept = cloud.s3.get_object(Bucket=BUCKET, Key=key)
    assert kept["ServerSideEncryption"] == "AES256"
    body = kept["Body"].read()
    assert len(body) > 1000 and b"RIFF" not in body and b"WAVE" not in body
    assert not list(own.data.rglob(f"{call}.spool")) and not (own.data / "objects").exists()


def test_another_server_plays_it(own, owner, cloud, recorded):
    call, sound = recorded
    other = stacks.Stack(stacks.new_folder())
    other.sim = own.sim
    try:
        other.start_server(environment={
            **cloud.settings(**cloud.wrapping), "DATABASE_URL": own.ready["database"]})
        with client(other, owner) as rest:
            assert rest.get(f"/api/v1/calls/{call}/recording").content == sound
    finally:
        other.sim = None
        other.stop()
        shutil.rmtree(other.folder, ignore_errors=True)


def test_a_bucket_out_of_reach_holds_up_no_call_and_has_the_recording_later(own, owner, cloud):
    with client(own, owner) as rest:
        agent = calling.new_agent(rest, "+918047120056")
        call = calling.place(rest, agent, calling.SILENT)
        calling.until_said(rest, call)
        cloud.go()
        try:
            assert rest.post(f"/api/v1/calls/{call}:end", json={}).status_code == 200
            calling.until(rest, call, {"COMPLETED"})
            path = f"/api/v1/calls/{call}/recording"
            assert rest.get(path).status_code != 200
            assert rest.get("/readyz").status_code == 200
            assert list(own.data.rglob(f"{call}.spool"))
        finally:
            cloud.come_back()
        stacks.wait_for(lambda: rest.get(path).status_code == 200, 90, 0.5)
        assert calling.recording(rest, call).agent > 1000
    assert len(cloud.objects(call)) == 1
    stacks.wait_for(lambda: not list(own.data.rglob(f"{call}.spool")))


def test_what_the_audit_log_last_signed_is_in_the_bucket(own, owner, cloud, recorded):
    with client(own, owner) as rest:
        rest.get("/api/v1/compliance/audit-checkpoint").raise_for_status()
    assert f"audit/{owner['id']}/latest" in cloud.objects("audit/")


def test_a_recording_goes_from_the_bucket_when_its_time_is_over(own, owner, cloud, recorded):
    call, _ = recorded
    stacks.sql(own.ready["database"], f"""
        BEGIN; SELECT set_config('payaid.merchant_id', '*', true) \\g /dev/null
        UPDATE calls SET end_time = now() - interval '91 days' WHERE call_id = '{call}';
        UPDATE job_schedules SET last_run = NULL, next_run = now() - interval '1 second'
        WHERE name = 'calls.recordings'; COMMIT;""")
    with client(own, owner) as rest:
        stacks.wait_for(lambda: rest.get(f"/api/v1/calls/{call}/recording").status_code == 404)
    assert cloud.objects(call) == []


def test_neither_a_secret_nor_a_signature_is_in_the_log(own, cloud, recorded):
    text = (own.folder / "voiced.log").read_text()
    assert cloud.key["AWS_SECRET_ACCESS_KEY"] not in text
    assert "Signature=" not in text


@pytest.mark.parametrize("minutes, again", [(60, False), (5, True)])
def test_credentials_are_fetched_anew_before_they_expire(own, cloud, minutes, again):
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    with aws.container(
            AccessKeyId=cloud.key["AWS_ACCESS_KEY_ID"],
            SecretAccessKey=cloud.key["AWS_SECRET_ACCESS_KEY"],
            Expiration=end.strftime("%Y-%m-%dT%H:%M:%SZ")) as (url, asked):
        settings = cloud.settings(
            AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", AWS_CONTAINER_CREDENTIALS_FULL_URI=url)
        with stacks.beside(own, **settings) as it:
            assert len(asked) == 1
            with client(it, it.merchant("expiry@example.in")) as rest:
                rest.get("/api/v1/compliance/audit-checkpoint").raise_for_status()
            assert (len(asked) > 1) == again


def test_a_silent_s3_does_not_keep_a_server_from_starting(own, cloud):
    with stacks.beside(own, **cloud.settings(AWS_ENDPOINT_URL_S3="http://127.0.0.1:1")) as it:
        assert any(line["msg"] == "the bucket of objects was not reached"
                   for line in stacks.log_lines(it.folder))


@pytest.mark.parametrize("changes, words", [
    ({"bucket": "none-such"}, "VOICE_S3_BUCKET: there is no bucket none-such"),
    ({"bucket": "None"}, "VOICE_S3_BUCKET (environment) must be a bucket's name"),
    ({"AWS_SECRET_ACCESS_KEY": "wrong"},
     f"VOICE_S3_BUCKET: the AWS credentials are wrong or may not list the bucket {BUCKET}"),
    ({"bucket": "", "VOICE_S3_KMS_KEY_ID": "alias/voice"},
     "VOICE_S3_KMS_KEY_ID is of no use without VOICE_S3_BUCKET"),
    ({"AWS_ACCESS_KEY_ID": ""}, "VOICE_S3_BUCKET: no AWS credentials"),
])
def test_a_bucket_that_cannot_be_used_stops_the_start(own, cloud, changes, words):
    folder = stacks.new_folder()
    answer = subprocess.run(
        [stacks.BIN / "voiced", "serve", "--listen", "127.0.0.1:0", "--data-dir", f"{folder}/data"],
        env={**os.environ, **stacks.VENDOR_SETTINGS, **cloud.settings(**changes)},
        capture_output=True, text=True, timeout=120)
    shutil.rmtree(folder, ignore_errors=True)
    assert answer.returncode == 1 and not answer.stdout
    assert words in answer.stderr
