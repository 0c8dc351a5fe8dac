-- Numbers of which an operator acknowledged that machines call from them for the merchant.
CREATE TABLE a2p_declarations (
  declaration_id  text        PRIMARY KEY CHECK (declaration_id ~ '^a2p_[0-9A-HJKMNP-TV-Z]{26}$'),
  merchant_id     text        NOT NULL REFERENCES merchants,
  -- Both ends belong to it; of one length, so that texts compare as the numbers do.
  first_number    text        NOT NULL CHECK (first_number ~ '^\+91[1-9][0-9]{9}$'),
  last_number     text        NOT NULL CHECK (last_number ~ '^\+91[1-9][0-9]{9}$'),
  acknowledgement text        NOT NULL CHECK (char_length(acknowledgement) BETWEEN 1 AND 200),
  start_time      timestamptz NOT NULL,
  end_time        timestamptz,
  create_time     timestamptz NOT NULL,
  CONSTRAINT a2p_declarations_range CHECK (first_number COLLATE "C" <= last_number COLLATE "C"),
  CONSTRAINT a2p_declarations_end_after_start CHECK (end_time > start_time)
);
CREATE INDEX a2p_declarations_by_merchant ON a2p_declarations (merchant_id, declaration_id DESC);

-- A declaration stays as it was made, or goes.
CREATE FUNCTION a2p_declarations_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a declaration is not changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER a2p_declarations_delete_only BEFORE UPDATE ON a2p_declarations
  FOR EACH ROW EXECUTE FUNCTION a2p_declarations_are_final();

ALTER TABLE a2p_declarations ENABLE ROW LEVEL SECURITY;
ALTER TABLE a2p_declarations FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON a2p_declarations USING (payaid_visible(merchant_id))
  WITH CHECK (payaid_visible(merchant_id));
