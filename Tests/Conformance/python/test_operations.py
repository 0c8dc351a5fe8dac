"""What an operator relies on: headers, request ids, logs, the audit of calls, health, metrics."""

import datetime
import os
import re
import signal
import ssl
import subprocess
import uuid

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from google.rpc import error_details_pb2, status_pb2
from payaid.voice.v1 import agents_pb2, agents_pb2_grpc

import calling
import stack as stacks
from conftest import client, metadata

SECURITY = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
}
AGENT = {"name": "Asha", "language": "hi"}
PATHS = ["/api/v1/agents", "/api/v1/agents/none", "/nothing", "/readyz", "/metrics"]


@pytest.fixture(scope="module")
def own_port(stack):
    """A server that has a port of its own for what operators read."""
    with stacks.beside(stack, METRICS_LISTEN_ADDRESS="127.0.0.1:0") as own:
        yield own


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_tells_browsers_to_take_care(rest, path):
    headers = rest.get(path).headers
    for name, value in SECURITY.items():
        assert headers[name] == value


def test_without_tls_nothing_is_said_of_tls(stack):
    with stacks.beside(stack, "--cleartext") as own:
        headers = stacks.get(f"http://127.0.0.1:{own.port}/healthz").headers
    assert "strict-transport-security" not in headers
    assert headers["x-content-type-options"] == "nosniff"


def test_a_client_s_request_id_is_kept_and_another_is_made(rest):
    assert rest.get("/healthz", headers={"x-request-id": "a-1.b_2"}).headers["x-request-id"] == "a-1.b_2"
    for bad in ("", "x" * 65, "two words", "semi;colon"):
        made = rest.get("/healthz", headers={"x-request-id": bad}).headers["x-request-id"]
        assert re.fullmatch("[0-9a-f]{16}", made)


def test_an_error_names_its_request_on_both_edges(rest, channel, auth):
    answer = rest.get("/api/v1/agents/none", headers={"x-request-id": "rest-1"})
    details = answer.json()["error"]["details"]
    assert {"@type": "type.googleapis.com/google.rpc.RequestInfo", "requestId": "rest-1"} in details
    with pytest.raises(grpc.RpcError) as raised:
        agents_pb2_grpc.AgentServiceStub(channel).GetAgent(
            agents_pb2.GetAgentRequest(agent_id="none"), metadata=auth + (("x-request-id", "grpc-1"),))
    trailers = dict(raised.value.trailing_metadata())
    status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
    infos = [error_details_pb2.RequestInfo.FromString(any.value) for any in status.details
             if any.Is(error_details_pb2.RequestInfo.DESCRIPTOR)]
    assert [info.request_id for info in infos] == ["grpc-1"]


def test_one_line_says_who_called_what_and_how_it_went(stack, rest, merchant):
    name = f"line-{uuid.uuid4()}"
    rest.post("/api/v1/agents", json=AGENT, headers={"x-request-id": name}).raise_for_status()

    def found():
        return [line for line in stacks.log_lines(stack.folder) if line.get("request_id") == name]

    [line] = stacks.wait_for(found)
    assert (line["msg"], line["code"], line["edge"]) == ("call", "OK", "rest")
    assert line["method"] == "payaid.voice.v1.AgentService/CreateAgent"
    assert line["principal"] == merchant["key"]
    assert line["bytes_in"] > 0 and line["bytes_out"] > line["bytes_in"] and line["ms"] > 0


def test_logs_hold_no_secret_and_no_number(stack, merchant):
    text = (stack.folder / "voiced.log").read_text()
    assert merchant["secret"] not in text
    assert not re.search(r"\+91[1-9][0-9]{9}", text)


def audit(stack, name):
    """The audit's rows of a request, as the system sees them."""
    return stacks.sql(stack.ready["database"], f"""
        BEGIN; SELECT set_config('payaid.merchant_id', '*', true) \\g /dev/null
        SELECT principal, method, outcome, merchant_id FROM api_audit WHERE request_id = '{name}';
        """)


def test_each_change_is_written_down_before_its_answer_and_no_read_is(stack, rest, merchant):
    made, refused, read = (f"{word}-{uuid.uuid4()}" for word in ("made", "refused", "read"))
    rest.post("/api/v1/agents", json=AGENT, headers={"x-request-id": made}).raise_for_status()
    assert audit(stack, made) == [
        [merchant["key"], "payaid.voice.v1.AgentService/CreateAgent", "OK", merchant["id"]]]
    answer = rest.post("/api/v1/agents", json={"name": ""}, headers={"x-request-id": refused})
    assert answer.status_code == 400
    assert [row[2] for row in audit(stack, refused)] == ["INVALID_ARGUMENT"]
    rest.get("/api/v1/agents", headers={"x-request-id": read}).raise_for_status()
    assert audit(stack, read) == []


