-- Pages that ask people for consent. Of a page's link no more than a hash is kept.
CREATE TABLE consent_forms (
  consent_form_id text        PRIMARY KEY CHECK (consent_form_id ~ '^cfm_[0-9A-HJKMNP-TV-Z]{26}$'),
  merchant_id     text        NOT NULL REFERENCES merchants,
  phone_number    text        NOT NULL CHECK (phone_number ~ '^\+91[1-9][0-9]{9}$'),
  token_hash      bytea       NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
  purposes        text[]      NOT NULL,
  -- Empty for the person's own choice.
  language        text        NOT NULL CHECK (language IN ('', 'en', 'hi')),
  offering        text        NOT NULL CHECK (char_length(offering) <= 500),
  contact         text        NOT NULL CHECK (char_length(contact) <= 200),
  consent_days    integer     NOT NULL CHECK (consent_days BETWEEN 1 AND 180),
  create_time     timestamptz NOT NULL,
  expire_time     timestamptz NOT NULL CHECK (create_time < expire_time),
  answer_time     timestamptz CHECK (answer_time < expire_time),
  -- The text that the person had before them when they answered.
  notice          text,
  -- What they answered: a consent, or no.
  consent_id      text        REFERENCES consents,
  CONSTRAINT consent_forms_purposes CHECK (
    cardinality(purposes) BETWEEN 1 AND 3 AND array_position(purposes, NULL) IS NULL
    AND purposes <@ ARRAY['service', 'service_explicit', 'promotional']),
  CONSTRAINT consent_forms_answer CHECK (
    (answer_time IS NULL) = (notice IS NULL) AND (consent_id IS NULL OR answer_time IS NOT NULL))
);
CREATE INDEX consent_forms_by_merchant ON consent_forms (merchant_id, consent_form_id DESC);
CREATE INDEX consent_forms_by_number ON consent_forms (merchant_id, phone_number, consent_form_id DESC);
CREATE INDEX consent_forms_without_consent ON consent_forms (expire_time) WHERE consent_id IS NULL;

-- A form is answered once, and nothing else of it changes. One that a consent rests on is its evidence, and stays.
CREATE FUNCTION consent_forms_are_answered_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.consent_id IS NULL THEN
    RETURN OLD;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.answer_time IS NULL
    AND to_jsonb(OLD) - '{answer_time,notice,consent_id}'::text[]
      = to_jsonb(NEW) - '{answer_time,notice,consent_id}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a consent form changes only by being answered, once'
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER consent_forms_answer_once BEFORE UPDATE OR DELETE ON consent_forms
  FOR EACH ROW EXECUTE FUNCTION consent_forms_are_answered_once();

ALTER TABLE consent_forms ENABLE ROW LEVEL SECURITY;
ALTER TABLE consent_forms FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON consent_forms USING (payaid_visible(merchant_id))
  WITH CHECK (payaid_visible(merchant_id));
