internal import Accounts
internal import Agents
internal import Calls
internal import Compliance
internal import Domain
internal import Jobs
import Knowledge
internal import Postgres
internal import ScratchPostgres
import Testing
internal import Webhooks

/// Databases as every earlier version left them, with rows in each table, brought to this version.
@Suite struct MigrationTests {
  private static let files =
    (BaseMigrations.all + JobsMigrations.all + AccountsMigrations.all + DomainMigrations.all
    + AgentsMigrations.all + ComplianceMigrations.all + CallsMigrations.all
    + KnowledgeMigrations.all
    + WebhooksMigrations.all)
    .sorted { $0.version < $1.version }

  private static let digits = "00000000000000000000000001"
  private static let merchant = "mer_" + digits
  private static let call = "call_" + digits

  /// One row for each table, in an order that foreign keys allow.
  private static let rows: [(table: String, insert: String)] = [
    (
      "merchants",
      "INSERT INTO merchants (merchant_id, name, email) VALUES ('\(merchant)', 'M', 'm@example.in')"
    ),
    (
      "users",
      """
      INSERT INTO users (user_id, merchant_id, email, password_hash, role)
      VALUES ('usr_\(digits)', '\(merchant)', 'u@example.in', '$argon2id$v=19$x', 'owner')
      """
    ),
    (
      "api_keys",
      """
      INSERT INTO api_keys (key_id, merchant_id, secret_hash)
      VALUES ('pa_live_AAAAAAAA', '\(merchant)', sha256('x'))
      """
    ),
    (
      "kyc_reviews",
      """
      INSERT INTO kyc_reviews (merchant_id, outcome, reviewer, method, reason)
      VALUES ('\(merchant)', 'rejected', 'op@example.in', 'manual', 'r')
      """
    ),
    (
      "dlt_bindings",
      """
      INSERT INTO dlt_bindings (merchant_id, entity_id, telemarketer_id, outcome, reviewer, method, reason)
      VALUES ('\(merchant)', repeat('1', 19), repeat('2', 19), 'unbound', 'op@example.in', 'manual', 'r')
      """
    ),
    (
      "call_templates",
      """
      INSERT INTO call_templates (template_id, merchant_id, dlt_template_id, template, create_time)
      VALUES ('ctp_\(digits)', '\(merchant)', repeat('1', 19), '{}', now())
      """
    ),
    (
      "call_template_reviews",
      """
      INSERT INTO call_template_reviews (merchant_id, template_id, outcome, reviewer, method, reason)
      VALUES ('\(merchant)', 'ctp_\(digits)', 'rejected', 'op@example.in', 'manual', 'r')
      """
    ),
    ("jobs", "INSERT INTO jobs (kind, payload) VALUES ('dial', 'x')"),
    (
      "idempotency_keys",
      """
      INSERT INTO idempotency_keys (merchant_id, method, request_id, request_hash)
      VALUES ('\(merchant)', 'CreateCall', 'r', sha256('x'))
      """
    ),
    (
      "api_audit",
      """
      INSERT INTO api_audit (merchant_id, principal, method, request_id, outcome, time)
      VALUES ('\(merchant)', 'k', 'm', 'r', 'OK', now())
      """
    ),
    (
      "agents",
      """
      INSERT INTO agents (agent_id, merchant_id, name, language, voice_id, system_prompt, state, config)
      VALUES ('agt_\(digits)', '\(merchant)', 'A', 'hi', 'v', 'p', 'active', '{}')
      """
    ),
    (
      "agent_versions",
      """
      INSERT INTO agent_versions (agent_id, version, merchant_id, config)
      VALUES ('agt_\(digits)', 1, '\(merchant)', '{}') ON CONFLICT DO NOTHING
      """
    ),
    (
      "tool_secrets",
      """
      INSERT INTO tool_secrets (merchant_id, name, sealed) VALUES ('\(merchant)', 'token', 'x')
      """
    ),
    (
      "phone_numbers",
      """
      INSERT INTO phone_numbers (phone_number, merchant_id, state)
      VALUES ('+918047120001', '\(merchant)', 'buying')
      """
    ),
    (
      "decisions",
      """
      INSERT INTO decisions VALUES
        ('dec_\(digits)', '\(merchant)', '\(call)', 'allow', '1', '{}', now())
      """
    ),
    (
      "suppressions",
      """
      INSERT INTO suppressions VALUES ('sup_\(digits)', '\(merchant)', '+919000000001', 'opt_out')
      """
    ),
    (
      "consents",
      """
      INSERT INTO consents (consent_id, merchant_id, phone_number, basis, purposes, grant_time,
        create_time, salt)
      VALUES ('con_\(digits)', '\(merchant)', '+919000000001', 'explicit', '{promotional}', now(),
        now(), substr(sha256('x'), 1, 16))
      """
    ),
    (
      "consent_forms",
      """
      INSERT INTO consent_forms (consent_form_id, merchant_id, phone_number, token_hash, purposes,
        language, offering, contact, consent_days, create_time, expire_time)
      VALUES ('cfm_\(digits)', '\(merchant)', '+919000000001', sha256('x'), '{service}', '', '', '', 1,
        now(), now() + interval '7 days')
      """
    ),
    (
      "erasures",
      """
      INSERT INTO erasures (erasure_id, merchant_id, number_digest, number_sealed, reason, create_time)
      VALUES ('era_\(digits)', '\(merchant)', sha256('x'), 'x', 'request', now())
      """
    ),
    (
      "erasure_holds",
      """
      INSERT INTO erasure_holds VALUES
        ('\(merchant)', 'era_\(digits)', '\(call)', 'x', 'LEGAL_HOLD', now())
      """
    ),
    (
      "erased_numbers", "INSERT INTO erased_numbers VALUES ('\(merchant)', sha256('x'), now())"
    ),
    (
      "a2p_declarations",
      """
      INSERT INTO a2p_declarations VALUES
        ('a2p_\(digits)', '\(merchant)', '+918047120000', '+918047129999', 'a', now(), NULL, now())
      """
    ),
    (
      "dnd_snapshots",
      """
      INSERT INTO dnd_snapshots (operator, polarity, is_complete, file_digest, line_count, digest_key,
        scrub_time, expire_time)
      VALUES ('JIO', 'blocked', false, sha256('x'), 1, sha256('x'), now(), now())
      """
    ),
    (
      "dnd_numbers",
      "INSERT INTO dnd_numbers SELECT snapshot_id, sha256('x'), 1 FROM dnd_snapshots"
    ),
    ("audit_logs", "INSERT INTO audit_logs VALUES ('\(merchant)', 1)"),
    (
      "audit_entries",
      """
      INSERT INTO audit_entries VALUES
        ('\(merchant)', 0, now(), 'decision', '\(call)', 'x', sha256('\\x0078'::bytea))
      """
    ),
    (
      "audit_epochs",
      """
      INSERT INTO audit_epochs VALUES ('\(merchant)', 2, 1, 1, 9, sha256('x'), true, now())
      """
    ),
    (
      "audit_payloads",
      "INSERT INTO audit_payloads VALUES ('\(merchant)', 0, sha256('x'), 'x')"
    ),
    ("audit_nodes", "INSERT INTO audit_nodes VALUES ('\(merchant)', 1, 0, sha256('x'))"),
    (
      "audit_inbox",
      "INSERT INTO audit_inbox (merchant_id, kind, subject) VALUES ('\(merchant)', 'k', 's')"
    ),
    ("audit_checkpoints", "INSERT INTO audit_checkpoints VALUES ('\(merchant)', 1, 'n', now())"),
    (
      "calls",
      """
      INSERT INTO calls (call_id, merchant_id, agent_id, direction, phone_number, language, state)
      VALUES ('\(call)', '\(merchant)', 'agt_\(digits)', 'outbound', '+919000000001', 'hi', 'queued')
      """
    ),
    (
      "knowledge_documents",
      """
      INSERT INTO knowledge_documents
        (document_id, merchant_id, agent_id, display_name, content_type, size_bytes)
      VALUES ('doc_\(digits)', '\(merchant)', 'agt_\(digits)', 'a', 'text/plain', 1)
      """
    ),
    (
      "knowledge_files",
      "INSERT INTO knowledge_files VALUES ('doc_\(digits)', '\(merchant)', 'x')"
    ),
    (
      "knowledge_passages",
      "INSERT INTO knowledge_passages VALUES ('doc_\(digits)', 0, '\(merchant)', 0, 'w')"
    ),
    (
      "knowledge_servers",
      "INSERT INTO knowledge_servers (server, placement) VALUES ('s', 'm/8')"
    ),
    (
      "knowledge_bases",
      "INSERT INTO knowledge_bases VALUES ('agt_\(digits)', '\(merchant)') ON CONFLICT DO NOTHING"
    ),
    (
      "call_metadata",
      "INSERT INTO call_metadata (call_id, merchant_id) VALUES ('\(call)', '\(merchant)')"
    ),
    (
      "call_events",
      """
      INSERT INTO call_events (call_id, sequence, merchant_id, event)
      VALUES ('\(call)', 1, '\(merchant)', 'x')
      """
    ),
    (
      "call_access",
      """
      INSERT INTO call_access (merchant_id, call_id, principal, what, outcome, time)
      VALUES ('\(merchant)', '\(call)', 'k', 'call', 'OK', now())
      """
    ),
    (
      "sessions",
      """
      INSERT INTO sessions (session_id, merchant_id, user_id, expire_time)
      VALUES ('ses_\(digits)', '\(merchant)', 'usr_\(digits)', now())
      """
    ),
    (
      "refresh_tokens",
      """
      INSERT INTO refresh_tokens (token_hash, merchant_id, session_id)
      VALUES (sha256('x'), '\(merchant)', 'ses_\(digits)')
      """
    ),
    (
      "master_keys",
      """
      INSERT INTO master_keys (number, wrapped, wrapping_key, context, active_time)
      VALUES (1, 'x', 'arn:aws:kms:ap-south-1:1:key/k', '{}', now())
      """
    ),
    ("key_reseals", "INSERT INTO key_reseals (number, area) VALUES (1, 'tool_secrets')"),
    ("login_attempts", "INSERT INTO login_attempts (subject) VALUES (sha256('x'))"),
    (
      "event_outbox",
      """
      INSERT INTO event_outbox (event_id, merchant_id, type, subject, sequence, data)
      VALUES ('msg_\(digits)', '\(merchant)', 'call.completed', '\(call)', 1, '{}')
      """
    ),
    ("event_sequences", "INSERT INTO event_sequences VALUES ('\(merchant)', '\(call)', 1)"),
    (
      "webhook_endpoints",
      """
      INSERT INTO webhook_endpoints (endpoint_id, merchant_id, url, secret)
      VALUES ('wep_\(digits)', '\(merchant)', 'https://shop.example.in/', 'x')
      """
    ),
    (
      "webhook_messages",
      """
      INSERT INTO webhook_messages
      VALUES ('msg_\(digits)', '\(merchant)', 'call.completed', now(), '{}')
      """
    ),
    (
      "webhook_deliveries",
      """
      INSERT INTO webhook_deliveries (delivery_id, merchant_id, endpoint_id, message_id)
      VALUES ('whd_\(digits)', '\(merchant)', 'wep_\(digits)', 'msg_\(digits)')
      """
    ),
    (
      "webhook_attempts",
      """
      INSERT INTO webhook_attempts (delivery_id, number, merchant_id, time, url, status, latency_us)
      VALUES ('whd_\(digits)', 1, '\(merchant)', now(), 'https://shop.example.in/', 200, 1)
      """
    ),
  ]

