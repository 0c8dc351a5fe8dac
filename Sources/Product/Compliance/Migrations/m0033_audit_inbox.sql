-- What happened and is not in its merchant's audit log yet. Whoever writes here need not wait for the log's
-- lock, nor know the order in which it is to be taken; one clerk puts it into the log.
CREATE TABLE audit_inbox (
  position    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant_id text   NOT NULL REFERENCES merchants,
  kind        text   NOT NULL,
  subject     text   NOT NULL
);
CREATE INDEX audit_inbox_by_merchant ON audit_inbox (merchant_id, position);
ALTER TABLE audit_inbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_inbox FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON audit_inbox
  USING (payaid_visible(merchant_id)) WITH CHECK (payaid_visible(merchant_id));
