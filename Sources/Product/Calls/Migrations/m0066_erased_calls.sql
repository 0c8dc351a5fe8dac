-- Calls of people who were erased keep state, times and cost. erase_time: since when a call has no number, and no texts either
-- unless a rule keeps them, until held_until; what is kept is hidden from its merchant.
ALTER TABLE calls
  ADD erase_time timestamptz,
  DROP CONSTRAINT calls_phone_has_number,
  ADD CONSTRAINT calls_phone_has_number CHECK (
    CASE WHEN erase_time IS NOT NULL THEN phone_number IS NULL AND carrier_id IS NULL
      ELSE direction = 'inbound' OR (phone_number IS NULL) = (direction = 'live') END);
-- Finds the calls of one person.
CREATE INDEX calls_by_number ON calls (merchant_id, phone_number, call_id)
  WHERE phone_number IS NOT NULL;

ALTER TABLE call_metadata
  ADD erase_time timestamptz,
  ADD held_until timestamptz,
  ADD CONSTRAINT call_metadata_erased CHECK (erase_time IS NULL OR
    variables = '{}' AND metadata IS NULL AND webhook_url = '' AND transcript IS NULL AND analysis IS NULL
    AND recording_url IS NULL AND recording_key IS NULL AND sentiment IS NULL AND actions_executed = '[]');
DROP POLICY tenant ON call_metadata;
CREATE POLICY tenant ON call_metadata
  USING (payaid_visible(merchant_id)
    AND (held_until IS NULL OR current_setting('payaid.merchant_id', true) = '*'))
  WITH CHECK (payaid_visible(merchant_id));

-- What was erased stays so: who is late with a transcript is refused by the constraint above, and with
-- a line of it here.
CREATE FUNCTION call_events_check_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT erase_time FROM calls WHERE call_id = NEW.call_id) IS NOT NULL THEN
    RETURN NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER call_events_not_of_erased BEFORE INSERT ON call_events
  FOR EACH ROW EXECUTE FUNCTION call_events_check_erasure();
