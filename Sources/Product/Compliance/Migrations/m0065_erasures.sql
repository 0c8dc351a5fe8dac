-- Requests to erase a person, and whom the gate refuses since then. No number is readable in any of it.
CREATE TABLE erasures (
  erasure_id     text        PRIMARY KEY CHECK (erasure_id ~ '^era_[0-9A-HJKMNP-TV-Z]{26}$'),
  merchant_id    text        NOT NULL REFERENCES merchants,
  -- The number under a key that is not in the database, and the number sealed while it is needed.
  number_digest  bytea       NOT NULL CHECK (octet_length(number_digest) = 32),
  number_sealed  bytea,
  reason         text        NOT NULL
                             CHECK (reason IN ('request', 'withdrawal', 'purpose_served', 'other')),
  is_recovery    boolean     NOT NULL DEFAULT false,
  hold_until     timestamptz,
  state          text        NOT NULL DEFAULT 'pending'
                             CHECK (state IN ('pending', 'running', 'done', 'failed')),
  error          text        NOT NULL DEFAULT '' CHECK (char_length(error) <= 500),
  -- How much is gone, written in the transactions that erase it.
  calls          bigint      NOT NULL DEFAULT 0,
  recordings     bigint      NOT NULL DEFAULT 0,
  consents       bigint      NOT NULL DEFAULT 0,
  suppressions   bigint      NOT NULL DEFAULT 0,
  audit_payloads bigint      NOT NULL DEFAULT 0,
  messages       bigint      NOT NULL DEFAULT 0,
  answers        bigint      NOT NULL DEFAULT 0,
  create_time    timestamptz NOT NULL,
  start_time     timestamptz,
  finish_time    timestamptz,
  UNIQUE (merchant_id, erasure_id),
  CONSTRAINT erasures_begin CHECK ((start_time IS NULL) = (state = 'pending')),
  CONSTRAINT erasures_end CHECK ((finish_time IS NULL) = (state IN ('pending', 'running'))),
  CONSTRAINT erasures_failure_has_reason CHECK ((state = 'failed') = (error <> '')),
  CONSTRAINT erasures_know_the_number CHECK ((number_sealed IS NULL) = (state IN ('done', 'failed')))
);
-- One erasure of a number at a time.
CREATE UNIQUE INDEX erasures_under_way ON erasures (merchant_id, number_digest)
  WHERE state IN ('pending', 'running');

-- Calls that a rule keeps for a time, with the number that they had.
CREATE TABLE erasure_holds (
  merchant_id   text        NOT NULL,
  erasure_id    text        NOT NULL,
  call_id       text        NOT NULL,
  number_sealed bytea       NOT NULL,
  rule          text        NOT NULL,
  keep_until    timestamptz NOT NULL,
  PRIMARY KEY (erasure_id, call_id),
  FOREIGN KEY (merchant_id, erasure_id) REFERENCES erasures (merchant_id, erasure_id)
);

-- People who were erased and are not to be called, and what their opt-outs leave of them.
CREATE TABLE erased_numbers (
  merchant_id   text        NOT NULL REFERENCES merchants,
  number_digest bytea       NOT NULL CHECK (octet_length(number_digest) = 32),
  erase_time    timestamptz NOT NULL,
  is_suppressed boolean     NOT NULL DEFAULT false,
  opt_out_time  timestamptz,
  PRIMARY KEY (merchant_id, number_digest)
);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['erasures', 'erasure_holds', 'erased_numbers'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant ON %I USING (payaid_visible(merchant_id))
                    WITH CHECK (payaid_visible(merchant_id))', name);
  END LOOP;
END $$;

-- Of an erased consent there remain basis, purposes and times. No withdrawal is lost with its number:
-- erased_numbers holds the last one.
ALTER TABLE consents
  ALTER COLUMN phone_number DROP NOT NULL,
  ALTER COLUMN salt DROP NOT NULL,
  ADD CONSTRAINT consents_erased_whole CHECK ((phone_number IS NULL) = (salt IS NULL)
    AND (phone_number IS NOT NULL OR statement = '' AND evidence = ''));
CREATE OR REPLACE FUNCTION consents_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  personal text[] := ARRAY['phone_number', 'statement', 'evidence', 'salt'];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.phone_number IS NOT NULL AND OLD.withdraw_time IS NULL
      AND to_jsonb(OLD) - 'withdraw_time' = to_jsonb(NEW) - 'withdraw_time' THEN
      RETURN NEW;
    END IF;
    IF OLD.phone_number IS NOT NULL AND NEW.phone_number IS NULL
      AND to_jsonb(OLD) - personal = to_jsonb(NEW) - personal THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'a consent changes only by being withdrawn, once, or erased'
    USING ERRCODE = 'restrict_violation';
END $$;
