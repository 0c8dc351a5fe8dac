-- The one endpoint that follows its merchant's webhook_url.
ALTER TABLE webhook_endpoints
  ADD COLUMN is_managed boolean NOT NULL DEFAULT false,
  ADD CONSTRAINT webhook_endpoints_managed_are_merchants CHECK (NOT is_managed OR scope = 'merchant');
CREATE UNIQUE INDEX webhook_endpoints_managed ON webhook_endpoints (merchant_id) WHERE is_managed;
