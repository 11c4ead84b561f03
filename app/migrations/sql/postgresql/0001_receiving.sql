-- A trace code may come in only once in the whole group, but a member may not read another
-- member's rows: this function says no more than when a code came in.

CREATE FUNCTION api.trace_seen(p_code text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.received_at FROM app.trace_code t
   WHERE t.code = p_code AND t.released_at IS NULL AND app.in_group()
$$;
REVOKE ALL ON FUNCTION api.trace_seen(text) FROM PUBLIC;
ALTER FUNCTION api.trace_seen(text) OWNER TO yilian_ledger;
GRANT EXECUTE ON FUNCTION api.trace_seen(text) TO yilian_store;
GRANT SELECT ON app.trace_code TO yilian_ledger;
CREATE POLICY functions ON app.trace_code TO yilian_ledger USING (true) WITH CHECK (true);
