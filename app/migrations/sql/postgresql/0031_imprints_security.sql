-- Digests are read by those who may hold them against the rows; everybody's own head would tell nothing.
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['organisation', 'group_membership', 'person', 'duty_grant', 'setting', 'committee_member', 'place',
      'org_route', 'dossier', 'settle_term', 'settle_rule', 'supply_term', 'maker', 'product', 'item',
      'item_unit', 'item_code', 'item_merge', 'item_successor', 'catalogue_version',
      'catalogue_version_change', 'daily_dose', 'reagent_rule', 'pack_definition', 'label_design',
      'label_design_version', 'mapping', 'lot', 'lot_hold', 'recall', 'recall_lot', 'recall_reply',
      'formulary_entry', 'formulary_snapshot', 'formulary_snapshot_item', 'named_list', 'named_list_item',
      'pt_request', 'pt_meeting', 'pt_agenda', 'pt_attendance', 'pt_conflict', 'temporary_purchase',
      'requisition_approval', 'price_list', 'price', 'price_step', 'price_takeover', 'price_request',
      'negotiation', 'negotiation_item', 'negotiation_lot', 'negotiation_need', 'negotiation_member',
      'negotiation_reference', 'negotiation_round', 'negotiation_invitation', 'score_sheet', 'score', 'award',
      'award_line', 'award_decision', 'award_objection', 'pledge', 'pledge_draw', 'pledge_supplement',
      'contract', 'statement', 'statement_line', 'statement_adjustment', 'reversed_line', 'bill_line',
      'invoice', 'invoice_match', 'payee', 'payment', 'payment_line', 'month_close', 'loan_settlement',
      'platform_report'] LOOP
    CALL app.imprint_cover(t);
  END LOOP;
  CALL app.imprint_cover('account', '{tries,locked_until_us}');
  CALL app.imprint_cover('local_item', '{used,value,words,batch_id,position,loaded_at,status,issue,safe,version}');
  CALL app.show('imprint', '(SELECT app.reads_imprints())');
END $$;
CREATE POLICY imprints ON app.chain_head FOR SELECT TO yilian_read
  USING (org_id = 0 AND chain = 'imprint' AND (SELECT app.reads_imprints()));
CREATE POLICY imprints ON app.anchor_head FOR SELECT TO yilian_read
  USING (org_id = 0 AND chain = 'imprint' AND (SELECT app.reads_imprints()));

DO $$
DECLARE
  f regprocedure;
BEGIN
  FOR f IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace IN ('app'::regnamespace, 'api'::regnamespace)
      AND (proname LIKE 'imprint%' OR proname = 'reads_imprints') AND prokind = 'f' LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
END $$;
REVOKE ALL ON PROCEDURE app.imprint_cover(text, text[]) FROM PUBLIC;
ALTER FUNCTION api.imprints_now(text) OWNER TO yilian_ledger;
ALTER FUNCTION api.imprints_anew(text[]) OWNER TO yilian_ledger;
GRANT EXECUTE ON FUNCTION app.imprint_now(text), app.imprint_anew(text[]), app.reads_imprints() TO yilian_ledger;
GRANT EXECUTE ON FUNCTION app.reads_imprints() TO yilian_login;
GRANT EXECUTE ON FUNCTION api.imprints_now(text), api.imprints_anew(text[]) TO yilian_audit;

-- What stands in the tables today is stated once, so that it is covered from now on.
DO $$
DECLARE
  t text;
  there boolean;
BEGIN
  FOR t IN SELECT c.relname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid WHERE g.tgname = 'imprint_insert' ORDER BY 1 LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM app.%I)', t) INTO there;
    IF there THEN
      PERFORM app.imprint_anew(ARRAY[t]);
    END IF;
  END LOOP;
END $$;
