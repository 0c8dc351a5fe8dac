-- Verdicts in a list: which agent would have spoken. Ways to them are in files of their own, from m0092_decisions_by_merchant.sql on.
ALTER TABLE decisions ADD agent_id text;
