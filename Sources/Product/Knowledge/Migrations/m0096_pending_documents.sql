-- A merchant that has several documents waiting lets others go first.
CREATE INDEX knowledge_documents_pending ON knowledge_documents (merchant_id) WHERE state = 'pending';
