-- Which columns of a paper the program ever changes; all others stay as they were written.
DO $$
DECLARE
  r record;
  v_duty text;
  f regprocedure;
BEGIN
  FOR r IN SELECT * FROM (VALUES
      ('acceptance', 'store', 'status, amount'),
      ('acceptance_line', 'store', ''),
      ('consumption', 'store', 'status'),
      ('contract', 'buy sign', ''),
      ('delivery', 'store supply', 'status, version, arrived_at'),
      ('delivery_line', 'store supply', ''),
      ('label_print', 'store', ''),
      ('lot_hold', 'store buy catalogue', 'released_at'),
      ('member_order', 'buy', 'status, version, amount, digest, refusal, urged_at, urged, sign_by, due_on, contract_id,
        cancelled_at'),
      ('member_order_line', 'buy', 'qty, amount, due_on'),
      ('pack', 'store', 'status, version, used_at, used_by, used_doc_id, owner_id, place_id'),
      ('pack_line', 'store', ''),
      ('place', 'store admin', 'name, zone, storage, parent_id, active'),
      ('pt_request', 'store catalogue', 'status, version, result, result_note, effective_on, evaluate_by, evaluation, verdict'),
      ('requisition', 'store buy', 'status, version, amount, submitted_at, submitted_by, group_order_id, returned'),
      ('requisition_line', 'store buy', 'qty'),
      ('temporary_purchase', 'store', 'status, version'),
      ('trace_code', 'store', 'item_id, lot_id, acceptance_id, received_at, used_at, used_doc_id, released_at'),
      ('transfer_line', 'store buy', 'confirmed, sent, accepted, returned, unit_price, price_factor, saved'),
      ('transfer_lot', 'store', 'accepted, refused, missing, cleared'),
      ('transfer_lot', 'buy', '')) AS t (name, duties, columns) LOOP
    FOREACH v_duty IN ARRAY string_to_array(r.duties, ' ') LOOP
      EXECUTE format('REVOKE UPDATE ON app.%I FROM yilian_%s', r.name, v_duty);
      IF r.columns <> '' THEN
        EXECUTE format('GRANT UPDATE (%s) ON app.%I TO yilian_%s', r.columns, r.name, v_duty);
      END IF;
    END LOOP;
  END LOOP;
  REVOKE DELETE ON app.requisition FROM yilian_store, yilian_buy;
  REVOKE DELETE ON app.delivery_line FROM yilian_store, yilian_supply;
  REVOKE INSERT ON app.transfer_lot FROM yilian_buy;
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'app'::regnamespace AND p.prokind = 'f'
      AND p.proname = ANY (ARRAY['is_program', 'step_by_step', 'lines_with_paper', 'requisition_line_guard',
        'requisition_amount', 'order_guard', 'agreed_short', 'order_line_guard', 'transfer_line_guard', 'transfer_lot_guard',
        'temporary_guard', 'pt_request_guard', 'agenda_guard', 'item_request_guard', 'place_guard', 'counter_guard',
        'moves_make_sense']) LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  GRANT EXECUTE ON FUNCTION app.is_program(), app.agreed_short(bigint, bigint) TO yilian_login, yilian_ledger;
END $$;
