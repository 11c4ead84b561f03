-- Who may see and change what, decided by the login role (session_user) and nothing a client can
-- set. Every table has row-level security; the app's own checks say the same in words, these hold
-- for psql too. Runs last in the migration, as yilian_owner.

GRANT USAGE ON SCHEMA app, api TO yilian_login, yilian_ledger, yilian_read;
GRANT CREATE ON SCHEMA api TO yilian_ledger;
ALTER DEFAULT PRIVILEGES FOR ROLE yilian_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- Whether the person works for the lead or a member in force (suppliers do not).
CREATE FUNCTION app.in_group() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM app.person p JOIN app.group_membership m ON m.org_id = p.org_id
    WHERE p.login = session_user AND p.active = 1 AND m.role IN ('lead', 'member')
      AND m.valid_from <= (now() AT TIME ZONE 'Asia/Shanghai')::date
      AND (m.valid_to IS NULL OR m.valid_to > (now() AT TIME ZONE 'Asia/Shanghai')::date))
$$;

-- Whether the person has the duty at the lead: what belongs to the whole group is theirs to keep.
CREATE FUNCTION app.group_duty(p_duty text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM app.group_membership m
    WHERE m.role = 'lead' AND m.org_id = ANY (app.my_orgs(p_duty))
      AND m.valid_from <= (now() AT TIME ZONE 'Asia/Shanghai')::date
      AND (m.valid_to IS NULL OR m.valid_to > (now() AT TIME ZONE 'Asia/Shanghai')::date))
$$;

-- An order becomes signed through api.sign only.
CREATE FUNCTION app.signed_by_function() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.status IN ('member_signed', 'signed')
     AND NOT pg_has_role(current_user, 'yilian_ledger', 'MEMBER')
     AND (TG_OP = 'INSERT' OR OLD.status = 'to_sign'
          OR (OLD.status = 'member_signed' AND NEW.status = 'signed')) THEN
    RAISE EXCEPTION 'orders are signed by api.sign' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER signed_by_function BEFORE INSERT OR UPDATE ON app.member_order
  FOR EACH ROW EXECUTE FUNCTION app.signed_by_function();

DO $$
DECLARE
  t text;
