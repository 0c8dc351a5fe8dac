-- Values of the headers of merchants' tools, sealed with AES-256-GCM under the installation's key.
-- Merchant and name are authenticated with the value, so that no row can stand in for another.
CREATE TABLE tool_secrets (
  merchant_id text        NOT NULL REFERENCES merchants,
  name        text        NOT NULL CHECK (name ~ '^[A-Za-z_][A-Za-z0-9_]{0,63}$'),
  sealed      bytea       NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (merchant_id, name)
);
ALTER TABLE tool_secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE tool_secrets FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tool_secrets
  USING (payaid_visible(merchant_id)) WITH CHECK (payaid_visible(merchant_id));
