-- What the operator decides about a merchant is in the merchant's audit log, too, by way of the inbox. Servers of a
-- version before this one take every kind there for a call's: nothing is decided while one runs, and reviews of before
-- wait until none does (tools/deploy/README.md, A new version).
CREATE FUNCTION operator_decisions_are_audited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_inbox (merchant_id, kind, subject)
  VALUES (NEW.merchant_id, TG_ARGV[0], to_jsonb(NEW)->>TG_ARGV[1]);
  RETURN NULL;
END $$;
CREATE TRIGGER kyc_reviews_audited AFTER INSERT ON kyc_reviews
  FOR EACH ROW EXECUTE FUNCTION operator_decisions_are_audited('kyc.reviewed', 'review_id');
CREATE TRIGGER dlt_bindings_audited AFTER INSERT ON dlt_bindings
  FOR EACH ROW EXECUTE FUNCTION operator_decisions_are_audited('dlt.binding', 'binding_id');
