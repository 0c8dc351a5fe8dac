"""AWS as moto serves it, which recomputes our signatures when asked to."""

import contextlib
import http.server
import json
import threading

import boto3
from moto.server import ThreadedMotoServer

import stack as stacks

REGION = "ap-south-1"
# What the server needs of its bucket. moto asks for s3:HeadBucket, too, which AWS does not know.
S3_RIGHTS = (
    "s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload")
ANY_KEY = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}


def started(port=0):
    """A moto on a port of this machine; what it keeps outlives it, in this process."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    return server


def address(server):
    host, port = server.get_host_and_port()
    return f"http://{host}:{port}"


@contextlib.contextmanager
def moto():
    """The address of a moto of its own."""
    server = started()
    yield address(server)
    server.stop()


def client(service, url, region=REGION, key=ANY_KEY):
    return boto3.client(service, endpoint_url=url, region_name=region, **key)


def new_key(url, user, *actions):
    """An access key that may do only this, known to moto."""
    iam = client("iam", url, "us-east-1")
    iam.create_user(UserName=user)
    iam.put_user_policy(UserName=user, PolicyName="only", PolicyDocument=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}))
    made = iam.create_access_key(UserName=user)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": made["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"]}


@contextlib.contextmanager
def checked(url):
    """Every signature and right is checked meanwhile."""
    stacks.post(f"{url}/moto-api/reset-auth", content="0").raise_for_status()
    yield
    stacks.post(f"{url}/moto-api/reset-auth", content="inf").raise_for_status()


@contextlib.contextmanager
def container(**credentials):
    """A container's endpoint that gives these; its address and what it was asked for, with what token."""
    asked = []

    class Agent(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["authorization"]))
            body = json.dumps(credentials).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Agent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/role", asked
    server.shutdown()
    server.server_close()
