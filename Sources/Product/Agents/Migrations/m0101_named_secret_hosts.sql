-- A secret that was set before there were hosts goes on to where tools send it: those of drafts, and of every version, since
-- calls can be made with each. In a file of its own, so that nobody waits while versions are read.
SELECT set_config('payaid.merchant_id', '*', true);
UPDATE tool_secrets SET hosts = named.hosts
FROM (
  SELECT configs.merchant_id, header.value AS name, array_agg(DISTINCT url.host ORDER BY url.host) AS hosts
  FROM (
    SELECT merchant_id, config FROM agents WHERE state <> 'deleted'
    UNION ALL
    SELECT versions.merchant_id, versions.config
    FROM agent_versions versions JOIN agents USING (agent_id) WHERE agents.state <> 'deleted'
  ) configs
  CROSS JOIN jsonb_array_elements(configs.config->'tools') tool
  CROSS JOIN jsonb_each_text(tool->'secretHeaders') header
  CROSS JOIN LATERAL (
    SELECT lower(substring(tool->>'url' FROM '^[A-Za-z]+://\[?((?:[^][/?#:]+|[0-9A-Fa-f:.]+(?=\])))')) AS host
  ) url
  WHERE url.host IS NOT NULL AND configs.merchant_id IN (SELECT merchant_id FROM tool_secrets)
  GROUP BY configs.merchant_id, header.value
) named
WHERE tool_secrets.merchant_id = named.merchant_id AND tool_secrets.name = named.name;
