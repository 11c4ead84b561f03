DO $$
DECLARE
  f regprocedure;
BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'app'::regnamespace AND p.proname = ANY (ARRAY[
      'sees_what_is', 'pack_guard', 'pack_full', 'moves_once', 'count_line_book', 'meeting_guard', 'attendance_guard',
      'kit_guard', 'kit_counted', 'transfer_value_kept', 'loan_settled', 'lots_said_once', 'own_delivery',
      'item_units_stand', 'item_change_told', 'round_gate', 'lines_of_a_request', 'item_is_open', 'upkeep_is_open']) LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  REVOKE ALL ON FUNCTION api.later_deadline(bigint, bigint, bigint, bigint) FROM PUBLIC;
  ALTER FUNCTION api.later_deadline(bigint, bigint, bigint, bigint) OWNER TO yilian_ledger;
  GRANT EXECUTE ON FUNCTION api.later_deadline(bigint, bigint, bigint, bigint) TO yilian_buy;
END $$;
REVOKE DELETE ON app.group_order_line, app.policy, app.replenishment_run, app.supply_term FROM yilian_store, yilian_buy;
REVOKE UPDATE ON app.negotiation_round FROM yilian_buy;
REVOKE UPDATE (arrived_at) ON app.delivery FROM yilian_supply;

-- Columns instead of tables: who may change every column of a table may lock the whole of it (LOCK TABLE asks
-- for the right on the table), and no key, maker or moment of making ever changes.
DO $$
DECLARE
  r record;
  v_columns text;
BEGIN
  FOR r IN
    SELECT c.oid, c.relname AS name, d.duty, coalesce(k.fixed, '') AS fixed
      FROM pg_class c
     CROSS JOIN unnest(ARRAY['store', 'buy', 'catalogue', 'sign', 'settle', 'supply', 'audit', 'admin', 'read']) AS d (duty)
      LEFT JOIN (VALUES
        ('award', 'negotiation_id kind created_at created_by'),
        ('award_decision', 'notice_no submitted_at submitted_by days'),
        ('committee_member', 'person_id valid_from'),
        ('count_line', 'snapshot'),
        ('disposal_line', '*'),
        ('group_membership', 'role'),
        ('group_order', 'no created_at created_by'),
        ('import_batch', 'kind file_name file_digest at person_id'),
        ('invoice', 'supplier_id number code issued_on amount net_amount tax_amount created_at created_by'),
        ('item_request', 'no local_id reason created_at created_by'),
        ('mapping', 'local_id item_id unit_factor how reason decided_at decided_by valid_from'),
        ('mapping_event', 'local_id batch_id action at person_id before after'),
        ('month_close', 'period date_from date_to closed_at closed_by figures'),
        ('named_list', 'created_at created_by'),
        ('negotiation', 'no created_at created_by'),
        ('negotiation_invitation', 'sheet_key'),
        ('payee', 'supplier_id account_name bank account_no entered_at entered_by'),
        ('payment', 'no amount created_at created_by'),
        ('payment_line', 'supplier_id payee_id amount'),
        ('price_request', 'no supplier_id price_id item_id old_price new_price platform_before platform_after evidence '
          'reason asked_at asked_by'),
        ('pt_agenda', 'request_org_id request_id'),
        ('pt_meeting', 'no title day time_text room secret seats quorum majority_num majority_den created_at created_by'),
        ('reagent_count', '*'),
        ('reagent_kit', 'item_id lot_id owner_id place_id mode tests dead_tests opened_on opened_by expires_on pack_id'),
        ('statement', 'no supplier_id period date_from date_to kind reversal_of created_at created_by opening_amount '
          'received_amount returned_amount other_amount consumed_amount price_gap late_amount bought_amount closing_amount'),
        ('stock_count', 'no place_id tolerance started_at started_by snapshot_seq')) AS k (name, fixed) ON k.name = c.relname
     WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'r'
       AND has_table_privilege('yilian_' || d.duty, c.oid, 'UPDATE')
       AND (d.duty = 'read' OR NOT has_table_privilege('yilian_read', c.oid, 'UPDATE'))
  LOOP
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO v_columns
      FROM pg_attribute a
     WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped AND r.fixed <> '*'
       AND a.attname <> ALL (string_to_array(r.fixed, ' '))
       AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = r.oid AND i.indisprimary AND a.attnum = ANY (i.indkey));
    EXECUTE format('REVOKE UPDATE ON app.%I FROM yilian_%s', r.name, r.duty);
    IF v_columns IS NOT NULL THEN
      EXECUTE format('GRANT UPDATE (%s) ON app.%I TO yilian_%s', v_columns, r.name, r.duty);
    END IF;
  END LOOP;
END $$;

-- What one writes carries the own name: whoever may add to a table signs there as nobody else.
DO $$
DECLARE
  r record;
