-- dial_time: when the carrier was first asked to place the call; NULL for calls of before, calls that
-- came in, and talks. lost_time: of a call whose process died, when that was last known to live.
ALTER TABLE calls
  ADD dial_time timestamptz,
  ADD lost_time timestamptz;
