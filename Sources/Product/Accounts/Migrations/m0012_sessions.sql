-- Logins. A session is the family of all refresh tokens that came from one login.
ALTER TABLE users ADD COLUMN last_login timestamptz;

CREATE TABLE sessions (
  session_id  text        PRIMARY KEY CHECK (session_id ~ '^ses_[0-9A-HJKMNP-TV-Z]{26}$'),
  merchant_id text        NOT NULL REFERENCES merchants,
  user_id     text        NOT NULL REFERENCES users ON DELETE CASCADE,
  create_time timestamptz NOT NULL DEFAULT now(),
  -- Moves on with each refresh.
  expire_time timestamptz NOT NULL,
  end_time    timestamptz,
  end_reason  text        CHECK (end_reason IN ('logout', 'reuse', 'password')),
  CONSTRAINT sessions_end_for_a_reason CHECK ((end_time IS NULL) = (end_reason IS NULL))
);
CREATE INDEX sessions_by_user ON sessions (user_id) WHERE end_time IS NULL;
CREATE INDEX sessions_by_expiry ON sessions (expire_time);

CREATE TABLE refresh_tokens (
  -- SHA-256: a token has 256 random bits.
  token_hash  bytea       PRIMARY KEY CHECK (octet_length(token_hash) = 32),
  merchant_id text        NOT NULL REFERENCES merchants,
  session_id  text        NOT NULL REFERENCES sessions ON DELETE CASCADE,
  create_time timestamptz NOT NULL DEFAULT now(),
  use_time    timestamptz
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

-- Failed logins by what is counted: an address or a peer, as a keyed digest, so that nobody is named
-- here and unknown addresses look like known ones. Only the system sees them.
CREATE TABLE login_attempts (
  subject    bytea       PRIMARY KEY CHECK (octet_length(subject) = 32),
  failures   integer     NOT NULL DEFAULT 0 CHECK (failures >= 0),
  last_time  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX login_attempts_by_age ON login_attempts (last_time);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['sessions', 'refresh_tokens', 'login_attempts'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
  END LOOP;
  FOREACH name IN ARRAY ARRAY['sessions', 'refresh_tokens'] LOOP
    EXECUTE format('CREATE POLICY tenant ON %I USING (payaid_visible(merchant_id))
                    WITH CHECK (payaid_visible(merchant_id))', name);
  END LOOP;
END $$;
CREATE POLICY system ON login_attempts USING (current_setting('payaid.merchant_id', true) = '*');
