-- How an erasure finds what is left. A call that was refused was never made, and has no row with its number: the verdict
-- has the digest of erasures, under a key that is not in the database, until its person goes.
ALTER TABLE decisions
  ADD number_digest bytea,
  ADD CONSTRAINT decisions_number_digest CHECK (octet_length(number_digest) = 32) NOT VALID;
-- Calls whose time is over.
CREATE INDEX erasure_holds_by_time ON erasure_holds (keep_until);
