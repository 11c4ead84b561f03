-- The head of the house approves or sends back a count where no second store keeper is.
DO $$
BEGIN
  CALL app.allow('stock_count', 'sign', 'UPDATE', 'org_id = ANY MINE', 'status, approved_at, approved_by, note, version');
  CALL app.allow('count_line', 'sign', 'UPDATE', 'org_id = ANY MINE', 'counted, first, first_by, recount');
END $$;
REVOKE ALL ON FUNCTION app.stock_count_guard(), app.count_line_guard(), app.disposal_guard(),
  app.disposal_line_guard(), app.keepers(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.keepers(bigint) TO yilian_store;