def test_the_audit_is_closed_to_other_merchants_and_to_changes(stack, rest, merchant, stranger):
    name = f"kept-{uuid.uuid4()}"
    rest.post("/api/v1/agents", json=AGENT, headers={"x-request-id": name}).raise_for_status()
    seen = stacks.sql(stack.ready["database"], f"""
        BEGIN; SELECT set_config('payaid.merchant_id', '{stranger["id"]}', true) \\g /dev/null
        SELECT count(*) FROM api_audit WHERE request_id = '{name}';
        """)
    assert seen == [["0"]]
    with pytest.raises(AssertionError, match="append-only"):
        stacks.sql(stack.ready["database"], f"""
            BEGIN; SELECT set_config('payaid.merchant_id', '{merchant["id"]}', true) \\g /dev/null
            UPDATE api_audit SET outcome = 'OK' WHERE request_id = '{name}';
            """)


def test_readiness_names_each_dependency(rest):
    answer = rest.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    database = answer.json()["dependencies"]["database"]
    assert (database["status"], database["kind"]) == ("ok", "embedded")
    assert database["ms"] >= 0


def test_metrics_are_prometheus_text(rest):
    answer = rest.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4"
    sample = re.compile(r'[a-z_:][a-z0-9_:]*(\{([a-z_]+="[^"\n]*",?)*\})? [0-9.e+-]+|NaN|\+Inf')
    lines = answer.text.splitlines()
    assert all(line.startswith("# ") or sample.fullmatch(line) for line in lines)
    families = {line.split()[2] for line in lines if line.startswith("# TYPE ")}
    assert {"rpc_server_call_duration_seconds", "server_connections", "postgres_pool_connections",
            "postgres_pool_waiting", "api_audit_lost_total"} <= families


@pytest.mark.parametrize("http2", [False, True], ids=["http1", "http2"])
def test_with_a_port_of_their_own_figures_and_dependencies_are_there_alone(own_port, http2):
    with client(own_port, None, http2) as public:
        for method, path in (("GET", "/metrics"), ("HEAD", "/metrics"), ("GET", "//metrics"), ("GET", "/metrics/")):
            assert public.request(method, path).status_code == 404
        answer = public.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
        assert public.get("/healthz").text == "ok\n"
        assert public.get("/api/v1/agents").status_code == 401
        there = f"https://{own_port.ready['metrics']}"
        assert "server_connections " in public.get(f"{there}/metrics").text
        assert set(public.get(f"{there}/readyz").json()["dependencies"]) == {"database"}
        assert public.get(f"{there}/healthz").text == "ok\n"
        for path in ("/api/v1/agents", "/openapi.json", "/api/v1/auth/login"):
            assert public.get(there + path).status_code == 404


def test_a_call_is_not_served_where_the_figures_are(own_port, auth):
    with open(own_port.ca, "rb") as file:
        trust = grpc.ssl_channel_credentials(file.read())
    with grpc.secure_channel(own_port.ready["metrics"], trust) as channel:
        with pytest.raises(grpc.RpcError) as raised:
            agents_pb2_grpc.AgentServiceStub(channel).ListAgents(
                agents_pb2.ListAgentsRequest(), metadata=auth, timeout=10)
    assert raised.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_without_tls_the_figures_have_none_either(stack):
    with stacks.beside(stack, "--cleartext", METRICS_LISTEN_ADDRESS="127.0.0.1:0") as own:
        assert stacks.get(f"http://{own.ready['metrics']}/metrics").status_code == 200
        assert stacks.get(f"http://127.0.0.1:{own.port}/metrics").status_code == 404


def test_two_listeners_on_one_port_are_refused():
    """The system would share the connections out between them."""
    answer = subprocess.run(
        [stacks.BIN / "voiced", "config"], capture_output=True, text=True, timeout=30,
        env={**stacks.VENDOR_SETTINGS, "DATA_DIR": "/tmp/nowhere", "LISTEN_ADDRESS": "0.0.0.0:3000",
             "METRICS_LISTEN_ADDRESS": "127.0.0.1:3000"})
    assert answer.returncode == 1
    assert "METRICS_LISTEN_ADDRESS must have another port than LISTEN_ADDRESS" in answer.stderr


def test_the_end_of_the_certificate_is_among_the_figures(stack, rest):
    [found] = re.findall(r"tls_certificate_expiry_timestamp_seconds (\d+)", rest.get("/metrics").text)
    with open(stack.ca, "rb") as file:
        certificate = x509.load_pem_x509_certificate(file.read())
    assert int(found) == certificate.not_valid_after_utc.timestamp()


