-- Recurring work and the one process that enqueues it. A tick is taken by moving next_run on, in the
-- transaction that enqueues its job: it happens once, whoever believes to lead.
ALTER TABLE job_schedules
  DROP COLUMN every,
  ADD COLUMN queue text NOT NULL DEFAULT 'default',
  -- In words, for whoever looks; the program that knows the schedule computes the times.
  ADD COLUMN timetable text NOT NULL DEFAULT '' CHECK (char_length(timetable) <= 100),
  ADD COLUMN last_run timestamptz,
  ADD CONSTRAINT job_schedules_move_on CHECK (last_run < next_run);

CREATE TABLE job_leaders (
  name        text        PRIMARY KEY CHECK (char_length(name) BETWEEN 1 AND 100),
  holder      text        NOT NULL CHECK (char_length(holder) BETWEEN 1 AND 100),
  lease_until timestamptz NOT NULL,
  -- Grows with each new holder.
  term        bigint      NOT NULL DEFAULT 1 CHECK (term > 0)
);
