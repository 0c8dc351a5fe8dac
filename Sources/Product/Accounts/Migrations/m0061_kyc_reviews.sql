-- An approval can be taken back, and each decision on a merchant is kept with who decided and why.
ALTER TABLE merchants DROP CONSTRAINT merchants_kyc_state_check;
ALTER TABLE merchants ADD CONSTRAINT merchants_kyc_state_check
  CHECK (kyc_state IN ('draft', 'submitted', 'approved', 'rejected', 'suspended'));

CREATE TABLE kyc_reviews (
  review_id   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant_id text        NOT NULL REFERENCES merchants,
  outcome     text        NOT NULL CHECK (outcome IN ('approved', 'rejected', 'suspended')),
  -- The address of the person who decided: none of the merchant's.
  reviewer    text        NOT NULL CHECK (reviewer ~ '^[^@\s]+@[^@\s]+$' AND reviewer = lower(reviewer)),
  method      text        NOT NULL CHECK (method IN ('document', 'register', 'manual')),
  reason      text        NOT NULL DEFAULT '' CHECK (char_length(reason) <= 500),
  -- SHA-256 of what was looked at, where there is a file of it.
  evidence    bytea       CHECK (octet_length(evidence) = 32),
  create_time timestamptz NOT NULL DEFAULT now(),
  expire_time timestamptz,
  CONSTRAINT kyc_reviews_approval_ends CHECK ((outcome = 'approved') = (expire_time IS NOT NULL)),
  CONSTRAINT kyc_reviews_refusal_has_a_reason CHECK (outcome = 'approved' OR reason <> '')
);
CREATE INDEX kyc_reviews_by_merchant ON kyc_reviews (merchant_id, review_id DESC);

-- What was decided stays as it was decided.
CREATE FUNCTION kyc_reviews_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'reviews of merchants are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kyc_reviews_append_only BEFORE UPDATE OR DELETE ON kyc_reviews
  FOR EACH ROW EXECUTE FUNCTION kyc_reviews_are_final();

ALTER TABLE kyc_reviews ENABLE ROW LEVEL SECURITY;
ALTER TABLE kyc_reviews FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON kyc_reviews USING (payaid_visible(merchant_id))
  WITH CHECK (payaid_visible(merchant_id));
