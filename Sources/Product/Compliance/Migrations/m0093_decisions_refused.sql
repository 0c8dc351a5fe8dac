-- Outside a transaction.
-- The newest refusals of a merchant.
CREATE INDEX CONCURRENTLY IF NOT EXISTS decisions_refused ON decisions (merchant_id, decision_id DESC)
  WHERE verdict = 'block';
