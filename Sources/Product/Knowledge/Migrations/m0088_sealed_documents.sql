-- What documents say is sealed, each document's under a key of its own, which is wrapped by the master key. What is there
-- already is sealed by a job, document by document; until then its key is null and its text is as it was.
ALTER TABLE knowledge_documents
  ADD COLUMN text_key bytea,
  -- What a merchant should know of a document that was read, as that some pages could not be.
  ADD COLUMN notice text NOT NULL DEFAULT '',
  ADD CONSTRAINT knowledge_documents_notice_is_short CHECK (char_length(notice) <= 500) NOT VALID;
CREATE INDEX knowledge_documents_plain ON knowledge_documents (document_id)
  WHERE text_key IS NULL AND state = 'ready';

ALTER TABLE knowledge_files
  ALTER COLUMN content DROP NOT NULL,
  ADD COLUMN sealed bytea,
  ALTER COLUMN sealed SET STORAGE EXTERNAL,
  ADD CONSTRAINT knowledge_files_sealed_or_plain CHECK (num_nonnulls(content, sealed) = 1) NOT VALID;

ALTER TABLE knowledge_passages
  ALTER COLUMN words DROP NOT NULL,
  ADD COLUMN sealed bytea,
  ADD CONSTRAINT knowledge_passages_sealed_or_plain CHECK (num_nonnulls(words, sealed) = 1) NOT VALID;
