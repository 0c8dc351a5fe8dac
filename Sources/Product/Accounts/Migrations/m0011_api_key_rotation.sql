-- A key that was rotated names the one that took its place.
ALTER TABLE api_keys ADD COLUMN replaced_by text REFERENCES api_keys;
-- ListApiKeys: newest first, with a total order.
DROP INDEX api_keys_by_merchant;
CREATE INDEX api_keys_by_merchant ON api_keys (merchant_id, create_time DESC, key_id DESC);
