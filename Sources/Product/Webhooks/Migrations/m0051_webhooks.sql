-- Where merchants want events, each event's message, and what became of it at each endpoint.
CREATE TABLE webhook_endpoints (
  endpoint_id     text        PRIMARY KEY CHECK (endpoint_id ~ '^wep_[0-9A-HJKMNP-TV-Z]{26}$'),
  merchant_id     text        NOT NULL REFERENCES merchants,
  revision        bigint      NOT NULL DEFAULT 1 CHECK (revision > 0),
  url             text        NOT NULL CHECK (char_length(url) BETWEEN 1 AND 2048),
  -- Empty for all.
  event_types     text[]      NOT NULL DEFAULT '{}' CHECK (cardinality(event_types) <= 64),
  -- One of scope 'call' hears of the calls that name its URL, and of nothing else.
  scope           text        NOT NULL DEFAULT 'merchant' CHECK (scope IN ('merchant', 'call')),
  state           text        NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused')),
  pause_reason    text        NOT NULL DEFAULT ''
                              CHECK (pause_reason IN ('', 'merchant', 'gone', 'failing')),
  -- The signing secrets, sealed under the installation's key.
  secret          bytea       NOT NULL,
  old_secret      bytea,
  old_secret_expire_time timestamptz,
  -- The first of the failures since the last success.
  failing_since   timestamptz,
  -- Until when it asked to be left alone.
  throttled_until timestamptz,
  create_time     timestamptz NOT NULL DEFAULT now(),
  UNIQUE (merchant_id, endpoint_id),
  CONSTRAINT webhook_endpoints_pause_has_reason CHECK ((state = 'paused') = (pause_reason <> '')),
  CONSTRAINT webhook_endpoints_old_secret_expires
    CHECK ((old_secret IS NULL) = (old_secret_expire_time IS NULL))
);
CREATE INDEX webhook_endpoints_by_merchant ON webhook_endpoints (merchant_id, endpoint_id DESC);
CREATE UNIQUE INDEX webhook_endpoints_of_calls ON webhook_endpoints (merchant_id, url)
  WHERE scope = 'call';

CREATE TABLE webhook_messages (
  message_id  text        PRIMARY KEY CHECK (message_id ~ '^msg_[0-9A-HJKMNP-TV-Z]{26}$'),
  merchant_id text        NOT NULL REFERENCES merchants,
  type        text        NOT NULL,
  time        timestamptz NOT NULL,
  -- What is signed and sent, byte for byte, at every attempt.
  body        bytea       NOT NULL CHECK (octet_length(body) <= 20480)
);
CREATE INDEX webhook_messages_by_age ON webhook_messages (time);

CREATE TABLE webhook_deliveries (
  delivery_id       text        PRIMARY KEY CHECK (delivery_id ~ '^whd_[0-9A-HJKMNP-TV-Z]{26}$'),
  merchant_id       text        NOT NULL REFERENCES merchants,
  endpoint_id       text        NOT NULL,
  message_id        text        NOT NULL REFERENCES webhook_messages ON DELETE CASCADE,
  state             text        NOT NULL DEFAULT 'pending'
                                CHECK (state IN ('pending', 'delivered', 'exhausted')),
  attempts          integer     NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  -- Attempts since the schedule began, which is anew at each replay.
  step              integer     NOT NULL DEFAULT 0 CHECK (step BETWEEN 0 AND 10),
  -- NULL when it is over, and while its endpoint is paused.
  next_attempt_time timestamptz,
  UNIQUE (endpoint_id, message_id),
  FOREIGN KEY (merchant_id, endpoint_id)
    REFERENCES webhook_endpoints (merchant_id, endpoint_id) ON DELETE CASCADE,
  CONSTRAINT webhook_deliveries_over_is_over CHECK (state = 'pending' OR next_attempt_time IS NULL),
  CONSTRAINT webhook_deliveries_steps_are_attempts CHECK (step <= attempts)
);
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (endpoint_id, delivery_id DESC);
CREATE INDEX webhook_deliveries_by_message ON webhook_deliveries (message_id);
CREATE INDEX webhook_deliveries_parked ON webhook_deliveries (endpoint_id)
  WHERE state = 'pending' AND next_attempt_time IS NULL;

CREATE TABLE webhook_attempts (
  delivery_id text        NOT NULL REFERENCES webhook_deliveries ON DELETE CASCADE,
  number      integer     NOT NULL CHECK (number > 0),
  merchant_id text        NOT NULL REFERENCES merchants,
  time        timestamptz NOT NULL,
  url         text        NOT NULL,
  -- NULL when there was no answer; then `error` says why.
  status      integer     CHECK (status BETWEEN 100 AND 999),
  error       text        NOT NULL DEFAULT '' CHECK (char_length(error) <= 500),
  response    bytea       NOT NULL DEFAULT '' CHECK (octet_length(response) <= 1024),
  latency_us  bigint      NOT NULL CHECK (latency_us >= 0),
  PRIMARY KEY (delivery_id, number),
  CONSTRAINT webhook_attempts_answer_or_error CHECK ((status IS NULL) = (error <> ''))
);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['webhook_endpoints', 'webhook_messages', 'webhook_deliveries',
    'webhook_attempts'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant ON %I USING (payaid_visible(merchant_id))
                    WITH CHECK (payaid_visible(merchant_id))', name);
  END LOOP;
END $$;
