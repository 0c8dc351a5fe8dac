-- When the carrier is asked next what a call cost; NULL when its price is in, or was asked for long enough.
ALTER TABLE calls ADD settle_after timestamptz;
CREATE INDEX calls_to_settle ON calls (settle_after) WHERE settle_after IS NOT NULL;

-- Whoever ends a call that the carrier knows leaves the question behind: the price is there two minutes later.
CREATE FUNCTION calls_leave_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.settle_after := now() + interval '150 seconds';
  RETURN NEW;
END $$;
CREATE TRIGGER calls_settled_later BEFORE UPDATE OF state ON calls FOR EACH ROW
  WHEN (OLD.end_time IS NULL AND NEW.end_time IS NOT NULL AND NEW.carrier_id IS NOT NULL)
  EXECUTE FUNCTION calls_leave_settlement();
