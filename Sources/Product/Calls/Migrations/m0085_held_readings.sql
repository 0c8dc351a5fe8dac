-- What is kept of an erased person's call is read by the operator alone: each time, and with a reason.
ALTER TABLE call_access
  ADD reason text CHECK (char_length(reason) BETWEEN 1 AND 500),
  DROP CONSTRAINT call_access_what_check,
  ADD CONSTRAINT call_access_what_check CHECK (what IN ('recording', 'call', 'watch', 'held', 'held_recording')),
  ADD CONSTRAINT call_access_held_has_reason CHECK ((reason IS NOT NULL) = (what IN ('held', 'held_recording')));
DROP INDEX call_access_once_an_hour;
CREATE UNIQUE INDEX call_access_once_an_hour
  ON call_access (call_id, principal, what, date_trunc('hour', time AT TIME ZONE 'UTC'))
  WHERE what IN ('call', 'watch');