BEGIN
  -- The shared catalogue: everybody reads, the lead's catalogue keeper writes. `true` costs no plan:
  -- a real condition would keep ILIKE off its index, because ILIKE is not leakproof.
  FOREACH t IN ARRAY ARRAY['maker', 'product', 'item', 'item_unit', 'item_search', 'item_change'] LOOP
    CALL app.show(t, 'true');
    CALL app.allow(t, 'catalogue', 'INSERT', 'FOR_GROUP');
  END LOOP;
  FOREACH t IN ARRAY ARRAY['maker', 'product', 'item', 'item_unit', 'item_search'] LOOP
    CALL app.allow(t, 'catalogue', 'UPDATE', 'FOR_GROUP');
  END LOOP;
  CALL app.allow('item_unit', 'catalogue', 'DELETE', 'FOR_GROUP');
  CALL app.allow('item_search', 'catalogue', 'DELETE', 'FOR_GROUP');
  CALL app.show('item_code', 'org_id = 0 OR org_id = ANY MINE');
  CALL app.allow('item_code', 'catalogue', 'INSERT UPDATE DELETE', 'FOR_GROUP OR org_id = ANY MINE');
  CALL app.allow('item_code', 'store', 'INSERT UPDATE', 'org_id = ANY MINE');

  -- Prices: members see the group's and their own, a supplier its own only. Written once, then closed.
  CALL app.show('price_list', '(SELECT app.in_group()) OR EXISTS (SELECT 1 FROM app.price p WHERE p.list_id = price_list.id AND p.supplier_id = ANY MINE)');
  CALL app.allow('price_list', 'buy catalogue', 'INSERT UPDATE', 'FOR_GROUP');
  CALL app.show('price', '((SELECT app.in_group()) AND (org_id = 0 OR org_id = ANY MINE)) OR supplier_id = ANY MINE');
  CALL app.allow('price', 'buy catalogue', 'INSERT UPDATE', 'FOR_GROUP', 'valid_to');

  -- The group and its people. Accounts and duties are changed on the server only (`yilian server`).
  CALL app.show('organisation', 'true');
  CALL app.allow('organisation', 'admin', 'INSERT UPDATE', 'FOR_GROUP');
  CALL app.show('group_membership', 'true');
  CALL app.allow('group_membership', 'admin', 'INSERT UPDATE', 'FOR_GROUP');
  CALL app.show('person', '(SELECT app.in_group()) OR org_id = ANY MINE');
  CALL app.show('duty_grant', 'person_id = (SELECT app.my_person()) OR (SELECT app.group_duty(''admin''))');
  CALL app.show('dossier', '(SELECT app.in_group()) OR org_id = ANY MINE');
  CALL app.allow('dossier', 'buy catalogue', 'INSERT UPDATE', 'FOR_GROUP');
  CALL app.allow('dossier', 'supply', 'INSERT UPDATE', 'org_id = ANY MINE');
  CALL app.show('setting', 'org_id = 0 OR org_id = ANY MINE');
  CALL app.allow('setting', 'admin', 'INSERT UPDATE', '(org_id = 0 AND FOR_GROUP) OR org_id = ANY MINE');

  -- Stock: read by the organisation, written by api.post alone.
  FOREACH t IN ARRAY ARRAY['ledger', 'balance', 'chain_head', 'audit'] LOOP
    CALL app.show(t, 'org_id = ANY MINE');
  END LOOP;
  CREATE POLICY own_goods ON app.balance FOR SELECT TO yilian_supply
    USING (owner_id = ANY ((SELECT app.my_orgs('supply'))::bigint[]));
  CREATE POLICY own_goods ON app.ledger FOR SELECT TO yilian_supply
    USING (owner_id = ANY ((SELECT app.my_orgs('supply'))::bigint[]));
  CALL app.show('place', 'org_id = ANY MINE');
  CALL app.allow('place', 'store', 'INSERT UPDATE', 'org_id = ANY MINE');
  CALL app.allow('place', 'admin', 'INSERT UPDATE', 'FOR_GROUP OR org_id = ANY MINE');
  CALL app.show('lot', 'true');
  CALL app.allow('lot', 'store supply', 'INSERT', 'cardinality(MINE) > 0');
  CALL app.show('lot_hold', 'org_id = 0 OR org_id = ANY MINE');
  CALL app.allow('lot_hold', 'store buy catalogue', 'INSERT UPDATE', '(org_id = 0 AND FOR_GROUP) OR org_id = ANY MINE');

  -- A member's own papers and plans.
  FOREACH t IN ARRAY ARRAY['requisition', 'requisition_line', 'demand', 'policy', 'suggestion', 'replenishment_run',
      'supply_term'] LOOP
    CALL app.show(t, 'org_id = ANY MINE');
    CALL app.allow(t, 'store buy', 'INSERT UPDATE DELETE', 'org_id = ANY MINE');
  END LOOP;
  FOREACH t IN ARRAY ARRAY['acceptance', 'acceptance_line', 'acceptance_draft', 'trace_code', 'pack', 'pack_line',
      'label_print', 'consumption'] LOOP
    CALL app.show(t, 'org_id = ANY MINE');
    CALL app.allow(t, 'store', 'INSERT UPDATE', 'org_id = ANY MINE');
  END LOOP;
  CALL app.allow('acceptance_draft', 'store', 'DELETE', 'org_id = ANY MINE');
  CALL app.show('import_batch', 'org_id = ANY MINE');
  CALL app.allow('import_batch', 'store buy catalogue settle supply', 'INSERT UPDATE', 'org_id = ANY MINE');

  -- Orders: the lead's own, the members' own; a supplier sees those addressed to it.
  FOREACH t IN ARRAY ARRAY['group_order', 'group_order_line'] LOOP
    CALL app.show(t, 'org_id = ANY MINE');
    CALL app.allow(t, 'buy', 'INSERT UPDATE', 'org_id = ANY MINE');
  END LOOP;
  CALL app.allow('group_order_line', 'buy', 'DELETE', 'org_id = ANY MINE');
  CALL app.show('member_order', 'org_id = ANY MINE OR supplier_id = ANY MINE');
  CALL app.allow('member_order', 'buy', 'INSERT UPDATE', 'org_id = ANY MINE');
  CALL app.allow('member_order', 'store', 'UPDATE', 'org_id = ANY MINE', 'status, version');
  CALL app.show('member_order_line', 'org_id = ANY MINE OR EXISTS (SELECT 1 FROM app.member_order o
    WHERE o.org_id = member_order_line.org_id AND o.id = member_order_line.order_id)');
  CALL app.allow('member_order_line', 'buy', 'INSERT UPDATE DELETE', 'org_id = ANY MINE');
  CALL app.allow('member_order_line', 'store', 'UPDATE', 'org_id = ANY MINE', 'received, refused');
  CALL app.show('member_order_version', 'org_id = ANY MINE OR supplier_id = ANY MINE');
  CALL app.allow('member_order_version', 'buy', 'INSERT', 'org_id = ANY MINE');
  CALL app.show('contract', 'org_id = ANY MINE OR supplier_id = ANY MINE');
  CALL app.allow('contract', 'buy sign', 'INSERT UPDATE', 'org_id = ANY MINE');
  CALL app.show('signature', 'org_id = ANY MINE OR party_org_id = ANY MINE OR (doc_kind = ''member_order'' AND EXISTS (
    SELECT 1 FROM app.member_order o WHERE o.org_id = signature.org_id AND o.id = signature.doc_id))');

  -- Deliveries are announced by the supplier or typed by the receiver.
  CALL app.show('delivery', 'org_id = ANY MINE OR supplier_id = ANY MINE');
  CALL app.allow('delivery', 'store', 'INSERT UPDATE', 'org_id = ANY MINE');
  CALL app.allow('delivery', 'supply', 'INSERT UPDATE', 'supplier_id = ANY MINE AND status IN (''announced'', ''cancelled'')');
  CALL app.show('delivery_line', 'org_id = ANY MINE OR EXISTS (SELECT 1 FROM app.delivery d
    WHERE d.org_id = delivery_line.org_id AND d.id = delivery_line.delivery_id)');
  CALL app.allow('delivery_line', 'store', 'INSERT UPDATE DELETE', 'org_id = ANY MINE');
  CALL app.allow('delivery_line', 'supply', 'INSERT UPDATE DELETE', 'EXISTS (SELECT 1 FROM app.delivery d
    WHERE d.org_id = delivery_line.org_id AND d.id = delivery_line.delivery_id AND d.supplier_id = ANY MINE
      AND d.status = ''announced'')');

  -- Settlement: the member draws up, the supplier confirms or disputes.
  CALL app.show('settle_term', 'org_id = ANY MINE OR supplier_id = ANY MINE');
  CALL app.allow('settle_term', 'settle buy', 'INSERT UPDATE', 'org_id = ANY MINE');
  CALL app.show('statement', 'org_id = ANY MINE OR supplier_id = ANY MINE');
  CALL app.allow('statement', 'settle', 'INSERT UPDATE', 'org_id = ANY MINE');
  CALL app.allow('statement', 'supply', 'UPDATE', 'supplier_id = ANY MINE AND status IN (''sent'', ''disputed'', ''confirmed'')',
    'status, supplier_amount, dispute, confirmed_at, confirmed_by, version');
  CALL app.show('statement_line', 'org_id = ANY MINE OR EXISTS (SELECT 1 FROM app.statement d
    WHERE d.org_id = statement_line.org_id AND d.id = statement_line.statement_id)');
  CALL app.allow('statement_line', 'settle', 'INSERT DELETE', 'org_id = ANY MINE');
  CALL app.show('invoice', 'org_id = ANY MINE OR supplier_id = ANY MINE');
  CALL app.allow('invoice', 'settle', 'INSERT UPDATE', 'org_id = ANY MINE');
  CALL app.allow('invoice', 'supply', 'INSERT', 'supplier_id = ANY MINE');
  CALL app.show('invoice_match', 'org_id = ANY MINE');
  CALL app.allow('invoice_match', 'settle', 'INSERT UPDATE DELETE', 'org_id = ANY MINE');

  -- Bookkeeping of the program itself: everybody who acts.
  CALL app.show('operation', 'actor_id = (SELECT app.my_person())');
  CALL app.allow('operation', 'read', 'INSERT UPDATE', 'actor_id = (SELECT app.my_person())', 'result');
  CALL app.show('counter', 'org_id = ANY MINE');
  CALL app.allow('counter', 'store buy catalogue sign settle supply admin', 'INSERT UPDATE', 'org_id = ANY MINE', 'last');
