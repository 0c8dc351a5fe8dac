-- Outside a transaction.
-- The refusals of a person who is erased.
CREATE INDEX CONCURRENTLY IF NOT EXISTS decisions_by_number ON decisions (merchant_id, number_digest)
  WHERE number_digest IS NOT NULL;
