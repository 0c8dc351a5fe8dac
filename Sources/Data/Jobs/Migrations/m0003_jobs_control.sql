-- Queues, cancelling what runs, replaying what is dead, and rules that the table keeps by itself.
ALTER TABLE jobs
  ADD COLUMN queue text NOT NULL DEFAULT 'default' CHECK (char_length(queue) BETWEEN 1 AND 100),
  -- When it was asked to stop; a job that is asked while it runs stops when its worker hears of it.
  ADD COLUMN cancel_time timestamptz,
  -- How often somebody brought it back from the dead.
  ADD COLUMN replays integer NOT NULL DEFAULT 0 CHECK (replays >= 0),
  ADD CONSTRAINT jobs_priority CHECK (priority BETWEEN -2 AND 2),
  ADD CONSTRAINT jobs_run_is_an_attempt CHECK (state <> 'running' OR attempt > 0),
  ADD CONSTRAINT jobs_attempt_has_time CHECK (state <> 'running' OR attempted_at IS NOT NULL),
  ADD CONSTRAINT jobs_cancel_is_heeded CHECK (state <> 'available' OR cancel_time IS NULL),
  ADD CONSTRAINT jobs_death_has_reason CHECK (state <> 'dead' OR last_error IS NOT NULL),
  ADD CONSTRAINT jobs_error_is_short CHECK (char_length(last_error) <= 1000);

-- A claim reads one range of it per priority: never a job of another queue, never one of the future.
CREATE INDEX jobs_claim ON jobs (queue, priority, run_at, job_id) WHERE state = 'available';
DROP INDEX jobs_due;
CREATE INDEX jobs_dead ON jobs (kind, finished_at) WHERE state = 'dead';
