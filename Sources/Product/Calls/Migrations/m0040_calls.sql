-- Which state may follow which. The same table stands in CallMachine; a test compares the two.
CREATE TABLE call_moves (
  from_state text NOT NULL,
  to_state   text NOT NULL,
  PRIMARY KEY (from_state, to_state)
);
INSERT INTO call_moves VALUES
  ('queued', 'blocked'), ('queued', 'dialing'), ('queued', 'failed'), ('queued', 'canceled'),
  ('queued', 'in_progress'),
  ('dialing', 'ringing'), ('dialing', 'in_progress'), ('dialing', 'completed'), ('dialing', 'failed'),
  ('dialing', 'busy'), ('dialing', 'no_answer'), ('dialing', 'canceled'),
  ('ringing', 'in_progress'), ('ringing', 'completed'), ('ringing', 'failed'), ('ringing', 'busy'),
  ('ringing', 'no_answer'), ('ringing', 'canceled'),
  ('in_progress', 'completed'), ('in_progress', 'failed');

CREATE TABLE calls (
  call_id        text        PRIMARY KEY CHECK (call_id ~ '^call_[0-9A-HJKMNP-TV-Z]{26}$'),
  merchant_id    text        NOT NULL REFERENCES merchants,
  agent_id       text        NOT NULL,
  direction      text        NOT NULL CHECK (direction IN ('outbound', 'inbound', 'live')),
  phone_number   text        CHECK (phone_number ~ '^\+91[1-9][0-9]{9}$'),
  caller_id      text        CHECK (caller_id ~ '^\+91[1-9][0-9]{9}$'),
  language       text        NOT NULL CHECK (language IN ('hi', 'en')),
  state          text        NOT NULL,
  previous_state text,
  end_reason     text        NOT NULL DEFAULT '',
  revision       bigint      NOT NULL DEFAULT 1,
  decision_id    text        REFERENCES decisions,
  dnd_checked    boolean     NOT NULL DEFAULT false,
  dnd_status     text        NOT NULL DEFAULT 'not_asked'
                             CHECK (dnd_status IN ('not_asked', 'unknown', 'clear', 'blocked')),
  -- The carrier's name for the call; NULL until it accepted it.
  carrier_id     text        UNIQUE,
  -- The process that holds the call, and until when it is believed to live.
  owner          text,
  lease_until    timestamptz,
  create_time    timestamptz NOT NULL DEFAULT now(),
  answer_time    timestamptz,
  end_time       timestamptz,
  duration_us    bigint      NOT NULL DEFAULT 0 CHECK (duration_us >= 0),
  -- Millionths of a rupee.
  cost_telephony bigint      NOT NULL DEFAULT 0 CHECK (cost_telephony >= 0),
  cost_model     bigint      NOT NULL DEFAULT 0 CHECK (cost_model >= 0),
  cost_settled   boolean     NOT NULL DEFAULT false,
  FOREIGN KEY (merchant_id, agent_id) REFERENCES agents (merchant_id, agent_id),
  FOREIGN KEY (previous_state, state) REFERENCES call_moves (from_state, to_state),
  CONSTRAINT calls_state_known CHECK (state IN ('queued', 'blocked', 'dialing', 'ringing',
    'in_progress', 'completed', 'failed', 'busy', 'no_answer', 'canceled')),
  CONSTRAINT calls_begin_somewhere
    CHECK (previous_state IS NOT NULL OR state IN ('queued', 'in_progress')),
  CONSTRAINT calls_end_once CHECK ((end_time IS NOT NULL) = (state IN
    ('blocked', 'completed', 'failed', 'busy', 'no_answer', 'canceled'))),
  CONSTRAINT calls_phone_has_number CHECK ((phone_number IS NULL) = (direction = 'live'))
);
CREATE INDEX calls_by_merchant ON calls (merchant_id, call_id DESC);
CREATE INDEX calls_by_agent ON calls (merchant_id, agent_id, call_id DESC);
-- The reaper's: calls that are not over and whose process may be gone.
CREATE INDEX calls_leased ON calls (lease_until)
  WHERE state IN ('queued', 'dialing', 'ringing', 'in_progress');

-- What is large or comes late; one row per call.
CREATE TABLE call_metadata (
  call_id          text   PRIMARY KEY REFERENCES calls,
  merchant_id      text   NOT NULL REFERENCES merchants,
  variables        jsonb  NOT NULL DEFAULT '{}',
  metadata         jsonb,
  webhook_url      text   NOT NULL DEFAULT '',
  -- ProtoJSON of the TranscriptEntry list; written when the call has ended.
  transcript       jsonb,
  quality          jsonb,
  -- Where the recording is in the object store, and its key, wrapped.
  recording_url    text,
  recording_key    bytea,
  sentiment        text   CHECK (sentiment IN ('positive', 'neutral', 'negative')),
  actions_executed jsonb  NOT NULL DEFAULT '[]'
);

-- What happened in a call, as WatchCall tells it; also the transcript while the call goes on.
CREATE TABLE call_events (
  call_id     text        NOT NULL REFERENCES calls,
  sequence    bigint      NOT NULL CHECK (sequence > 0),
  merchant_id text        NOT NULL REFERENCES merchants,
  time        timestamptz NOT NULL DEFAULT now(),
  -- The serialized payaid.voice.v1.CallEvent without its sequence and time.
  event       bytea       NOT NULL,
  PRIMARY KEY (call_id, sequence)
);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['calls', 'call_metadata', 'call_events'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant ON %I USING (payaid_visible(merchant_id))
                    WITH CHECK (payaid_visible(merchant_id))', name);
  END LOOP;
END $$;
