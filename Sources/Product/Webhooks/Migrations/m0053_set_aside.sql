-- Why an event cannot be relayed: the SQLSTATE that its data met, or 'value'. It is left where it is and
-- holds no other up; NULL for what waits.
ALTER TABLE event_outbox
  ADD COLUMN fault text CHECK (char_length(fault) BETWEEN 1 AND 16);
CREATE INDEX event_outbox_waiting ON event_outbox (position) WHERE fault IS NULL;
CREATE INDEX event_outbox_set_aside ON event_outbox (time) WHERE fault IS NOT NULL;
