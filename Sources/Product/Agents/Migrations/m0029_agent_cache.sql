-- Tells every process which cached agent has changed, in the transaction that changes it. The payload
-- is the cache's key: AgentCache.area, the merchant, the agent.
CREATE FUNCTION tell_agent_caches() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('payaid_cache', 'agent.1/' || OLD.merchant_id || '/' || OLD.agent_id);
  RETURN NULL;
END $$;
CREATE TRIGGER agents_are_cached AFTER UPDATE OR DELETE ON agents
  FOR EACH ROW EXECUTE FUNCTION tell_agent_caches();
