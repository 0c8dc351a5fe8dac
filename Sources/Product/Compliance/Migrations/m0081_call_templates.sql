-- Words of agents' that the operators' DLT platforms approved, as merchants registered them.
CREATE TABLE call_templates (
  template_id     text        PRIMARY KEY CHECK (template_id ~ '^ctp_[0-9A-HJKMNP-TV-Z]{26}$'),
  merchant_id     text        NOT NULL REFERENCES merchants,
  dlt_template_id text        NOT NULL CHECK (dlt_template_id ~ '^[0-9]{19}$'),
  -- All of it, as the API has it.
  template        jsonb       NOT NULL,
  create_time     timestamptz NOT NULL,
  delete_time     timestamptz,
  UNIQUE (merchant_id, template_id)
);
CREATE UNIQUE INDEX call_templates_by_dlt_id ON call_templates (merchant_id, dlt_template_id)
  WHERE delete_time IS NULL;
CREATE INDEX call_templates_by_merchant ON call_templates (merchant_id, template_id DESC)
  WHERE delete_time IS NULL;

-- What the operator decided of one; the last row counts.
CREATE TABLE call_template_reviews (
  review_id   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant_id text        NOT NULL,
  template_id text        NOT NULL,
  outcome     text        NOT NULL CHECK (outcome IN ('approved', 'rejected', 'suspended')),
  -- The address of the person who decided: none of the merchant's.
  reviewer    text        NOT NULL CHECK (reviewer ~ '^[^@\s]+@[^@\s]+$' AND reviewer = lower(reviewer)),
  method      text        NOT NULL CHECK (method IN ('document', 'register', 'manual')),
  reason      text        NOT NULL DEFAULT '' CHECK (char_length(reason) <= 500),
  -- SHA-256 of what was looked at, where there is a file of it.
  evidence    bytea       CHECK (octet_length(evidence) = 32),
  create_time timestamptz NOT NULL DEFAULT now(),
  expire_time timestamptz,
  FOREIGN KEY (merchant_id, template_id) REFERENCES call_templates (merchant_id, template_id),
  CONSTRAINT call_template_reviews_approval_ends CHECK ((outcome = 'approved') = (expire_time IS NOT NULL)),
  CONSTRAINT call_template_reviews_refusal_has_a_reason CHECK (outcome = 'approved' OR reason <> '')
);
CREATE INDEX call_template_reviews_by_template
  ON call_template_reviews (merchant_id, template_id, review_id DESC);
CREATE TRIGGER call_template_reviews_audited AFTER INSERT ON call_template_reviews
  FOR EACH ROW EXECUTE FUNCTION operator_decisions_are_audited('template.reviewed', 'review_id');

-- A template stays as it was registered, or goes; a decision stays.
CREATE FUNCTION call_templates_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.delete_time IS NULL
    AND to_jsonb(OLD) - 'delete_time' = to_jsonb(NEW) - 'delete_time' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a call template changes only by being removed, once' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER call_templates_remove_only BEFORE UPDATE OR DELETE ON call_templates
  FOR EACH ROW EXECUTE FUNCTION call_templates_are_final();
CREATE FUNCTION call_template_reviews_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'reviews of call templates are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER call_template_reviews_append_only BEFORE UPDATE OR DELETE ON call_template_reviews
  FOR EACH ROW EXECUTE FUNCTION call_template_reviews_are_final();

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['call_templates', 'call_template_reviews'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant ON %I USING (payaid_visible(merchant_id))
                    WITH CHECK (payaid_visible(merchant_id))', name);
  END LOOP;
END $$;
