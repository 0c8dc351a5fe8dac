-- The gate's verdicts, the merchant's own do-not-call list, and the audit log (RFC 6962 leaves).
CREATE TABLE decisions (
  decision_id   text        PRIMARY KEY CHECK (decision_id ~ '^dec_[0-9A-HJKMNP-TV-Z]{26}$'),
  merchant_id   text        NOT NULL REFERENCES merchants,
  call_id       text        NOT NULL,
  verdict       text        NOT NULL CHECK (verdict IN ('allow', 'block')),
  rules_version text        NOT NULL,
  decision      jsonb       NOT NULL,
  evaluate_time timestamptz NOT NULL
);
CREATE INDEX decisions_by_call ON decisions (merchant_id, call_id);

CREATE TABLE suppressions (
  suppression_id text        PRIMARY KEY CHECK (suppression_id ~ '^sup_[0-9A-HJKMNP-TV-Z]{26}$'),
  merchant_id    text        NOT NULL REFERENCES merchants,
  phone_number   text        NOT NULL CHECK (phone_number ~ '^\+91[1-9][0-9]{9}$'),
  reason         text        NOT NULL CHECK (reason IN ('opt_out', 'complaint', 'legal', 'other')),
  create_time    timestamptz NOT NULL DEFAULT now(),
  UNIQUE (merchant_id, phone_number)
);

-- One row per merchant holds the log's length, so that appending takes its lock and leaves no gap.
CREATE TABLE audit_logs (
  merchant_id text   PRIMARY KEY REFERENCES merchants,
  size        bigint NOT NULL DEFAULT 0 CHECK (size >= 0)
);
CREATE TABLE audit_entries (
  merchant_id text        NOT NULL REFERENCES audit_logs,
  entry_index bigint      NOT NULL CHECK (entry_index >= 0),
  time        timestamptz NOT NULL,
  kind        text        NOT NULL,
  subject     text        NOT NULL,
  payload     bytea       NOT NULL,
  leaf_hash   bytea       NOT NULL CHECK (octet_length(leaf_hash) = 32),
  PRIMARY KEY (merchant_id, entry_index)
);
CREATE INDEX audit_entries_by_subject ON audit_entries (merchant_id, subject);
-- What is written stays as it was written.
CREATE FUNCTION audit_entries_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit entries are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION audit_entries_are_final();

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['decisions', 'suppressions', 'audit_logs', 'audit_entries'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant ON %I USING (payaid_visible(merchant_id))
                    WITH CHECK (payaid_visible(merchant_id))', name);
  END LOOP;
END $$;
