-- The version of the agent that a call is made with, to its end; NULL for calls of before versions and
-- for talks with a draft.
ALTER TABLE calls
  ADD agent_version integer,
  ADD CONSTRAINT calls_agent_version
    FOREIGN KEY (agent_id, agent_version) REFERENCES agent_versions (agent_id, version);
