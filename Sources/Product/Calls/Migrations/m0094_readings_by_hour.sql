-- Outside a transaction.
-- As call_access_once_an_hour, but for what is held, of which each reading counts.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS call_access_by_hour
  ON call_access (call_id, principal, what, date_trunc('hour', time AT TIME ZONE 'UTC'))
  WHERE what IN ('call', 'watch');
