-- Numbers that merchants rent from the carrier through us. Which agent has one is said by
-- agents.phone_number, whose unique index lets one number ring at one agent only.
CREATE TABLE phone_numbers (
  phone_number text        PRIMARY KEY CHECK (phone_number ~ '^\+91[1-9][0-9]{9}$'),
  merchant_id  text        NOT NULL REFERENCES merchants,
  -- 'buying' is committed before the carrier is asked, so that nothing is bought that nobody knows of.
  state        text        NOT NULL CHECK (state IN ('buying', 'active', 'releasing')),
  carrier_id   text        UNIQUE,
  display_name text        NOT NULL DEFAULT '' CHECK (char_length(display_name) <= 100),
  line_type    text        CHECK (line_type IN ('landline', 'mobile', 'tollFree')),
  region       text        NOT NULL DEFAULT '',
  -- Millionths of a rupee.
  monthly_rent bigint      CHECK (monthly_rent >= 0),
  create_time  timestamptz NOT NULL DEFAULT now(),
  CHECK ((carrier_id IS NULL) = (state = 'buying'))
);
CREATE INDEX phone_numbers_by_merchant ON phone_numbers (merchant_id, phone_number);
ALTER TABLE phone_numbers ENABLE ROW LEVEL SECURITY;
ALTER TABLE phone_numbers FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON phone_numbers
  USING (payaid_visible(merchant_id)) WITH CHECK (payaid_visible(merchant_id));

-- Who rents a number, whoever asks: it tells only what a refused assignment tells anyway. (A SET clause
-- of the function would need a superuser.)
CREATE FUNCTION phone_number_renter(wanted text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  caller text := current_setting('payaid.merchant_id', true);
  renter text;
BEGIN
  PERFORM set_config('payaid.merchant_id', '*', true);
  SELECT merchant_id INTO renter FROM phone_numbers WHERE phone_number = wanted;
  PERFORM set_config('payaid.merchant_id', coalesce(caller, ''), true);
  RETURN renter;
END $$;
-- An agent cannot take a number that another merchant rents.
CREATE FUNCTION agents_check_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF phone_number_renter(NEW.phone_number) <> NEW.merchant_id THEN
    RAISE EXCEPTION 'the number is another merchant''s'
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'agents_phone_number';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER agents_number_is_own BEFORE INSERT OR UPDATE OF phone_number ON agents
  FOR EACH ROW WHEN (NEW.phone_number IS NOT NULL) EXECUTE FUNCTION agents_check_number();
