-- Who changed what through the API: one row for each mutating call that had a caller.
CREATE TABLE api_audit (
  entry_id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant_id text        NOT NULL REFERENCES merchants,
  -- The key or user.
  principal   text        NOT NULL,
  method      text        NOT NULL,
  request_id  text        NOT NULL,
  outcome     text        NOT NULL,
  time        timestamptz NOT NULL
);
CREATE INDEX api_audit_by_time ON api_audit (merchant_id, time DESC);
ALTER TABLE api_audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_audit FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON api_audit
  USING (payaid_visible(merchant_id)) WITH CHECK (payaid_visible(merchant_id));
CREATE FUNCTION api_audit_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the API audit is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER api_audit_append_only BEFORE UPDATE ON api_audit
  FOR EACH ROW EXECUTE FUNCTION api_audit_is_final();
