-- Windows on the queue, for people and metrics. The looker's own row security applies.
CREATE VIEW job_list WITH (security_invoker = true) AS
SELECT job_id, queue, kind, merchant_id, unique_key, priority, attempt, max_attempts, replays,
  CASE
    WHEN state = 'available' AND run_at > now() THEN 'later'
    WHEN state = 'available' THEN 'due'
    WHEN state = 'running' AND lease_until < now() THEN 'silent'
    WHEN state = 'running' AND cancel_time IS NOT NULL THEN 'stopping'
    ELSE state
  END AS status,
  created_at, run_at, attempted_at, lease_until, finished_at,
  finished_at - attempted_at AS took, last_error
FROM jobs;

CREATE VIEW job_board WITH (security_invoker = true) AS
SELECT queue, kind,
  count(*) FILTER (WHERE state = 'available' AND run_at <= now()) AS due,
  count(*) FILTER (WHERE state = 'available' AND run_at > now()) AS later,
  count(*) FILTER (WHERE state = 'running') AS running,
  count(*) FILTER (WHERE state = 'running' AND lease_until < now()) AS silent,
  count(*) FILTER (WHERE state = 'dead') AS dead,
  coalesce(extract(epoch FROM now() - min(run_at)
    FILTER (WHERE state = 'available' AND run_at <= now())), 0)::float8 AS oldest_due_seconds
FROM jobs WHERE state IN ('available', 'running', 'dead') GROUP BY queue, kind;
-- So that the board reads what is open and nothing else.
CREATE INDEX jobs_open ON jobs (queue, kind) INCLUDE (state, run_at, lease_until)
  WHERE state IN ('available', 'running', 'dead');
