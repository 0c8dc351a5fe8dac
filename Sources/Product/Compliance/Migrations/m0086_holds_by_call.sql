-- Finds what is held of one call.
CREATE INDEX erasure_holds_by_call ON erasure_holds (call_id);
