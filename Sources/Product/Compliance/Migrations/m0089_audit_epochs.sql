-- A merchant's audit log may end and another begin: with another key, or behind a loss. Each is an epoch
-- of its own, with its own tree. Numbers of entries and checkpoints, and places of nodes, have the epoch in
-- front: (epoch - 1) << 40, so that what is there keeps its keys. Servers of a version before this one write
-- the first epoch only, so no other may begin while one runs.
ALTER TABLE audit_logs ADD COLUMN epoch bigint NOT NULL DEFAULT 1 CHECK (epoch BETWEEN 1 AND 1 << 20);

CREATE FUNCTION audit_epoch(entry_index bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
  RETURN (entry_index >> 40) + 1;
-- Its place in the log of its epoch, from 0.
CREATE FUNCTION audit_seq(entry_index bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
  RETURN entry_index & ((1::bigint << 40) - 1);

-- How each epoch but the first began.
CREATE TABLE audit_epochs (
  merchant_id   text        NOT NULL REFERENCES merchants,
  epoch         bigint      NOT NULL CHECK (epoch BETWEEN 2 AND 1 << 20),
  -- Of the master key that its signing key comes from.
  key_number    bigint      NOT NULL CHECK (key_number >= 1),
  before        bigint      NOT NULL CHECK (before BETWEEN 1 AND epoch - 1),
  -- How far the epoch before came: as it was closed, or as it was found when it continued nothing signed.
  before_size   bigint      NOT NULL CHECK (before_size >= 0),
  before_root   bytea       NOT NULL CHECK (octet_length(before_root) = 32),
  is_continuous boolean     NOT NULL,
  begin_time    timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, epoch)
);
ALTER TABLE audit_epochs ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_epochs FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON audit_epochs USING (payaid_visible(merchant_id))
  WITH CHECK (payaid_visible(merchant_id));
CREATE TRIGGER audit_epochs_append_only BEFORE UPDATE OR DELETE ON audit_epochs
  FOR EACH ROW EXECUTE FUNCTION audit_entries_are_final();
