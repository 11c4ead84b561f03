-- What was approved may be given up (the supplier never came, the goods are gone): nothing leaves then.
CREATE OR REPLACE FUNCTION app.disposal_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_me bigint := app.my_person();
  v_owner boolean := pg_has_role(session_user, 'yilian_owner', 'MEMBER');
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'to_approve' OR NEW.approved_by IS NOT NULL OR NEW.done_by IS NOT NULL
       OR (NOT v_owner AND NEW.made_by IS DISTINCT FROM v_me) THEN
      RAISE EXCEPTION 'a write-off begins unapproved' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.status IN ('done', 'refused')
     OR (NEW.org_id, NEW.id, NEW.no, NEW.kind, NEW.cause, NEW.reason, NEW.supplier_id, NEW.made_at, NEW.made_by)
     IS DISTINCT FROM
     (OLD.org_id, OLD.id, OLD.no, OLD.kind, OLD.cause, OLD.reason, OLD.supplier_id, OLD.made_at, OLD.made_by)
     OR NOT ((OLD.status = 'to_approve' AND NEW.status IN ('to_approve', 'approved', 'refused'))
       OR (OLD.status = 'approved' AND NEW.status IN ('done', 'refused') AND NEW.amount = OLD.amount
         AND NEW.approved_by IS NOT DISTINCT FROM OLD.approved_by)) THEN
    RAISE EXCEPTION 'a write-off stays as it was asked for' USING ERRCODE = '42501';
  END IF;
  IF OLD.status = 'to_approve' AND NEW.status <> 'to_approve'
     AND (NEW.approved_by IS NULL OR NEW.approved_by = NEW.made_by OR NEW.amount <> OLD.amount
       OR (NOT v_owner AND NEW.approved_by <> v_me)) THEN
    RAISE EXCEPTION 'a write-off is approved by another than who asked' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;

-- The expiry of a lot: written once (p_expiry), and forgotten (no p_expiry) only while the lot lies nowhere
-- in the group and nothing of it was ever used, sent, lost or destroyed: its acceptance was taken back.
-- A member cannot see the others' shelves, so this is asked of the function.
CREATE FUNCTION api.lot_expiry(p_lot bigint, p_expiry date, p_produced date)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT pg_has_role(session_user, 'yilian_owner', 'MEMBER') AND cardinality(app.my_orgs('store')) = 0 THEN
    RAISE EXCEPTION 'not allowed' USING ERRCODE = '42501';
  END IF;
  IF p_expiry IS NOT NULL THEN
    UPDATE app.lot SET expiry = p_expiry, produced = coalesce(p_produced, produced)
     WHERE id = p_lot AND expiry IS NULL;
  ELSE
    UPDATE app.lot SET expiry = NULL, produced = NULL WHERE id = p_lot
       AND NOT EXISTS (SELECT 1 FROM app.balance b WHERE b.lot_id = p_lot AND b.qty > 0)
       AND NOT EXISTS (SELECT 1 FROM app.ledger l JOIN app.place p ON p.org_id = l.org_id AND p.id = l.to_place
                        WHERE l.lot_id = p_lot AND p.holds_stock = 0 AND p.kind <> 'supplier');
  END IF;
  RETURN FOUND;
END $$;
GRANT UPDATE (expiry, produced) ON app.lot TO yilian_ledger;
DROP POLICY IF EXISTS functions ON app.lot;
CREATE POLICY functions ON app.lot TO yilian_ledger USING (true) WITH CHECK (true);
REVOKE ALL ON FUNCTION api.lot_expiry(bigint, date, date) FROM PUBLIC;
ALTER FUNCTION api.lot_expiry(bigint, date, date) OWNER TO yilian_ledger;
GRANT EXECUTE ON FUNCTION api.lot_expiry(bigint, date, date) TO yilian_store;
