-- What a message is about, so that those about one call can be found.
SELECT set_config('payaid.merchant_id', '*', true);
ALTER TABLE webhook_messages
  ADD subject text NOT NULL DEFAULT '' CHECK (char_length(subject) <= 64);
-- Our own members come before the merchant's.
UPDATE webhook_messages SET subject = coalesce(
  substring(convert_from(body, 'UTF8') FROM '"(?:call_id|consent_id)":"((?:call|con)_[0-9A-Z]{26})"'), '')
WHERE type LIKE 'call.%' OR type LIKE 'consent.%';
CREATE INDEX webhook_messages_by_subject ON webhook_messages (merchant_id, subject);
