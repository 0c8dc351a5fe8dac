-- Where a merchant's webhook_url may lead is decided as for every endpoint, which a setting can open to
-- this machine.
ALTER TABLE merchants DROP CONSTRAINT merchants_webhook_url_check;
