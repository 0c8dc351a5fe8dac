"""EXPLAIN of every statement that the server was seen to send, over tables of production's size.

The statements are those in the log of the session's server, and those that other sessions left in the
folder of --statements, so each test that makes the server do something new adds to them. The tables are filled by generate_series in a second database of the same
cluster; PAYAID_PLAN_CALLS=1000000 gives the full size, a tenth of it is the default.
"""

import json
import os
import re
import time

import pytest

import calling
import stack as stacks
from conftest import client

CALLS = int(os.environ.get("PAYAID_PLAN_CALLS", "100000"))
AGENTS, MERCHANTS = 10_000, 100
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
# Rows from which a table must not be read from end to end.
LARGE = 5_000

# Ids are a prefix and 26 digits of base 32, as ours are; plain digits are among those.
FILL = f"""
SET session_replication_role = replica;
SET synchronous_commit = off;
INSERT INTO merchants (merchant_id, name, email)
  SELECT 'mer_' || lpad(m::text, 26, '0'), 'M', 'm' || m || '@example.in'
  FROM generate_series(1, {MERCHANTS}) m;
INSERT INTO agents (agent_id, merchant_id, name, language, voice_id, system_prompt, state, config)
  SELECT 'agt_' || lpad(a::text, 26, '0'), 'mer_' || lpad((a % {MERCHANTS} + 1)::text, 26, '0'),
         'Asha', 'hi', 'v', 'p', CASE WHEN a % 20 = 0 THEN 'deleted' ELSE 'active' END, '{{}}'
  FROM generate_series(1, {AGENTS}) a;
INSERT INTO calls (call_id, merchant_id, agent_id, direction, phone_number, language, state,
                   previous_state, carrier_id, owner, lease_until, create_time, end_time)
  SELECT 'call_' || lpad(c::text, 26, '0'), 'mer_' || lpad((c % {MERCHANTS} + 1)::text, 26, '0'),
         'agt_' || lpad((c % {AGENTS} + 1)::text, 26, '0'), 'outbound', '+919000000001', 'hi',
         CASE WHEN c % 5000 = 0 THEN 'dialing' ELSE 'completed' END,
         CASE WHEN c % 5000 = 0 THEN 'queued' ELSE 'in_progress' END,
         'sid' || c, 'o', CASE WHEN c % 5000 = 0 THEN now() END,
         now() - make_interval(secs => {CALLS} - c), CASE WHEN c % 5000 <> 0 THEN now() END
  FROM generate_series(1, {CALLS}) c;
INSERT INTO knowledge_documents
    (document_id, merchant_id, agent_id, display_name, content_type, size_bytes, state, passages, placement, text_key)
  SELECT 'doc_' || right(agent_id, 26), merchant_id, agent_id, 'a', 'text/plain', 1, 'ready', 10, 'm/8', '\\x00'
  FROM agents;
INSERT INTO knowledge_bases (agent_id, merchant_id, space) SELECT agent_id, merchant_id, 'm/8' FROM agents;
INSERT INTO knowledge_files SELECT document_id, merchant_id, 'x' FROM knowledge_documents;
INSERT INTO knowledge_passages
  SELECT document_id, n, merchant_id, 0, 'w', '\\x0000803f', 'm/8'
  FROM knowledge_documents, generate_series(0, 9) n;
INSERT INTO call_metadata (call_id, merchant_id) SELECT call_id, merchant_id FROM calls;
INSERT INTO call_events (call_id, sequence, merchant_id, event)
  SELECT call_id, 1, merchant_id, '\\x00' FROM calls;
INSERT INTO decisions
  SELECT 'dec_' || right(call_id, 26), merchant_id, call_id, 'allow', '1', '{{}}', create_time, agent_id FROM calls;
INSERT INTO jobs (state, kind, payload, finished_at)
  SELECT 'done', 'dial', '\\x00', now() FROM generate_series(1, {CALLS});
INSERT INTO jobs (kind, payload, unique_key)
  SELECT 'dial', '\\x00', 'k' || n FROM generate_series(1, 100) n;
INSERT INTO api_keys (key_id, merchant_id, secret_hash)
  SELECT 'pa_live_' || lpad(k::text, 8, '0'), 'mer_' || lpad((k % {MERCHANTS} + 1)::text, 26, '0'),
         sha256(k::text::bytea) FROM generate_series(1, {AGENTS}) k;
INSERT INTO kyc_reviews (merchant_id, outcome, reviewer, method, expire_time)
  SELECT 'mer_' || lpad((r % {MERCHANTS} + 1)::text, 26, '0'), 'approved', 'op@example.in', 'manual', now()
  FROM generate_series(1, {AGENTS}) r;
INSERT INTO dlt_bindings (merchant_id, entity_id, telemarketer_id, outcome, reviewer, method, expire_time)
  SELECT 'mer_' || lpad((b % {MERCHANTS} + 1)::text, 26, '0'), lpad(b::text, 19, '0'), repeat('2', 19), 'bound',
         'op@example.in', 'manual', now() FROM generate_series(1, {AGENTS}) b;
INSERT INTO call_templates (template_id, merchant_id, dlt_template_id, template, create_time)
  SELECT 'ctp_' || lpad(t::text, 26, '0'), 'mer_' || lpad((t % {MERCHANTS} + 1)::text, 26, '0'), lpad(t::text, 19, '0'),
         '{{}}', now() FROM generate_series(1, {AGENTS}) t;
INSERT INTO call_template_reviews (merchant_id, template_id, outcome, reviewer, method, expire_time)
  SELECT merchant_id, template_id, 'approved', 'op@example.in', 'manual', now() FROM call_templates;
INSERT INTO a2p_declarations (declaration_id, merchant_id, first_number, last_number, acknowledgement,
                              start_time, create_time)
  SELECT 'a2p_' || lpad(d::text, 26, '0'), 'mer_' || lpad((d % {MERCHANTS} + 1)::text, 26, '0'),
         '+91' || (8000000000 + d), '+91' || (8000000000 + d), 'ack', now(), now()
  FROM generate_series(1, {AGENTS}) d;
INSERT INTO suppressions
  SELECT 'sup_' || lpad(s::text, 26, '0'), 'mer_' || lpad((s % {MERCHANTS} + 1)::text, 26, '0'),
         '+91' || (9000000000 + s), 'opt_out' FROM generate_series(1, {CALLS}) s;
INSERT INTO consents (consent_id, merchant_id, phone_number, basis, purposes, grant_time, create_time, salt)
  SELECT 'con_' || lpad(c::text, 26, '0'), 'mer_' || lpad((c % {MERCHANTS} + 1)::text, 26, '0'),
         '+91' || (9000000000 + c), 'explicit', '{{service}}', now(), now(), substr(sha256('x'), 1, 16)
  FROM generate_series(1, {CALLS}) c;
INSERT INTO consent_forms (consent_form_id, merchant_id, phone_number, token_hash, purposes, language, offering,
                           contact, consent_days, create_time, expire_time)
  SELECT 'cfm_' || right(consent_id, 26), merchant_id, phone_number, sha256(consent_id::bytea), '{{service}}', '', '',
         '', 180, create_time, create_time + interval '7 days'
  FROM consents;
INSERT INTO erasures (erasure_id, merchant_id, number_digest, reason, state, create_time, start_time,
                      finish_time)
  SELECT 'era_' || lpad(e::text, 26, '0'), 'mer_' || lpad((e % {MERCHANTS} + 1)::text, 26, '0'),
         sha256(e::text::bytea), 'request', 'done', now(), now(), now() FROM generate_series(1, {CALLS}) e;
INSERT INTO erasure_holds SELECT merchant_id, erasure_id, 'call_' || right(erasure_id, 26), 'x', 'r', now() FROM erasures;
INSERT INTO erased_numbers SELECT merchant_id, number_digest, now() FROM erasures;
INSERT INTO dnd_snapshots (operator, polarity, is_complete, file_digest, line_count, digest_key, scrub_time, expire_time,
                           ready_time)
  SELECT 'JIO', 'blocked', false, sha256('x'), 1, sha256('x'), now(), now(), now() FROM generate_series(1, 4);
INSERT INTO dnd_numbers SELECT snapshot_id, number_digest, 1 FROM dnd_snapshots, erased_numbers;
INSERT INTO audit_logs SELECT merchant_id, {CALLS // MERCHANTS} FROM merchants;
INSERT INTO audit_entries
  SELECT merchant_id, right(call_id, 26)::bigint / {MERCHANTS}, create_time, 'decision', call_id,
         call_id::bytea, sha256('\\x00'::bytea || call_id::bytea) FROM calls;
INSERT INTO audit_epochs SELECT merchant_id, e, 1, e - 1, 9, sha256('x'), true, now()
  FROM merchants, generate_series(2, {CALLS // MERCHANTS + 1}) e;
INSERT INTO audit_inbox (merchant_id, kind, subject) SELECT merchant_id, 'call.ended', call_id FROM calls;
INSERT INTO audit_payloads
  SELECT merchant_id, entry_index, leaf_hash, payload FROM audit_entries;
INSERT INTO audit_nodes SELECT merchant_id, 1, entry_index, leaf_hash FROM audit_entries;
INSERT INTO audit_checkpoints SELECT merchant_id, entry_index, 'note', time FROM audit_entries;
INSERT INTO idempotency_keys (merchant_id, method, request_id, request_hash)
  SELECT merchant_id, 'CreateCall', call_id, sha256(call_id::bytea) FROM calls;
INSERT INTO api_audit (merchant_id, principal, method, request_id, outcome, time)
  SELECT merchant_id, 'k', 'm', call_id, 'OK', create_time FROM calls;
INSERT INTO sessions (session_id, merchant_id, user_id, expire_time)
  SELECT 'ses_' || lpad(s::text, 26, '0'), 'mer_' || lpad((s % {MERCHANTS} + 1)::text, 26, '0'),
         'usr_' || lpad(s::text, 26, '0'), now() + make_interval(secs => s)
  FROM generate_series(1, {AGENTS}) s;
INSERT INTO refresh_tokens (token_hash, merchant_id, session_id)
  SELECT sha256(session_id::bytea), merchant_id, session_id FROM sessions;
INSERT INTO login_attempts SELECT token_hash, 1, now() FROM refresh_tokens;
ANALYZE;
"""


