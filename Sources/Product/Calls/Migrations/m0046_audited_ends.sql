-- Every end of a call, and every recording that is deleted, goes into the audit log, whoever causes it.
CREATE FUNCTION calls_audit_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_inbox (merchant_id, kind, subject)
  VALUES (NEW.merchant_id, 'call.ended', NEW.call_id);
  RETURN NULL;
END $$;
CREATE TRIGGER calls_audited_end AFTER UPDATE OF state ON calls FOR EACH ROW
  WHEN (OLD.end_time IS NULL AND NEW.end_time IS NOT NULL) EXECUTE FUNCTION calls_audit_end();

CREATE FUNCTION call_metadata_audit_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_inbox (merchant_id, kind, subject)
  VALUES (NEW.merchant_id, 'recording.deleted', NEW.call_id);
  RETURN NULL;
END $$;
CREATE TRIGGER call_metadata_audited_deletion AFTER UPDATE OF recording_url ON call_metadata
  FOR EACH ROW WHEN (OLD.recording_url IS NOT NULL AND NEW.recording_url IS NULL)
  EXECUTE FUNCTION call_metadata_audit_deletion();
