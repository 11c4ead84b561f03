-- Dispensing, reagents and cases belong to the member: suppliers read none of it. Their statement
-- and the ledger rows of their goods give quantities, never a case or a doctor.
DO $$
DECLARE
  t text;
BEGIN
  CALL app.show('settle_rule', 'org_id = ANY MINE OR supplier_id = ANY MINE');
  CALL app.allow('settle_rule', 'settle buy', 'INSERT UPDATE', 'org_id = ANY MINE');
  FOREACH t IN ARRAY ARRAY['dispense_line', 'reagent_rule', 'reagent_kit', 'reagent_count'] LOOP
    CALL app.show(t, '(SELECT app.in_group()) AND org_id = ANY MINE');
    CALL app.allow(t, 'store', 'INSERT UPDATE', 'org_id = ANY MINE');
  END LOOP;
  CALL app.allow('dispense_line', 'store', 'DELETE', 'org_id = ANY MINE');
  CALL app.allow('reagent_count', 'store', 'DELETE', 'org_id = ANY MINE');
  FOREACH t IN ARRAY ARRAY['case_use', 'case_line'] LOOP
    CALL app.show(t, '(SELECT app.in_group()) AND org_id = ANY MINE');
    CALL app.allow(t, 'store', 'INSERT', 'org_id = ANY MINE');
  END LOOP;
  CALL app.allow('case_line', 'store', 'UPDATE', 'org_id = ANY MINE', 'returned');
END $$;

ALTER TABLE app.case_doctor ENABLE ROW LEVEL SECURITY;
GRANT INSERT ON app.case_doctor TO yilian_store;
CREATE POLICY insert_store ON app.case_doctor FOR INSERT TO yilian_store
  WITH CHECK (org_id = ANY ((SELECT app.my_orgs('store'))::bigint[]));
GRANT SELECT ON app.case_doctor TO yilian_ledger;
CREATE POLICY functions ON app.case_doctor TO yilian_ledger USING (true) WITH CHECK (true);
REVOKE ALL ON FUNCTION api.case_doctor(bigint, bigint) FROM PUBLIC;
ALTER FUNCTION api.case_doctor(bigint, bigint) OWNER TO yilian_ledger;
GRANT EXECUTE ON FUNCTION api.case_doctor(bigint, bigint) TO yilian_store, yilian_audit;