@pytest.fixture(scope="module")
def large(stack):
    """The address of a database with every table of ours, filled."""
    own = stack.ready["database"]
    admin = own.replace("user=payaid", "user=payaid_admin")
    stacks.sql(admin, "DROP DATABASE IF EXISTS plans; CREATE DATABASE plans OWNER payaid;")
    url, filler = (address.replace("/payaid?", "/plans?") for address in (own, admin))
    with stacks.beside(stack, DATABASE_URL=url):
        pass  # it has brought the tables when it is ready
    start = time.monotonic()
    stacks.sql(filler, FILL)
    print(f"{CALLS} calls in {time.monotonic() - start:.1f} s")
    # It goes away with the cluster; dropping it would write all of it out first.
    return url


@pytest.fixture(scope="module")
def statements(stack, merchant, request):
    """The texts that the servers sent, also those that only this module causes."""
    with client(stack, merchant) as rest:
        agent = calling.new_agent(rest, "+918047120088")
        call = calling.place(rest, agent, "+919000000001")
        for path in (
                f"/api/v1/calls?agentId={agent}&pageSize=5", "/api/v1/calls?state=COMPLETED",
                "/api/v1/calls?startTime=2026-01-01T00:00:00Z&endTime=2030-01-01T00:00:00Z",
                "/api/v1/agents?language=hi&showDeleted=true", "/api/v1/agents?pageSize=1",
                f"/api/v1/calls/{call}"):
            rest.get(path).raise_for_status()
        calling.until(rest, call, {"IN_PROGRESS"})
        rest.post(f"/api/v1/calls/{call}:end").raise_for_status()
        calling.until(rest, call, {"COMPLETED"})
        page = rest.get("/api/v1/agents?pageSize=1").json()
        if page.get("nextPageToken"):
            rest.get(f"/api/v1/agents?pageSize=1&pageToken={page['nextPageToken']}").raise_for_status()
        base = f"/api/v1/agents/{agent}/knowledge-base"
        document = rest.post(
            base, content=b"Open from nine to six.", headers={"content-type": "text/plain"}).json()
        path = f"{base}/{document['documentId']}"
        stacks.wait_for(lambda: rest.get(path).json()["state"] == "READY")
        rest.get(f"{base}?pageSize=1").raise_for_status()
        rest.post(f"{base}:search", json={"query": "when is it open"}).raise_for_status()
        rest.delete(path).raise_for_status()
        span = "startTime=2026-11-01T00:00:00Z&endTime=2026-11-08T00:00:00Z"
        for whose in ("", f"&agentId={agent}"):
            rest.get(f"/api/v1/analytics/call-records?{span}{whose}").raise_for_status()
        base = "/api/v1/compliance/erasures"
        erasure = rest.post(base, json={"phoneNumber": "+919000000001"}).json()["erasureId"]
        stacks.wait_for(lambda: rest.get(f"{base}/{erasure}").json()["state"] == "DONE")
        rest.get(f"{base}?pageSize=1").raise_for_status()
        times = "startTime=2026-01-01T00:00:00Z&endTime=2030-01-01T00:00:00Z"
        for query in ("pageSize=1", "verdict=BLOCK", f"callId={call}", "phoneNumber=%2B919000000001", times):
            rest.get(f"/api/v1/compliance/decisions?{query}").raise_for_status()
        rest.get("/api/v1/compliance/suppressions?phoneNumber=%2B919000000001").raise_for_status()
        rest.get("/api/v1/compliance/audit-entries?orderBy=index%20desc").raise_for_status()
    texts = stacks.statements(stack.folder)
    if folder := request.config.getoption("--statements"):
        texts |= stacks.left_statements(folder)
    return sorted(text for text in texts if text.lstrip().upper().startswith(VERBS))


