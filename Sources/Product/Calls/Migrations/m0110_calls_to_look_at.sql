-- Outside a transaction.
CREATE INDEX CONCURRENTLY IF NOT EXISTS calls_to_look_at ON calls (look_time) WHERE state IN ('dialing', 'ringing');
