-- Who read what of a call. A recording: each attempt. A transcript, by GetCall or WatchCall: the first
-- time in an hour. call_id has no foreign key: its check would wait for whoever writes to the call.
CREATE TABLE call_access (
  entry_id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant_id text        NOT NULL REFERENCES merchants,
  call_id     text        NOT NULL,
  -- The key or user.
  principal   text        NOT NULL,
  what        text        NOT NULL CHECK (what IN ('recording', 'call', 'watch')),
  outcome     text        NOT NULL,
  time        timestamptz NOT NULL
);
CREATE UNIQUE INDEX call_access_once_an_hour
  ON call_access (call_id, principal, what, date_trunc('hour', time AT TIME ZONE 'UTC'))
  WHERE what <> 'recording';
CREATE INDEX call_access_by_call ON call_access (call_id, time);
CREATE INDEX call_access_by_time ON call_access (merchant_id, time DESC);
ALTER TABLE call_access ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_access FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON call_access
  USING (payaid_visible(merchant_id)) WITH CHECK (payaid_visible(merchant_id));
CREATE FUNCTION call_access_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the access log of calls is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER call_access_append_only BEFORE UPDATE ON call_access
  FOR EACH ROW EXECUTE FUNCTION call_access_is_final();

-- The recordings that there are, oldest call first, for those whose time is over.
CREATE INDEX call_metadata_recorded ON call_metadata (call_id) WHERE recording_url IS NOT NULL;
