-- Verdicts in a list: which agent would have spoken, and ways to the newest and to the newest refusals of a merchant.
ALTER TABLE decisions ADD agent_id text;
CREATE INDEX decisions_by_merchant ON decisions (merchant_id, decision_id DESC);
CREATE INDEX decisions_refused ON decisions (merchant_id, decision_id DESC) WHERE verdict = 'block';