BEGIN
  FOR r IN
    SELECT t.name, (SELECT string_agg(format('(%1$I IS NULL OR %1$I = (SELECT app.my_person()))', c.c), ' AND ')
                      FROM unnest(string_to_array(t.columns, ' ')) AS c (c)) AS rule
      FROM (VALUES
        ('acceptance', 'receiver_id'), ('acceptance_draft', 'person_id'), ('alignment_figure', 'created_by'),
        ('attachment', 'added_by'), ('award', 'created_by'), ('award_objection', 'received_by answered_by'),
        ('catalogue_version', 'published_by'), ('consumption', 'person_id'), ('count_line', 'counted_by first_by'),
        ('delivery', 'created_by'), ('disposal_photo', 'added_by'), ('expiry_action', 'made_by closed_by'),
        ('fixed_pack', 'issued_by received_by'), ('formulary_entry', 'created_by closed_by'),
        ('formulary_snapshot', 'created_by'), ('goods_paper', 'added_by'), ('group_order', 'created_by'),
        ('import_batch', 'person_id'), ('import_columns', 'person_id'), ('invoice_match', 'matched_by'),
        ('item_change', 'person_id'), ('item_merge', 'person_id'), ('item_request', 'created_by decided_by'),
        ('item_successor', 'set_by'), ('label_design', 'changed_by'), ('label_design_version', 'saved_by'),
        ('label_print', 'person_id'), ('loan_settlement', 'person_id'), ('lot_hold', 'person_id'), ('mapping', 'decided_by'),
        ('mapping_event', 'person_id'), ('member_order_version', 'person_id'), ('named_list', 'created_by'),
        ('negotiation', 'created_by'), ('negotiation_file', 'person_id'), ('negotiation_invitation', 'invited_by'),
        ('negotiation_member', 'confirmed_by'), ('negotiation_round', 'started_by opened_by'),
        ('order_shortage', 'declared_by answered_by settled_by'), ('pack', 'made_by used_by'),
        ('pack_definition', 'changed_by'), ('pack_request', 'asked_by'), ('payment', 'created_by filed_by'),
        ('planner_number', 'set_by'), ('platform_batch', 'made_by'), ('pledge_supplement', 'asked_by decided_by'),
        ('price', 'created_by'), ('price_takeover', 'asked_by approved_by'), ('pt_meeting', 'created_by'),
        ('reagent_kit', 'opened_by'), ('reagent_rule', 'updated_by'), ('recall', 'started_by closed_by'),
        ('recall_reply', 'person_id'), ('replenishment_run', 'person_id'), ('requisition', 'created_by submitted_by'),
        ('score_sheet', 'person_id'), ('sealed_paper', 'person_id'), ('settle_rule', 'created_by'),
        ('suggestion', 'edited_by'), ('temperature_reading', 'person_id'), ('trace_link', 'loaded_by'),
        ('transfer', 'created_by confirmed_by approved_by sent_by accepted_by'), ('transfer_paper', 'added_by'),
        ('upkeep_line', 'checked_by'), ('upkeep_round', 'made_by done_by')) AS t (name, columns)
  LOOP
    EXECUTE format('CREATE POLICY own_name ON app.%I AS RESTRICTIVE FOR INSERT WITH CHECK ((SELECT app.is_program()) OR (%s))',
      r.name, r.rule);
  END LOOP;
END $$;
CREATE TRIGGER names BEFORE UPDATE ON app.item_successor FOR EACH ROW EXECUTE FUNCTION app.own_names('', 'set_by', '');
CREATE TRIGGER names BEFORE UPDATE ON app.label_design FOR EACH ROW EXECUTE FUNCTION app.own_names('', 'changed_by', '');
CREATE TRIGGER names BEFORE UPDATE ON app.pack_definition FOR EACH ROW EXECUTE FUNCTION app.own_names('', 'changed_by', '');
CREATE TRIGGER names BEFORE UPDATE ON app.planner_number FOR EACH ROW EXECUTE FUNCTION app.own_names('', 'set_by', '');
CREATE TRIGGER names BEFORE UPDATE ON app.reagent_rule FOR EACH ROW EXECUTE FUNCTION app.own_names('', 'updated_by', '');
CREATE TRIGGER names BEFORE UPDATE ON app.formulary_entry FOR EACH ROW EXECUTE FUNCTION app.own_names('', 'closed_by', '');
CREATE TRIGGER names BEFORE UPDATE ON app.negotiation_invitation FOR EACH ROW EXECUTE FUNCTION app.own_names('',
  'invited_by', '');
CREATE TRIGGER names BEFORE UPDATE ON app.recall_reply FOR EACH ROW EXECUTE FUNCTION app.own_names('', 'person_id', '');
CREATE TRIGGER names BEFORE UPDATE ON app.award_objection FOR EACH ROW EXECUTE FUNCTION app.own_names('', 'answered_by', '');
CREATE TRIGGER names BEFORE UPDATE ON app.temporary_purchase FOR EACH ROW EXECUTE FUNCTION app.own_names('', 'decided_by', '');

-- Every table that a person writes to.
DO $$
DECLARE
  t text;
BEGIN
  FOR t IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'r'
      AND c.relname NOT IN ('balance', 'chain_head', 'audit', 'item_search', 'operation')
      AND (c.relname = 'ledger' OR EXISTS (SELECT 1 FROM unnest(ARRAY['store', 'buy', 'catalogue', 'sign', 'settle', 'supply',
        'audit', 'admin', 'read']) AS d (duty) WHERE has_any_column_privilege('yilian_' || d.duty, c.oid, 'INSERT, UPDATE'))) LOOP
    EXECUTE format('CREATE TRIGGER a_sees BEFORE INSERT OR UPDATE OR DELETE ON app.%I FOR EACH STATEMENT EXECUTE FUNCTION '
      'app.sees_what_is()', t);
  END LOOP;
END $$;
