-- What others are to hear of, written in the transaction that caused it. The relay takes rows away.
CREATE TABLE event_outbox (
  position    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id    text        NOT NULL UNIQUE CHECK (event_id ~ '^msg_[0-9A-HJKMNP-TV-Z]{26}$'),
  merchant_id text        NOT NULL REFERENCES merchants,
  type        text        NOT NULL CHECK (type ~ '^[a-z0-9_]+(\.[a-z0-9_]+)*$'),
  -- The call, agent or consent that it is about.
  subject     text        NOT NULL CHECK (char_length(subject) BETWEEN 1 AND 64),
  sequence    bigint      NOT NULL CHECK (sequence > 0),
  time        timestamptz NOT NULL DEFAULT now(),
  -- Where alone it goes; empty for every endpoint that wants its type.
  only_url    text        NOT NULL DEFAULT '' CHECK (char_length(only_url) <= 2048),
  -- A JSON object.
  data        bytea       NOT NULL CHECK (octet_length(data) BETWEEN 2 AND 16384)
);

-- The last number given to each subject's events: taking one locks the row, so that numbers have no
-- gap and follow the order of commits.
CREATE TABLE event_sequences (
  merchant_id   text        NOT NULL REFERENCES merchants,
  subject       text        NOT NULL CHECK (char_length(subject) BETWEEN 1 AND 64),
  last_sequence bigint      NOT NULL CHECK (last_sequence > 0),
  update_time   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (merchant_id, subject)
);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['event_outbox', 'event_sequences'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant ON %I USING (payaid_visible(merchant_id))
                    WITH CHECK (payaid_visible(merchant_id))', name);
  END LOOP;
END $$;
