-- Packs, counts and disposals belong to one member; a transfer is read by both parties and the
-- group, never by suppliers; a recall is read by the whole group.
DO $$
DECLARE
  t text;
  party text := 'EXISTS (SELECT 1 FROM app.transfer f WHERE f.org_id = %1$I.org_id AND f.id = %1$I.transfer_id
    AND (f.org_id = ANY MINE OR f.donor_id = ANY MINE))';
BEGIN
  FOREACH t IN ARRAY ARRAY['pack_definition', 'fixed_pack', 'pack_request', 'expiry_action', 'stock_count',
      'count_line', 'disposal', 'disposal_line'] LOOP
    CALL app.show(t, 'org_id = ANY MINE');
    CALL app.allow(t, 'store', 'INSERT UPDATE', 'org_id = ANY MINE');
  END LOOP;
  CALL app.allow('disposal', 'sign', 'UPDATE', 'org_id = ANY MINE', 'status, approved_at, approved_by, version');
  CALL app.show('temperature_reading', 'org_id = ANY MINE');
  CALL app.allow('temperature_reading', 'store', 'INSERT', 'org_id = ANY MINE');

  CALL app.show('transfer', '(SELECT app.in_group()) AND (org_id = ANY MINE OR donor_id = ANY MINE)');
  CALL app.allow('transfer', 'store', 'INSERT', 'org_id = ANY MINE OR (donor_id = ANY MINE AND kind = ''return'')');
  CALL app.allow('transfer', 'store', 'UPDATE', 'org_id = ANY MINE OR donor_id = ANY MINE');
  CALL app.allow('transfer', 'buy', 'INSERT UPDATE', 'FOR_GROUP');
  CALL app.allow('transfer', 'sign', 'UPDATE', 'FOR_GROUP', 'status, approved_at, approved_by, version');
  FOREACH t IN ARRAY ARRAY['transfer_line', 'transfer_lot'] LOOP
    CALL app.show(t, format(party, t));
    CALL app.allow(t, 'store', 'INSERT UPDATE', format(party, t));
    CALL app.allow(t, 'buy', 'INSERT UPDATE', 'FOR_GROUP');
  END LOOP;
  CALL app.show('transfer_paper', format(party, 'transfer_paper'));
  CALL app.allow('transfer_paper', 'store', 'INSERT', format(party, 'transfer_paper'));
  CALL app.allow('transfer_paper', 'buy', 'INSERT', 'FOR_GROUP');
  CALL app.show('loan_settlement', format(party, 'loan_settlement'));
  CALL app.allow('loan_settlement', 'store', 'INSERT', format(party, 'loan_settlement'));
  CALL app.show('org_route', '(SELECT app.in_group())');
  CALL app.allow('org_route', 'buy admin', 'INSERT UPDATE', 'FOR_GROUP');

  FOREACH t IN ARRAY ARRAY['recall', 'recall_lot'] LOOP
    CALL app.show(t, '(SELECT app.in_group())');
    CALL app.allow(t, 'store buy catalogue', 'INSERT UPDATE', 'FOR_GROUP');
  END LOOP;
  CALL app.show('recall_reply', 'org_id = ANY MINE');
  CALL app.allow('recall_reply', 'store', 'INSERT UPDATE', 'org_id = ANY MINE');
END $$;

GRANT SELECT ON app.demand, app.transfer, app.transfer_lot TO yilian_ledger;
GRANT SELECT, UPDATE ON app.trace_code TO yilian_ledger;
DO $$
DECLARE
  t text;
  f regprocedure;
BEGIN
  FOREACH t IN ARRAY ARRAY['demand', 'transfer', 'transfer_lot', 'trace_code'] LOOP
    IF NOT EXISTS (SELECT 1 FROM pg_policies WHERE schemaname = 'app' AND tablename = t AND policyname = 'functions') THEN
      EXECUTE format('CREATE POLICY functions ON app.%I TO yilian_ledger USING (true) WITH CHECK (true)', t);
    END IF;
  END LOOP;
  FOREACH f IN ARRAY ARRAY['api.group_stock(bigint[])'::regprocedure, 'api.group_use(bigint[],date)'::regprocedure,
      'api.take_traces(bigint,bigint,jsonb)'::regprocedure] LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO yilian_ledger', f);
  END LOOP;
  REVOKE ALL ON FUNCTION app.transfer_guard() FROM PUBLIC;
END $$;
GRANT EXECUTE ON FUNCTION api.group_stock(bigint[]), api.group_use(bigint[], date) TO yilian_read;
GRANT EXECUTE ON FUNCTION api.take_traces(bigint, bigint, jsonb) TO yilian_store;
