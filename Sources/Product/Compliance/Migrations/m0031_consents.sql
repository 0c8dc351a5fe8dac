-- People's consents, and until when a person who opted out may not be asked for one.
CREATE TABLE consents (
  consent_id    text        PRIMARY KEY CHECK (consent_id ~ '^con_[0-9A-HJKMNP-TV-Z]{26}$'),
  merchant_id   text        NOT NULL REFERENCES merchants,
  phone_number  text        NOT NULL CHECK (phone_number ~ '^\+91[1-9][0-9]{9}$'),
  basis         text        NOT NULL CHECK (basis IN ('explicit', 'inferred', 'enquiry')),
  purposes      text[]      NOT NULL,
  statement     text        NOT NULL DEFAULT '' CHECK (char_length(statement) <= 4000),
  evidence      text        NOT NULL DEFAULT '' CHECK (char_length(evidence) <= 2048),
  grant_time    timestamptz NOT NULL,
  -- As it was asked for; the basis may end it sooner.
  expire_time   timestamptz,
  create_time   timestamptz NOT NULL,
  withdraw_time timestamptz,
  -- Of the digests that stand for number, statement and evidence in the audit log.
  salt          bytea       NOT NULL CHECK (octet_length(salt) = 16),
  CONSTRAINT consents_purposes CHECK (
    cardinality(purposes) BETWEEN 1 AND 4 AND array_position(purposes, NULL) IS NULL
    AND purposes <@ ARRAY['transactional', 'service', 'service_explicit', 'promotional']),
  -- What follows from a relationship never covers what asks for the person's word.
  CONSTRAINT consents_inferred CHECK (
    basis <> 'inferred' OR purposes <@ ARRAY['transactional', 'service']),
  CONSTRAINT consents_end_after_grant CHECK (expire_time > grant_time)
);
CREATE INDEX consents_by_merchant ON consents (merchant_id, consent_id DESC);
CREATE INDEX consents_by_number ON consents (merchant_id, phone_number, consent_id DESC);

-- What was given stays as it was given; taking it back is the one change, and is final. Nobody deletes
-- one either, since a withdrawal that is gone would let calls through again.
CREATE FUNCTION consents_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.withdraw_time IS NULL
    AND to_jsonb(OLD) - 'withdraw_time' = to_jsonb(NEW) - 'withdraw_time' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a consent changes only by being withdrawn, once'
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER consents_withdraw_only BEFORE UPDATE OR DELETE ON consents
  FOR EACH ROW EXECUTE FUNCTION consents_are_final();

ALTER TABLE consents ENABLE ROW LEVEL SECURITY;
ALTER TABLE consents FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON consents USING (payaid_visible(merchant_id))
  WITH CHECK (payaid_visible(merchant_id));

-- When the person last opted out; NULL for entries of another reason, and for those of before, whose
-- `create_time` says it. The salt is that of the digest of the number in the audit log.
ALTER TABLE suppressions
  ADD opt_out_time timestamptz,
  ADD salt bytea CHECK (octet_length(salt) = 16);
CREATE INDEX suppressions_by_merchant ON suppressions (merchant_id, suppression_id DESC);
