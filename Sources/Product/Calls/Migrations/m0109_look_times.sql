-- When the carrier is asked next about a call that was dialled or came in and that nobody answered yet.
ALTER TABLE calls ADD look_time timestamptz;
-- Each news of such a call, and the carrier's taking it, puts the question off: it has been forgotten when nothing more comes.
CREATE FUNCTION calls_put_off_look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.look_time := CASE WHEN NEW.state IN ('dialing', 'ringing') THEN now() + interval '90 seconds' END;
  RETURN NEW;
END $$;
CREATE TRIGGER calls_looked_at_later BEFORE INSERT OR UPDATE OF state, carrier_id ON calls
  FOR EACH ROW EXECUTE FUNCTION calls_put_off_look();
UPDATE calls SET look_time = now() WHERE state IN ('dialing', 'ringing');
