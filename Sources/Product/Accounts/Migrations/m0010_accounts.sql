-- Merchants, their users and their API keys.
CREATE TABLE merchants (
  merchant_id  text        PRIMARY KEY CHECK (merchant_id ~ '^mer_[0-9A-HJKMNP-TV-Z]{26}$'),
  name         text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  email        text        NOT NULL UNIQUE CHECK (email ~ '^[^@\s]+@[^@\s]+$' AND email = lower(email)),
  state        text        NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended', 'closed')),
  webhook_url  text        NOT NULL DEFAULT '' CHECK (webhook_url = '' OR webhook_url LIKE 'https://%'),
  cors_origins text[]      NOT NULL DEFAULT '{}',
  revision     bigint      NOT NULL DEFAULT 1,
  create_time  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE users (
  user_id       text        PRIMARY KEY CHECK (user_id ~ '^usr_[0-9A-HJKMNP-TV-Z]{26}$'),
  merchant_id   text        NOT NULL REFERENCES merchants,
  email         text        NOT NULL UNIQUE CHECK (email ~ '^[^@\s]+@[^@\s]+$' AND email = lower(email)),
  name          text        NOT NULL DEFAULT '',
  -- An Argon2id hash in PHC form.
  password_hash text        NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
  role          text        NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
  revision      bigint      NOT NULL DEFAULT 1,
  create_time   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX users_by_merchant ON users (merchant_id, user_id);

CREATE TABLE api_keys (
  -- The public part, `pa_live_` and eight characters.
  key_id       text        PRIMARY KEY CHECK (key_id ~ '^pa_live_[0-9A-Za-z]{8}$'),
  merchant_id  text        NOT NULL REFERENCES merchants,
  display_name text        NOT NULL DEFAULT '',
  -- SHA-256: the secret has 190 random bits, so a slow hash would add nothing.
  secret_hash  bytea       NOT NULL CHECK (octet_length(secret_hash) = 32),
  scopes       text[]      NOT NULL DEFAULT '{}',
  create_time  timestamptz NOT NULL DEFAULT now(),
  expire_time  timestamptz,
  revoke_time  timestamptz,
  last_used    timestamptz
);
CREATE INDEX api_keys_by_merchant ON api_keys (merchant_id, create_time DESC);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['merchants', 'users', 'api_keys'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant ON %I USING (payaid_visible(merchant_id))
                    WITH CHECK (payaid_visible(merchant_id))', name);
  END LOOP;
END $$;
