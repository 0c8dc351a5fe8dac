-- A form whose consent was erased is no evidence any more, and goes.
CREATE OR REPLACE FUNCTION consent_forms_are_answered_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND (OLD.consent_id IS NULL OR EXISTS (
    SELECT FROM consents WHERE consent_id = OLD.consent_id AND phone_number IS NULL)) THEN
    RETURN OLD;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.answer_time IS NULL
    AND to_jsonb(OLD) - '{answer_time,notice,consent_id}'::text[]
      = to_jsonb(NEW) - '{answer_time,notice,consent_id}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a consent form changes only by being answered, once, or erased'
    USING ERRCODE = 'restrict_violation';
END $$;
