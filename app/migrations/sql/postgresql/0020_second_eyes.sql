-- Counts and what leaves for good, seen by two people: these hold for psql too; the same is said in
-- words by app/services/counting. What is posted, destroyed, refused or called off stays as it is.
CREATE FUNCTION app.stock_count_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_me bigint := app.my_person();
  v_owner boolean := pg_has_role(session_user, 'yilian_owner', 'MEMBER');
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'counting' OR NEW.approved_by IS NOT NULL OR NEW.submitted_by IS NOT NULL
       OR (NOT v_owner AND NEW.started_by IS DISTINCT FROM v_me) THEN
      RAISE EXCEPTION 'a count begins with nothing counted' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.org_id, NEW.id, NEW.no, NEW.place_id, NEW.tolerance, NEW.started_at, NEW.started_by, NEW.snapshot_seq)
     IS DISTINCT FROM
     (OLD.org_id, OLD.id, OLD.no, OLD.place_id, OLD.tolerance, OLD.started_at, OLD.started_by, OLD.snapshot_seq)
     OR NOT ((OLD.status = 'counting' AND NEW.status IN ('to_approve', 'cancelled'))
       OR (OLD.status = 'to_approve' AND NEW.status IN ('approved', 'posted', 'counting', 'cancelled'))
       OR (OLD.status = 'approved' AND NEW.status IN ('posted', 'cancelled'))) THEN
    RAISE EXCEPTION 'a count goes step by step' USING ERRCODE = '42501';
  END IF;
  IF (OLD.status <> 'counting' AND NEW.submitted_by IS DISTINCT FROM OLD.submitted_by)
     OR (OLD.status = 'approved' AND NEW.approved_by IS DISTINCT FROM OLD.approved_by)
     OR (NEW.status IN ('approved', 'posted') AND (NEW.approved_by IS NULL OR NEW.approved_by = NEW.submitted_by)) THEN
    RAISE EXCEPTION 'a count is approved by another than who submitted it' USING ERRCODE = '42501';
  END IF;
  IF NOT v_owner AND ((NEW.status = 'to_approve' AND NEW.submitted_by IS DISTINCT FROM v_me)
       OR (OLD.status = 'to_approve' AND NEW.status IN ('approved', 'posted') AND NEW.approved_by IS DISTINCT FROM v_me)) THEN
    RAISE EXCEPTION 'everybody signs with the own name' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON app.stock_count FOR EACH ROW EXECUTE FUNCTION app.stock_count_guard();

-- Lines are written while the count is open, by who counts; who has no keys to the store can only
-- ask for a line to be counted again.
CREATE FUNCTION app.count_line_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM app.stock_count c
                  WHERE c.org_id = NEW.org_id AND c.id = NEW.count_id AND c.status = 'counting') THEN
    RAISE EXCEPTION 'this count is closed' USING ERRCODE = '42501';
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.org_id, NEW.count_id, NEW.place_id, NEW.item_id, NEW.lot_id, NEW.owner_id, NEW.snapshot)
     IS DISTINCT FROM (OLD.org_id, OLD.count_id, OLD.place_id, OLD.item_id, OLD.lot_id, OLD.owner_id, OLD.snapshot) THEN
    RAISE EXCEPTION 'a line keeps its goods and its book' USING ERRCODE = '42501';
  END IF;
  IF NOT pg_has_role(session_user, 'yilian_owner', 'MEMBER') AND NEW.counted IS NOT NULL
     AND (TG_OP = 'INSERT' OR NEW.counted IS DISTINCT FROM OLD.counted)
     AND (NEW.counted_by IS DISTINCT FROM app.my_person() OR NOT NEW.org_id = ANY (app.my_orgs('store'))) THEN
    RAISE EXCEPTION 'everybody signs with the own name' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON app.count_line FOR EACH ROW EXECUTE FUNCTION app.count_line_guard();

CREATE FUNCTION app.disposal_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
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
       OR (OLD.status = 'approved' AND NEW.status = 'done' AND NEW.amount = OLD.amount
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
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON app.disposal FOR EACH ROW EXECUTE FUNCTION app.disposal_guard();

-- What leaves is what was asked for: lines come with the request and never change.
CREATE FUNCTION app.disposal_line_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' OR NOT EXISTS (SELECT 1 FROM app.disposal d
       WHERE d.org_id = NEW.org_id AND d.id = NEW.disposal_id AND d.status = 'to_approve' AND d.amount = 0) THEN
    RAISE EXCEPTION 'lines come with the request' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON app.disposal_line FOR EACH ROW EXECUTE FUNCTION app.disposal_line_guard();

-- How many people of the house keep its store today; grants of others are nobody else's to read.
CREATE FUNCTION app.keepers(p_org bigint) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT count(DISTINCT p.id) FROM app.person p JOIN app.duty_grant g ON g.person_id = p.id
   WHERE p.org_id = p_org AND p.active = 1 AND g.org_id = p_org AND g.duty = 'store'
     AND p_org = ANY (app.my_orgs())
     AND (g.valid_from IS NULL OR g.valid_from <= (now() AT TIME ZONE 'Asia/Shanghai')::date)
     AND (g.valid_to IS NULL OR g.valid_to > (now() AT TIME ZONE 'Asia/Shanghai')::date)
$$;
