-- An incoming call begins with the ringing that the carrier tells of, and its caller's number may be
-- withheld. phone_number is the person's in every call, caller_id ours.
ALTER TABLE calls
  DROP CONSTRAINT calls_begin_somewhere,
  ADD CONSTRAINT calls_begin_somewhere
    CHECK (previous_state IS NOT NULL OR state IN ('queued', 'in_progress')
      OR state = 'ringing' AND direction = 'inbound'),
  DROP CONSTRAINT calls_phone_has_number,
  ADD CONSTRAINT calls_phone_has_number
    CHECK (direction = 'inbound' OR (phone_number IS NULL) = (direction = 'live'));
