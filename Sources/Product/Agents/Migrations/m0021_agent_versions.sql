-- What agents were published with. The row in `agents` is the draft; calls are made with a version.
SELECT set_config('payaid.merchant_id', '*', true);

CREATE TABLE agent_versions (
  agent_id      text        NOT NULL,
  version       integer     NOT NULL CHECK (version > 0),
  merchant_id   text        NOT NULL REFERENCES merchants,
  -- ProtoJSON of the Agent, without what belongs to the agent itself (name, number, state, labels).
  config        jsonb       NOT NULL,
  description   text        NOT NULL DEFAULT '' CHECK (char_length(description) <= 500),
  author        text        NOT NULL DEFAULT '',
  restored_from integer     NOT NULL DEFAULT 0 CHECK (restored_from BETWEEN 0 AND version - 1),
  create_time   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (agent_id, version),
  FOREIGN KEY (merchant_id, agent_id) REFERENCES agents (merchant_id, agent_id)
);
-- What was published stays as it was published; it goes only with its agent.
CREATE FUNCTION agent_versions_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'agent versions do not change' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER agent_versions_immutable BEFORE UPDATE ON agent_versions
  FOR EACH ROW EXECUTE FUNCTION agent_versions_are_final();
ALTER TABLE agent_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON agent_versions
  USING (payaid_visible(merchant_id)) WITH CHECK (payaid_visible(merchant_id));

-- 0 for an agent that a server of before this file made: its draft is what calls are made with.
ALTER TABLE agents
  ADD published_version integer NOT NULL DEFAULT 0 CHECK (published_version >= 0),
  ADD has_draft_changes boolean NOT NULL DEFAULT false;
INSERT INTO agent_versions (agent_id, version, merchant_id, config, create_time)
  SELECT agent_id, 1, merchant_id,
    (config - 'labels') || jsonb_build_object(
      'language', language, 'voiceId', voice_id, 'systemPrompt', system_prompt),
    update_time
  FROM agents;
UPDATE agents SET published_version = 1;

-- The orders of ListAgents besides the newest first.
CREATE INDEX agents_by_name ON agents (merchant_id, name, agent_id);
CREATE INDEX agents_by_update ON agents (merchant_id, update_time, agent_id);
