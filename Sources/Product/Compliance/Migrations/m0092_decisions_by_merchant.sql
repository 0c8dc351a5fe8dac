-- Outside a transaction.
-- The newest verdicts of a merchant.
CREATE INDEX CONCURRENTLY IF NOT EXISTS decisions_by_merchant ON decisions (merchant_id, decision_id DESC);
