-- What makes the audit log prove something: its Merkle tree, the payloads apart from the leaves, and the
-- checkpoints that were signed.

-- The roots of the tree's perfect subtrees, and how many entries are in it. Servers of the version before
-- append without it; who appends next takes up what is missing.
ALTER TABLE audit_logs
  ADD COLUMN tree_size bigint NOT NULL DEFAULT 0 CHECK (tree_size BETWEEN 0 AND size),
  ADD COLUMN frontier  bytea  NOT NULL DEFAULT '' CHECK (octet_length(frontier) % 32 = 0);

-- audit_entries.payload holds the leaf's bytes; the name is of a time when they were the payload too.
ALTER TABLE audit_entries
  ADD CONSTRAINT audit_entries_leaf_hash CHECK (leaf_hash = sha256('\x00'::bytea || payload)) NOT VALID;

-- What an entry commits to, under the salt. A payload that is erased takes its salt along: then the leaf,
-- which stays, says nothing of it any more.
CREATE TABLE audit_payloads (
  merchant_id text   NOT NULL,
  entry_index bigint NOT NULL,
  salt        bytea  NOT NULL CHECK (octet_length(salt) = 32),
  payload     bytea  NOT NULL,
  PRIMARY KEY (merchant_id, entry_index),
  FOREIGN KEY (merchant_id, entry_index) REFERENCES audit_entries
);

-- Roots of perfect subtrees above the leaves: subtree `node_index` of those with 2 to the `level` leaves.
CREATE TABLE audit_nodes (
  merchant_id text     NOT NULL REFERENCES audit_logs,
  level       smallint NOT NULL CHECK (level BETWEEN 1 AND 62),
  node_index  bigint   NOT NULL CHECK (node_index >= 0),
  hash        bytea    NOT NULL CHECK (octet_length(hash) = 32),
  PRIMARY KEY (merchant_id, level, node_index)
);

CREATE TABLE audit_checkpoints (
  merchant_id text        NOT NULL REFERENCES audit_logs,
  size        bigint      NOT NULL CHECK (size >= 0),
  note        text        NOT NULL,
  create_time timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, size)
);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['audit_payloads', 'audit_nodes', 'audit_checkpoints'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant ON %I USING (payaid_visible(merchant_id))
                    WITH CHECK (payaid_visible(merchant_id))', name);
  END LOOP;
END $$;
CREATE TRIGGER audit_payloads_append_only BEFORE UPDATE ON audit_payloads
  FOR EACH ROW EXECUTE FUNCTION audit_entries_are_final();
CREATE TRIGGER audit_nodes_append_only BEFORE UPDATE OR DELETE ON audit_nodes
  FOR EACH ROW EXECUTE FUNCTION audit_entries_are_final();
CREATE TRIGGER audit_checkpoints_append_only BEFORE UPDATE OR DELETE ON audit_checkpoints
  FOR EACH ROW EXECUTE FUNCTION audit_entries_are_final();
CREATE TRIGGER audit_entries_never_truncated BEFORE TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_are_final();