def new_certificate(folder, days):
    """Puts a certificate for localhost, good for so many days, where a server has its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    start = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days)).sign(key, hashes.SHA256()))
    (folder / "key.pem").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    (folder / "ca.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return made


def test_sighup_serves_a_new_certificate_and_shows_its_end(stack):
    with stacks.beside(stack) as own:
        made = new_certificate(own.data / "tls", 30)
        own.server.process.send_signal(signal.SIGHUP)
        stacks.wait_for(lambda: ssl.get_server_certificate(("127.0.0.1", own.port)).encode()
                        == made.public_bytes(serialization.Encoding.PEM))
        metrics = stacks.get(f"{own.url}/metrics", verify=False).text
    end = int(made.not_valid_after_utc.timestamp())
    assert f"tls_certificate_expiry_timestamp_seconds {end}\n" in metrics


def test_voicectl_asks_a_server_for_its_health_by_any_name(stack):
    def ask(*options):
        return subprocess.run(
            [stacks.BIN / "voicectl", "health", *options], capture_output=True, text=True, timeout=30,
            env={key: value for key, value in os.environ.items() if not key.startswith("VOICE_")})

    port = stack.port
    for host in ("localhost", "127.0.0.1", "127.1"):
        well = ask("--url", f"https://{host}:{port}", "--ca", stack.ca)
        assert (well.returncode, well.stdout) == (0, "serving\n"), well.stderr
    # Not trusted; nobody there; no address.
    for options in (["--url", f"https://localhost:{port}"], ["--url", "https://127.0.0.1:1", "--ca", stack.ca], []):
        ill = ask(*options)
        assert ill.returncode != 0 and not ill.stdout, options


def test_text_logs_are_for_people(stack):
    with stacks.beside(stack, "--set", "LOG_FORMAT=text") as own:
        stacks.get(f"{own.url}/healthz", verify=False)
        text = stacks.wait_for(lambda: (own.folder / "voiced.log").read_text())
        stacks.wait_for(lambda: " INFO rpc: http " in (own.folder / "voiced.log").read_text())
    assert '"msg"' not in text


def test_what_has_served_its_time_is_deleted_by_schedule(stack, merchant):
    url = stack.ready["database"]
    names = ["accounts.login-attempts", "accounts.sessions", "audit.api", "audit.checkpoints", "audit.inspection",
             "calls.access", "calls.recordings", "calls.settlement", "compliance.consent-forms",
             "compliance.dnd-snapshots", "compliance.holds", "idempotency.keys", "jobs.ended", "keys.reseal", "webhooks.messages",
             "webhooks.set-aside", "webhooks.subjects"]
    system = "BEGIN; SELECT set_config('payaid.merchant_id', '*', true) \\g /dev/null"

    def known():
        return stacks.sql(url, f"""{system}
            SELECT 'key', request_id FROM idempotency_keys WHERE request_id LIKE 'aged-%'
            UNION ALL SELECT 'audit', request_id FROM api_audit WHERE request_id LIKE 'aged-%'
            ORDER BY 1, 2;""")

    # The audit's oldest entries have its lowest numbers: these stand before all others.
    stacks.sql(url, f"""{system}
        INSERT INTO idempotency_keys (merchant_id, method, request_id, request_hash, create_time)
        SELECT '{merchant["id"]}', 'm', 'aged-' || h, sha256('x'), now() - make_interval(hours => h)
        FROM unnest(ARRAY[23, 25]) h;
        INSERT INTO api_audit OVERRIDING SYSTEM VALUE
        SELECT -d, '{merchant["id"]}', 'k', 'm', 'aged-' || d, 'OK', now() - make_interval(days => d)
        FROM unnest(ARRAY[399, 401]) d;
        COMMIT;""")
    assert len(known()) == 4
    due = stacks.sql(url, f"""{system}
        UPDATE job_schedules SET last_run = NULL, next_run = now() - interval '1 second'
        WHERE queue = 'housekeeping' RETURNING name; COMMIT;""")
    assert sorted(row[0] for row in due) == names
    stacks.wait_for(lambda: known() == [["audit", "aged-399"], ["key", "aged-23"]])


def test_a_recording_goes_when_its_time_is_over_and_who_read_it_is_known(stack, merchant):
    url = stack.ready["database"]
    system = "BEGIN; SELECT set_config('payaid.merchant_id', '*', true) \\g /dev/null"
    ended = re.compile(r'payaid_calls_ended_total{state="completed"} (\d+)')
    with client(stack, merchant) as rest:
        before = int(ended.search(rest.get("/metrics").text)[1])
        agent = calling.new_agent(rest, "+918047120066")
        call = calling.place(rest, agent, calling.SILENT)
        calling.listen(rest, call)
        assert int(ended.search(rest.get("/metrics").text)[1]) > before
        path = f"/api/v1/calls/{call}/recording"
        stacks.wait_for(lambda: rest.get(path).status_code == 200)
        [kept] = (stack.data / "objects").rglob(f"{call}.spool")
        stacks.sql(url, f"""{system}
            UPDATE calls SET end_time = now() - interval '91 days' WHERE call_id = '{call}';
            UPDATE job_schedules SET last_run = NULL, next_run = now() - interval '1 second'
            WHERE name = 'calls.recordings'; COMMIT;""")
        stacks.wait_for(lambda: rest.get(path).status_code == 404)
        assert not kept.exists()
        assert "recordingAvailable" not in rest.get(f"/api/v1/calls/{call}").json()
    readings = stacks.sql(url, f"""{system}
        SELECT DISTINCT what, outcome FROM call_access
        WHERE call_id = '{call}' AND merchant_id = '{merchant["id"]}' AND what = 'recording'
        ORDER BY outcome;""")
    assert readings == [["recording", "NOT_FOUND"], ["recording", "OK"]]