  /// The tables a database has, but the migrations' own and those without data of a merchant's.
  private func tables(_ pool: PostgresPool) async throws -> Set<String> {
    let rows = try await pool.query(
      """
      SELECT table_name FROM information_schema.tables
      WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
      """)
    return Set(try rows.map { try $0.decode("table_name", as: String.self) })
      .subtracting(["payaid_migrations", "call_moves", "job_schedules", "job_leaders"])
  }

  @Test(arguments: 0..<files.count)
  func `a database of an earlier version keeps its rows`(applied: Int) async throws {
    let pool = try await ScratchPostgres.database(migrations: Array(Self.files.prefix(applied)))
    let there = try await tables(pool)
    let kept = Self.rows.filter { there.contains($0.table) }
    try await pool.transaction(tenant: .system) { transaction in
      for row in kept { try await transaction.execute(Query(unsafeSQL: row.insert)) }
    }
    let names = try await Migrator(pool, Self.files).run()
    #expect(names.count == Self.files.count - applied)
    try await pool.transaction(tenant: .system) { transaction in
      for row in kept {
        let found = try await transaction.query("SELECT FROM \(unsafeSQL: row.table)")
        // The rows of decisions leave theirs there.
        #expect(
          row.table == "audit_inbox" ? !found.isEmpty : found.count == 1, "\(row.table)")
      }
      for row in Self.rows where !there.contains(row.table) {
        try await transaction.execute(Query(unsafeSQL: row.insert))
      }
    }
    #expect(try await Migrator(pool, Self.files).run() == [])
    await pool.close()
  }

  @Test func `every table of this version has a row in this test`() async throws {
    let pool = try await ScratchPostgres.database(migrations: Self.files)
    #expect(try await tables(pool) == Set(Self.rows.map(\.table)))
    await pool.close()
  }

  @Test func `every table of a merchant's is closed to others, also for its owner`() async throws {
    let pool = try await ScratchPostgres.database(migrations: Self.files)
    let open = try await pool.query(
      """
      SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.relkind = 'r' AND a.attname = 'merchant_id' AND NOT a.attisdropped
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
      """)
    #expect(open.isEmpty)
    await pool.close()
  }
}
