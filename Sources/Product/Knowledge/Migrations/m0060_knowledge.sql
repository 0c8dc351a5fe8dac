-- What agents know: the merchants' documents, cut into passages with their vectors. PostgreSQL has all of it; an
-- index elsewhere holds a copy of the vectors.
CREATE TABLE knowledge_documents (
  document_id  text        PRIMARY KEY CHECK (document_id ~ '^doc_[0-9A-HJKMNP-TV-Z]{26}$'),
  merchant_id  text        NOT NULL REFERENCES merchants,
  agent_id     text        NOT NULL,
  display_name text        NOT NULL CHECK (char_length(display_name) BETWEEN 1 AND 255),
  content_type text        NOT NULL CHECK (content_type IN ('application/pdf', 'text/plain')),
  size_bytes   bigint      NOT NULL CHECK (size_bytes BETWEEN 1 AND 10485760),
  state        text        NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'ready', 'failed')),
  error        text        NOT NULL DEFAULT '' CHECK (char_length(error) <= 500),
  passages     integer     NOT NULL DEFAULT 0 CHECK (passages >= 0),
  -- Which model's vectors it has, and which index elsewhere has them too; empty before it is ready.
  placement    text        NOT NULL DEFAULT '',
  create_time  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (merchant_id, document_id),
  FOREIGN KEY (merchant_id, agent_id) REFERENCES agents (merchant_id, agent_id),
  CONSTRAINT knowledge_documents_failure_has_reason CHECK ((state = 'failed') = (error <> '')),
  CONSTRAINT knowledge_documents_ready_is_placed CHECK (state <> 'ready' OR placement <> '')
);
-- Ids sort by creation, so this serves ListDocuments, newest first.
CREATE INDEX knowledge_documents_by_agent ON knowledge_documents (agent_id, document_id DESC);
CREATE INDEX knowledge_documents_by_placement ON knowledge_documents (placement) WHERE state = 'ready';

-- A file until it was read.
CREATE TABLE knowledge_files (
  document_id text  PRIMARY KEY,
  merchant_id text  NOT NULL,
  content     bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 10485760),
  FOREIGN KEY (merchant_id, document_id)
    REFERENCES knowledge_documents (merchant_id, document_id) ON DELETE CASCADE
);
-- PDFs are compressed already.
ALTER TABLE knowledge_files ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE TABLE knowledge_passages (
  document_id text    NOT NULL,
  number      integer NOT NULL CHECK (number >= 0),
  merchant_id text    NOT NULL,
  page        integer NOT NULL CHECK (page >= 0),
  words       text    NOT NULL CHECK (char_length(words) BETWEEN 1 AND 4000),
  -- Little-endian 32-bit floats, and the space that they lie in.
  vector      bytea   CHECK (octet_length(vector) BETWEEN 4 AND 16384),
  space       text,
  PRIMARY KEY (document_id, number),
  FOREIGN KEY (merchant_id, document_id)
    REFERENCES knowledge_documents (merchant_id, document_id) ON DELETE CASCADE,
  CONSTRAINT knowledge_passages_vector_has_space CHECK ((vector IS NULL) = (space IS NULL))
);
ALTER TABLE knowledge_passages ALTER COLUMN vector SET STORAGE EXTERNAL;

-- Counts up with every change of what can be found, so that vectors kept in memory can be told from old ones.
CREATE TABLE knowledge_bases (
  agent_id    text   PRIMARY KEY,
  merchant_id text   NOT NULL,
  revision    bigint NOT NULL DEFAULT 1 CHECK (revision > 0),
  FOREIGN KEY (merchant_id, agent_id) REFERENCES agents (merchant_id, agent_id)
);
-- Finds deleted agents whose documents are still there.
CREATE INDEX agents_deleted ON agents (agent_id) WHERE state = 'deleted';

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['knowledge_documents', 'knowledge_files', 'knowledge_passages',
    'knowledge_bases'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant ON %I USING (payaid_visible(merchant_id))
                    WITH CHECK (payaid_visible(merchant_id))', name);
  END LOOP;
END $$;
