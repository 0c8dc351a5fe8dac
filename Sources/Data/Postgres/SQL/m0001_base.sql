-- What row-level security of every tenant table is written with:
--   CREATE POLICY tenant ON x USING (payaid_visible(merchant_id));
-- An unset or empty setting sees nothing; '*' is the system's own work.
CREATE FUNCTION payaid_visible(owner text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT owner = nullif(current_setting('payaid.merchant_id', true), '')
      OR current_setting('payaid.merchant_id', true) = '*'
$$;
