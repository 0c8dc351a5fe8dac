-- Agents move to another embedding model one by one: passages get its vectors beside those that answer, and an agent's
-- take their place all at once.
ALTER TABLE knowledge_bases
  -- The space that the agent is searched in; empty until the next change: that of its documents' placement.
  ADD COLUMN space text NOT NULL DEFAULT '';

ALTER TABLE knowledge_passages
  ADD COLUMN next_vector bytea,
  ADD COLUMN next_space  text,
  -- Nothing breaks these, since the columns are new; to look would hold the table for long.
  ADD CONSTRAINT knowledge_passages_next_vector_size
    CHECK (octet_length(next_vector) BETWEEN 4 AND 16384) NOT VALID,
  ADD CONSTRAINT knowledge_passages_next_vector_has_space
    CHECK ((next_vector IS NULL) = (next_space IS NULL)) NOT VALID,
  ALTER COLUMN next_vector SET STORAGE EXTERNAL;

-- The servers that run, and where each wants vectors: nothing moves while they want different things.
CREATE TABLE knowledge_servers (
  server    text        PRIMARY KEY CHECK (char_length(server) BETWEEN 1 AND 100),
  placement text        NOT NULL CHECK (char_length(placement) BETWEEN 1 AND 500),
  seen_time timestamptz NOT NULL DEFAULT now()
);