END $$;
ALTER TABLE app.account ENABLE ROW LEVEL SECURITY;         -- local passwords: SQLite only, nobody here
ALTER TABLE app.alembic_version ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON app.alembic_version TO yilian_login;
CREATE POLICY read ON app.alembic_version FOR SELECT TO yilian_login USING (true);

-- The functions' owner: the only writer of ledger, balance, chain heads, audit and signatures.
GRANT SELECT ON app.place, app.person TO yilian_ledger;
GRANT SELECT, INSERT ON app.ledger, app.audit, app.signature TO yilian_ledger;
GRANT SELECT, INSERT, UPDATE ON app.balance, app.chain_head TO yilian_ledger;
GRANT SELECT, UPDATE ON app.member_order, app.group_order TO yilian_ledger;
GRANT SELECT ON app.delivery, app.statement TO yilian_ledger;
DO $$
DECLARE
  t text;
  f regprocedure;
BEGIN
  FOREACH t IN ARRAY ARRAY['place', 'person', 'ledger', 'audit', 'signature', 'balance', 'chain_head', 'member_order',
      'group_order', 'delivery', 'statement'] LOOP
    EXECUTE format('CREATE POLICY functions ON app.%I TO yilian_ledger USING (true) WITH CHECK (true)', t);
  END LOOP;
  FOR f IN SELECT oid::regprocedure FROM pg_proc WHERE prokind = 'f' AND pronamespace IN ('api'::regnamespace, 'app'::regnamespace) LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
  FOR f IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'api'::regnamespace LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO yilian_ledger', f);
  END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION app.my_person(), app.my_orgs(text), app.in_group(), app.group_duty(text)
  TO yilian_login, yilian_ledger;
GRANT EXECUTE ON FUNCTION api.post(uuid, bigint, text, bigint, date, bigint, jsonb) TO yilian_store;
GRANT EXECUTE ON FUNCTION api.audit(bigint, bigint, text, text, bigint, text) TO yilian_login;
GRANT EXECUTE ON FUNCTION api.sign(bigint, bigint, bigint, bytea, text, text, text, bigint) TO yilian_sign;
