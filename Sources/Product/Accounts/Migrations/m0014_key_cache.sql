-- Tells every process which cached key has changed, in the transaction that changes it. The payload is
-- the cache's key: KeyCache.area, nobody (a key is looked up before it is known who asks), the key.
CREATE FUNCTION tell_key_caches() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('payaid_cache', 'key.1//' || OLD.key_id);
  RETURN NULL;
END $$;
-- Not when a key was used: that is noted each minute.
CREATE TRIGGER api_keys_are_cached
  AFTER DELETE OR UPDATE OF merchant_id, secret_hash, scopes, expire_time, revoke_time ON api_keys
  FOR EACH ROW EXECUTE FUNCTION tell_key_caches();

-- A cached key knows its merchant's state.
CREATE FUNCTION tell_key_caches_of_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('payaid_cache', 'key.1//' || key_id) FROM api_keys
    WHERE merchant_id = NEW.merchant_id AND revoke_time IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER merchants_states_are_cached AFTER UPDATE OF state ON merchants
  FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION tell_key_caches_of_state();
