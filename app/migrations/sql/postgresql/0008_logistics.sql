-- Goods between members: what one member may learn of the others' shelves, and which step of a
-- transfer is whose. Tables and rights follow in 0008_logistics_security.sql.

CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.temperature_reading FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.transfer_paper FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.loan_settlement FOR EACH ROW EXECUTE FUNCTION app.deny();

-- What lies ready for use at each member of the group, by lot: a member may not read another's
-- balances, but has to know who could help. Nothing about people, documents or prices is told.
CREATE FUNCTION api.group_stock(p_items bigint[])
RETURNS TABLE (org_id bigint, item_id bigint, lot_id bigint, owner_id bigint, qty bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT b.org_id, b.item_id, b.lot_id, b.owner_id, sum(b.qty)::bigint
    FROM app.balance b
    JOIN app.place p ON p.org_id = b.org_id AND p.id = b.place_id
   WHERE app.in_group() AND b.item_id = ANY (p_items) AND b.qty > 0 AND p.zone IN ('', 'good') AND p.active = 1
     AND p.level = 1
   GROUP BY 1, 2, 3, 4
$$;

-- What each member used of the items since a day: how fast a surplus would go by itself.
CREATE FUNCTION api.group_use(p_items bigint[], p_since date)
RETURNS TABLE (org_id bigint, item_id bigint, qty bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT d.org_id, d.item_id, sum(d.asked)::bigint FROM app.demand d
   WHERE app.in_group() AND d.item_id = ANY (p_items) AND d.day >= p_since
   GROUP BY 1, 2
$$;

-- Trace codes go with the goods: only those that the donor sent in this very transfer.
CREATE FUNCTION api.take_traces(p_org bigint, p_transfer bigint, p_codes jsonb)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_count bigint;
BEGIN
  IF NOT pg_has_role(session_user, 'yilian_owner', 'MEMBER') AND NOT p_org = ANY (app.my_orgs('store')) THEN
    RAISE EXCEPTION 'not allowed' USING ERRCODE = '42501';
  END IF;
  UPDATE app.trace_code t SET org_id = p_org, released_at = NULL
   WHERE t.code IN (SELECT jsonb_array_elements_text(p_codes))
     AND t.org_id = (SELECT f.donor_id FROM app.transfer f WHERE f.org_id = p_org AND f.id = p_transfer
                        AND f.status = 'in_transit')
     AND EXISTS (SELECT 1 FROM app.transfer_lot l, jsonb_array_elements_text(l.traces::jsonb) c
                  WHERE l.org_id = p_org AND l.transfer_id = p_transfer AND c = t.code);
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END $$;

-- Each step of a transfer is one party's: the donor promises and sends, the group approves, the
-- receiver accepts. app/services/transfers says the same in words.
CREATE FUNCTION app.transfer_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_store bigint[];
  v_free boolean;
BEGIN
  IF pg_has_role(session_user, 'yilian_owner', 'MEMBER') THEN
    RETURN NEW;
  END IF;
  v_store := app.my_orgs('store');
  IF TG_OP = 'INSERT' THEN
    IF NEW.status NOT IN ('draft', 'donor') AND NOT (NEW.kind = 'return' AND NEW.status = 'approved') THEN
      RAISE EXCEPTION 'a transfer begins with a request' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.org_id, NEW.id, NEW.donor_id, NEW.kind, NEW.origin_id, NEW.created_by)
     IS DISTINCT FROM (OLD.org_id, OLD.id, OLD.donor_id, OLD.kind, OLD.origin_id, OLD.created_by)
     OR (OLD.status NOT IN ('draft', 'donor') AND (NEW.legal_basis, NEW.settle, NEW.urgency)
         IS DISTINCT FROM (OLD.legal_basis, OLD.settle, OLD.urgency)) THEN
    RAISE EXCEPTION 'a transfer keeps its parties and basis' USING ERRCODE = '42501';
  END IF;
  IF NEW.status = OLD.status THEN
    RETURN NEW;
  END IF;
  v_free := NEW.urgency = 'emergency' OR NEW.kind = 'return' OR (
    SELECT a.legal_person_id = b.legal_person_id FROM app.organisation a, app.organisation b
     WHERE a.id = NEW.org_id AND b.id = NEW.donor_id);
  IF (OLD.status = 'donor' AND NEW.status = 'review' AND NEW.donor_id = ANY (v_store))
     OR (OLD.status = 'donor' AND NEW.status = 'approved' AND NEW.donor_id = ANY (v_store) AND v_free)
     OR (OLD.status = 'review' AND NEW.status = 'approved' AND (app.group_duty('buy') OR app.group_duty('sign')))
     OR (OLD.status = 'approved' AND NEW.status = 'in_transit' AND NEW.donor_id = ANY (v_store))
     OR (OLD.status = 'in_transit' AND NEW.status = 'accepted' AND NEW.org_id = ANY (v_store))
     OR (OLD.status IN ('accepted', 'part_returned') AND NEW.status IN ('part_returned', 'returned', 'settled'))
     OR (OLD.status = 'draft' AND NEW.status = 'donor' AND NEW.org_id = ANY (v_store))
     OR (OLD.status IN ('draft', 'donor', 'review', 'approved') AND NEW.status = 'cancelled') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'this step is another party''s' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON app.transfer FOR EACH ROW EXECUTE FUNCTION app.transfer_guard();
