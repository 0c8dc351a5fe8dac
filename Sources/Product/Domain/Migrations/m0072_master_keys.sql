-- The master keys of the servers of this database, each wrapped by KMS. Without KMS there is none: the
-- one master key is a file. The first is there for ever; what the others sealed names them.
CREATE TABLE master_keys (
  number        bigint      PRIMARY KEY CHECK (number BETWEEN 1 AND 4294967295),
  wrapped       bytea       NOT NULL CHECK (octet_length(wrapped) BETWEEN 1 AND 6144),
  -- The key of KMS that wraps it.
  wrapping_key  text        NOT NULL CHECK (char_length(wrapping_key) BETWEEN 1 AND 2048),
  -- What KMS must hear again to unwrap it: texts by name.
  context       jsonb       NOT NULL CHECK (jsonb_typeof(context) = 'object'),
  create_time   timestamptz NOT NULL DEFAULT now(),
  -- From when on it seals; by then every server has it.
  active_time   timestamptz NOT NULL,
  -- When nothing was left that an older one had sealed.
  resealed_time timestamptz
);

-- How far each kind of sealed value has moved to a key.
CREATE TABLE key_reseals (
  number  bigint  NOT NULL REFERENCES master_keys,
  area    text    NOT NULL CHECK (char_length(area) BETWEEN 1 AND 100),
  -- The last row that was looked at.
  last_id text    NOT NULL DEFAULT '',
  moved   bigint  NOT NULL DEFAULT 0 CHECK (moved >= 0),
  -- Those that no key opens, since the pass began.
  lost    bigint  NOT NULL DEFAULT 0 CHECK (lost >= 0),
  is_over boolean NOT NULL DEFAULT false,
  PRIMARY KEY (number, area)
);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['master_keys', 'key_reseals'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY system ON %I
                    USING (current_setting(''payaid.merchant_id'', true) = ''*'')', name);
  END LOOP;
END $$;
