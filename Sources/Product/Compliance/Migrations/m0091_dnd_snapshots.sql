-- What operators' scrubs of the do-not-disturb register said, for every merchant. Each holds to the end of its day in India.
CREATE TABLE dnd_snapshots (
  snapshot_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  operator    text        NOT NULL CHECK (operator ~ '^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}$'),
  -- What the file listed: the categories that people block, or those that they let through.
  polarity    text        NOT NULL CHECK (polarity IN ('blocked', 'allowed')),
  -- The operator says that a number that it does not list is clear.
  is_complete boolean     NOT NULL,
  -- SHA-256 of the file.
  file_digest bytea       NOT NULL CHECK (octet_length(file_digest) = 32),
  line_count  bigint      NOT NULL CHECK (line_count > 0),
  -- The address of the person who brought it.
  importer    text        CHECK (importer ~ '^[^@\s]+@[^@\s]+$'),
  -- Digests of its numbers are under this one, and like no other snapshot's.
  digest_key  bytea       NOT NULL CHECK (octet_length(digest_key) = 32),
  scrub_time  timestamptz NOT NULL,
  expire_time timestamptz NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  -- When all its numbers were there; it says nothing before.
  ready_time  timestamptz
);
CREATE TABLE dnd_numbers (
  snapshot_id   bigint   NOT NULL REFERENCES dnd_snapshots,
  -- HMAC-SHA-256.
  number_digest bytea    NOT NULL CHECK (octet_length(number_digest) = 32),
  -- A bit for each category that is blocked, 1 to 8 of TRAI's list; 0 when none is.
  blocked       smallint NOT NULL CHECK (blocked BETWEEN 0 AND 255),
  PRIMARY KEY (snapshot_id, number_digest)
);
