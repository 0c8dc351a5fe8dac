-- What the operator recorded of a merchant, as principal entity, and the telemarketer that calls for it: whether
-- the operators' DLT platforms have the two bound. The last row of a pair counts.
CREATE TABLE dlt_bindings (
  binding_id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant_id     text        NOT NULL REFERENCES merchants,
  entity_id       text        NOT NULL CHECK (entity_id ~ '^[0-9]{19}$'),
  telemarketer_id text        NOT NULL CHECK (telemarketer_id ~ '^[0-9]{19}$'),
  outcome         text        NOT NULL CHECK (outcome IN ('bound', 'unbound')),
  -- The address of the person who decided: none of the merchant's.
  reviewer        text        NOT NULL CHECK (reviewer ~ '^[^@\s]+@[^@\s]+$' AND reviewer = lower(reviewer)),
  method          text        NOT NULL CHECK (method IN ('document', 'register', 'manual')),
  reason          text        NOT NULL DEFAULT '' CHECK (char_length(reason) <= 500),
  -- SHA-256 of what was looked at, where there is a file of it.
  evidence        bytea       CHECK (octet_length(evidence) = 32),
  create_time     timestamptz NOT NULL DEFAULT now(),
  expire_time     timestamptz,
  CONSTRAINT dlt_bindings_end CHECK ((outcome = 'bound') = (expire_time IS NOT NULL)),
  CONSTRAINT dlt_bindings_refusal_has_a_reason CHECK (outcome = 'bound' OR reason <> '')
);
CREATE INDEX dlt_bindings_by_pair ON dlt_bindings (merchant_id, entity_id, telemarketer_id, binding_id DESC);

-- What was recorded stays as it was recorded.
CREATE FUNCTION dlt_bindings_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'bindings of merchants are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER dlt_bindings_append_only BEFORE UPDATE OR DELETE ON dlt_bindings
  FOR EACH ROW EXECUTE FUNCTION dlt_bindings_are_final();

ALTER TABLE dlt_bindings ENABLE ROW LEVEL SECURITY;
ALTER TABLE dlt_bindings FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON dlt_bindings USING (payaid_visible(merchant_id))
  WITH CHECK (payaid_visible(merchant_id));
