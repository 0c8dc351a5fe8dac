-- Who a business is, and how its account behaves.
ALTER TABLE merchants
  ADD COLUMN update_time timestamptz NOT NULL DEFAULT now(),
  -- ProtoJSON of payaid.voice.v1.Kyc, without its state and its PAN.
  ADD COLUMN kyc         jsonb       NOT NULL DEFAULT '{}',
  ADD COLUMN kyc_state   text        NOT NULL DEFAULT 'draft'
    CHECK (kyc_state IN ('draft', 'submitted', 'approved', 'rejected')),
  ADD COLUMN kyc_expire  timestamptz,
  -- The PAN is personal for some kinds of business: encrypted, with a keyed digest to find doubles.
  ADD COLUMN pan_sealed  bytea,
  ADD COLUMN pan_digest  bytea       CHECK (octet_length(pan_digest) = 32),
  -- ProtoJSON of payaid.voice.v1.MerchantSettings.
  ADD COLUMN settings    jsonb       NOT NULL DEFAULT '{}',
  ADD CONSTRAINT merchants_pan_whole CHECK ((pan_sealed IS NULL) = (pan_digest IS NULL)),
  ADD CONSTRAINT merchants_kyc_approval_ends
    CHECK ((kyc_state = 'approved') = (kyc_expire IS NOT NULL));
CREATE INDEX merchants_with_origins ON merchants (merchant_id) WHERE cors_origins <> '{}';
