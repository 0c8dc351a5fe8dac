-- A number that was not bought here is its agent's merchant's: nobody else can buy it while it stands
-- there. Renting a number and giving it to an agent wait for each other, so that neither is overlooked.

-- The merchant whose agent has a number, whoever asks.
CREATE FUNCTION phone_number_holder(wanted text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  caller text := current_setting('payaid.merchant_id', true);
  holder text;
BEGIN
  PERFORM set_config('payaid.merchant_id', '*', true);
  SELECT merchant_id INTO holder FROM agents WHERE phone_number = wanted AND state <> 'deleted';
  PERFORM set_config('payaid.merchant_id', coalesce(caller, ''), true);
  RETURN holder;
END $$;
-- Held to the transaction's end by who rents a number or gives it to an agent.
CREATE FUNCTION phone_number_lock(wanted text) RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(hashtextextended('phone_number:' || wanted, 0))
$$;

CREATE FUNCTION phone_numbers_check_agent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM phone_number_lock(NEW.phone_number);
  IF phone_number_holder(NEW.phone_number) <> NEW.merchant_id THEN
    RAISE EXCEPTION 'another merchant''s agent has the number'
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'phone_numbers_agent_is_own';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER phone_numbers_agent_is_own BEFORE INSERT ON phone_numbers
  FOR EACH ROW EXECUTE FUNCTION phone_numbers_check_agent();

CREATE OR REPLACE FUNCTION agents_check_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM phone_number_lock(NEW.phone_number);
  IF phone_number_renter(NEW.phone_number) <> NEW.merchant_id THEN
    RAISE EXCEPTION 'the number is another merchant''s'
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'agents_phone_number';
  END IF;
  RETURN NEW;
END $$;
