-- Agents. The seed's fields are columns; the rest of the configuration is its ProtoJSON.
CREATE TABLE agents (
  agent_id      text        PRIMARY KEY CHECK (agent_id ~ '^agt_[0-9A-HJKMNP-TV-Z]{26}$'),
  merchant_id   text        NOT NULL REFERENCES merchants,
  revision      bigint      NOT NULL DEFAULT 1 CHECK (revision > 0),
  name          text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  language      text        NOT NULL CHECK (language IN ('hi', 'en')),
  voice_id      text        NOT NULL CHECK (voice_id <> ''),
  system_prompt text        NOT NULL CHECK (octet_length(system_prompt) <= 32768),
  phone_number  text        CHECK (phone_number ~ '^\+91[1-9][0-9]{9}$'),
  state         text        NOT NULL CHECK (state IN ('active', 'paused', 'deleted')),
  config        jsonb       NOT NULL,
  create_time   timestamptz NOT NULL DEFAULT now(),
  update_time   timestamptz NOT NULL DEFAULT now(),
  UNIQUE (merchant_id, agent_id)
);
-- A number that rings is answered by one agent.
CREATE UNIQUE INDEX agents_phone_number ON agents (phone_number) WHERE state <> 'deleted';
-- Ids sort by creation, so this serves ListAgents, newest first.
CREATE INDEX agents_by_merchant ON agents (merchant_id, agent_id DESC);
ALTER TABLE agents ENABLE ROW LEVEL SECURITY;
ALTER TABLE agents FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON agents
  USING (payaid_visible(merchant_id)) WITH CHECK (payaid_visible(merchant_id));
