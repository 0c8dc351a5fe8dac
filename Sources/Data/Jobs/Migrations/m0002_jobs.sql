-- Background work. A job moves available → running → done, dead or cancelled, and back to available
-- when it failed, was snoozed, or its worker's lease ran out.
CREATE TABLE jobs (
  job_id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_at       timestamptz NOT NULL DEFAULT now(),
  created_at   timestamptz NOT NULL DEFAULT now(),
  attempted_at timestamptz,
  finished_at  timestamptz,
  lease_until  timestamptz,
  -- The claim that owns a running job: nobody else may finish it.
  lease_id     bigint,
  attempt      integer     NOT NULL DEFAULT 0,
  max_attempts integer     NOT NULL DEFAULT 25 CHECK (max_attempts BETWEEN 1 AND 1000),
  -- Lower runs first.
  priority     integer     NOT NULL DEFAULT 0,
  state        text        NOT NULL DEFAULT 'available'
               CHECK (state IN ('available', 'running', 'done', 'dead', 'cancelled')),
  kind         text        NOT NULL CHECK (char_length(kind) BETWEEN 1 AND 100),
  merchant_id  text DEFAULT nullif(nullif(current_setting('payaid.merchant_id', true), ''), '*'),
  unique_key   text        CHECK (char_length(unique_key) BETWEEN 1 AND 255),
  payload      bytea       NOT NULL CHECK (octet_length(payload) <= 65536),
  last_error   text,
  CONSTRAINT jobs_attempts CHECK (attempt BETWEEN 0 AND max_attempts),
  CONSTRAINT jobs_leased_while_running CHECK (
    (state = 'running') = (lease_until IS NOT NULL) AND (state = 'running') = (lease_id IS NOT NULL)),
  CONSTRAINT jobs_finished_once CHECK (
    (state IN ('done', 'dead', 'cancelled')) = (finished_at IS NOT NULL))
);
-- At most one job of a kind and key is waiting or running.
CREATE UNIQUE INDEX jobs_unique ON jobs (kind, unique_key)
  WHERE unique_key IS NOT NULL AND state IN ('available', 'running');
CREATE INDEX jobs_due ON jobs (priority, run_at, job_id) WHERE state = 'available';
CREATE INDEX jobs_leases ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;
ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE jobs FORCE ROW LEVEL SECURITY;
-- Jobs without a merchant are the system's own; their payloads hold nothing of a merchant's.
CREATE POLICY tenant ON jobs USING (merchant_id IS NULL OR payaid_visible(merchant_id));

-- Recurring work: one row per name. A tick becomes a job whose unique key is its name and time.
CREATE TABLE job_schedules (
  name     text        PRIMARY KEY CHECK (char_length(name) BETWEEN 1 AND 100),
  kind     text        NOT NULL,
  every    interval    NOT NULL CHECK (every >= interval '1 second'),
  next_run timestamptz NOT NULL DEFAULT now()
);
