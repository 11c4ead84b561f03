-- Who reads and writes what settlement keeps. A supplier sees its own statements with their lines,
-- bills and matches, never payees, payments or closes.
DO $$
DECLARE
  t text;
  f regprocedure;
  seen text := 'org_id = ANY MINE OR EXISTS (SELECT 1 FROM app.statement d
    WHERE d.org_id = %1$I.org_id AND d.id = %1$I.statement_id)';
  money text := 'org_id = ANY (((SELECT app.my_orgs(''settle'')) || (SELECT app.my_orgs(''audit''))
    || (SELECT app.my_orgs(''sign'')))::bigint[])';
  theirs text := 'EXISTS (SELECT 1 FROM app.statement d WHERE d.org_id = bill_line.org_id
    AND d.id = bill_line.statement_id AND d.supplier_id = ANY MINE AND d.status IN (''sent'', ''disputed''))';
BEGIN
  FOREACH t IN ARRAY ARRAY['reversed_line', 'bill_line', 'statement_adjustment'] LOOP
    CALL app.show(t, format(seen, t));
  END LOOP;
  ALTER POLICY read ON app.statement USING (org_id = ANY ((SELECT app.my_orgs())::bigint[])
    OR (supplier_id = ANY ((SELECT app.my_orgs())::bigint[]) AND status <> 'draft'));
  CALL app.allow('reversed_line', 'settle', 'INSERT', 'org_id = ANY MINE');
  CALL app.allow('bill_line', 'settle', 'INSERT DELETE', 'org_id = ANY MINE AND EXISTS (SELECT 1 FROM app.statement d
    WHERE d.org_id = bill_line.org_id AND d.id = bill_line.statement_id AND d.status IN (''draft'', ''sent'', ''disputed''))');
  CALL app.allow('bill_line', 'supply', 'INSERT DELETE', theirs);
  CALL app.allow('statement_adjustment', 'settle', 'INSERT', 'org_id = ANY MINE AND created_by = (SELECT app.my_person())
    AND EXISTS (SELECT 1 FROM app.statement d WHERE d.org_id = statement_adjustment.org_id
      AND d.id = statement_adjustment.statement_id AND d.status IN (''draft'', ''disputed''))');
  CREATE POLICY own_statements ON app.invoice_match FOR SELECT TO yilian_supply
    USING (EXISTS (SELECT 1 FROM app.statement d WHERE d.org_id = invoice_match.org_id AND d.id = invoice_match.statement_id));
  CALL app.allow('statement', 'audit', 'UPDATE', 'org_id = ANY MINE AND status IN (''invoiced'', ''audited'')',
    'status, audited_at, audited_by, version');

  FOREACH t IN ARRAY ARRAY['payee', 'payment', 'payment_line'] LOOP
    CALL app.show(t, money);
    CALL app.allow(t, 'settle', 'INSERT UPDATE', 'org_id = ANY MINE');
  END LOOP;
  CALL app.allow('payee', 'audit', 'UPDATE', 'org_id = ANY MINE', 'checked_at, checked_by');
  CALL app.allow('payee', 'sign', 'UPDATE', 'org_id = ANY MINE', 'checked_at, checked_by');
  CALL app.show('platform_report', 'org_id = ANY MINE');
  CALL app.allow('platform_report', 'settle', 'INSERT', 'org_id = ANY MINE AND person_id = (SELECT app.my_person())');

  CALL app.show('month_close', 'org_id = ANY MINE');
  CALL app.allow('month_close', 'settle', 'INSERT UPDATE', 'org_id = ANY MINE');
  CALL app.allow('month_close', 'sign', 'UPDATE', 'org_id = ANY MINE', 'reopened_at, reopened_by');
  CALL app.allow('month_close', 'audit', 'UPDATE', 'org_id = ANY MINE', 'reopened_at, reopened_by');
  CALL app.allow('setting', 'settle', 'INSERT UPDATE', 'org_id = ANY MINE AND key = ''settle.cut_off''');

  GRANT SELECT ON app.month_close TO yilian_ledger;
  CREATE POLICY functions ON app.month_close FOR SELECT TO yilian_ledger USING (true);
  FOREACH f IN ARRAY ARRAY['app.month_open()'::regprocedure, 'app.statement_guard()'::regprocedure,
      'app.statement_line_guard()'::regprocedure, 'app.invoice_guard()'::regprocedure,
      'app.invoice_match_guard()'::regprocedure, 'app.payee_guard()'::regprocedure, 'app.payment_guard()'::regprocedure,
      'app.payment_line_guard()'::regprocedure, 'app.month_close_guard()'::regprocedure,
      'api.hold_books(bigint)'::regprocedure] LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  ALTER FUNCTION api.hold_books(bigint) OWNER TO yilian_ledger;
END $$;
GRANT EXECUTE ON FUNCTION api.hold_books(bigint) TO yilian_settle;