def explain(url, statements):
    """The plan of each statement for a merchant, with nothing known of its values."""
    script = [
        "BEGIN; SET LOCAL plan_cache_mode = force_generic_plan;",
        "SELECT set_config('payaid.merchant_id', 'mer_' || lpad('7', 26, '0'), true) \\g /dev/null"]
    for number, text in enumerate(statements):
        count = max(map(int, re.findall(r"\$(\d+)", text)), default=0)
        values = f"({', '.join(['NULL'] * count)})" if count else ""
        script.append(f"PREPARE p{number} AS {text};\n\\echo @{number}\n"
                      f"EXPLAIN (FORMAT JSON) EXECUTE p{number}{values};")
    script.append("ROLLBACK;")
    output = "\n".join("\t".join(row) for row in stacks.sql(url, "\n".join(script)))
    plans = {}
    # A condition may have an @ of its own.
    _, *parts = re.split(r"(?m)^@(\d+)$", output)
    for number, plan in zip(parts[::2], parts[1::2]):
        plans[statements[int(number)]] = json.loads(plan)[0]["Plan"]
    return plans


def scans(plan):
    """The tables that a plan reads from end to end."""
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for part in plan.get("Plans", []):
        yield from scans(part)


def test_no_statement_reads_a_large_table_from_end_to_end(large, statements):
    assert len(statements) > 25, statements
    for table in ("calls", "agents", "jobs", "api_keys", "call_events", "api_audit", "knowledge_documents",
                  "knowledge_passages", "knowledge_files"):
        assert any(f" {table}" in text for text in statements), f"nothing was sent about {table}"
    big = {row[0] for row in stacks.sql(
        large, f"SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples >= {LARGE}")}
    assert {"calls", "agents", "jobs", "call_events", "call_metadata", "decisions", "api_audit",
            "audit_entries", "audit_payloads", "audit_nodes", "audit_checkpoints", "audit_epochs", "audit_inbox", "suppressions", "consents", "consent_forms", "dnd_numbers", "idempotency_keys", "api_keys", "sessions",
            "knowledge_documents", "knowledge_files", "knowledge_passages", "knowledge_bases", "refresh_tokens", "login_attempts"} <= big
    bad = {text: sorted(set(scans(plan)) & big)
           for text, plan in explain(large, statements).items()}
    bad = {text: tables for text, tables in bad.items() if tables}
    assert not bad, "\n\n".join(f"{tables}: {text}" for text, tables in bad.items())


def test_the_test_sees_a_sequential_scan_when_there_is_one(large):
    [plan] = explain(large, ["SELECT call_id FROM calls WHERE end_reason = $1"]).values()
    assert list(scans(plan)) == ["calls"]
