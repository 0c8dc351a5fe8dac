-- The first answer to each mutating request that carried a request_id (AIP-155), kept for a day.
CREATE TABLE idempotency_keys (
  merchant_id  text        NOT NULL REFERENCES merchants,
  method       text        NOT NULL,
  request_id   text        NOT NULL CHECK (char_length(request_id) BETWEEN 1 AND 255),
  request_hash bytea       NOT NULL CHECK (octet_length(request_hash) = 32),
  response     bytea,
  create_time  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (merchant_id, method, request_id)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (create_time);
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON idempotency_keys
  USING (payaid_visible(merchant_id)) WITH CHECK (payaid_visible(merchant_id));
