-- What is kept of an erased person's call is read by the operator alone: each time, and with a reason. The rows that are
-- there are looked at in m0095_held_readings_checked.sql.
ALTER TABLE call_access
  ADD reason text,
  ADD CONSTRAINT call_access_reason_check CHECK (char_length(reason) BETWEEN 1 AND 500) NOT VALID,
  DROP CONSTRAINT call_access_what_check,
  ADD CONSTRAINT call_access_what_check
    CHECK (what IN ('recording', 'call', 'watch', 'held', 'held_recording')) NOT VALID,
  ADD CONSTRAINT call_access_held_has_reason
    CHECK ((reason IS NOT NULL) = (what IN ('held', 'held_recording'))) NOT VALID;
