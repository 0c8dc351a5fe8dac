-- Where a secret may be sent: hosts as they stand in tools' URLs, in lower case, or `*.` and a domain for all below it.
-- None: nowhere.
ALTER TABLE tool_secrets ADD hosts text[] NOT NULL DEFAULT '{}' CHECK (array_position(hosts, NULL) IS NULL);
