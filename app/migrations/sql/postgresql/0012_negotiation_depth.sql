-- The group's prices (GPO) come from an approved award or price request, never from a hand alone;
-- an end that was set is not moved on; a project keeps to its steps and its rules. The program says
-- the same in words; this holds for psql. The functions see every row (they belong to the owner of
-- the tables) and know the person by the login role.

-- A price of a GPO list is a line of an award in force, the answer to a request that two agreed to,
-- or was agreed before the program (a take-over that another person gave leave for).
CREATE FUNCTION app.price_origin() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF pg_has_role(session_user, 'yilian_owner', 'MEMBER') THEN
    RETURN NEW;
  END IF;
  IF NEW.created_by IS DISTINCT FROM app.my_person() THEN
    RAISE EXCEPTION 'a price carries the name of who made it' USING ERRCODE = '42501';
  END IF;
  -- a time to come would make the price look unused (app.price_unused)
  NEW.created_at := least(NEW.created_at, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
  IF NOT EXISTS (SELECT 1 FROM app.price_list l WHERE l.id = NEW.list_id AND l.source = 'gpo')
     OR EXISTS (SELECT 1 FROM app.award_decision d
       JOIN app.award a ON a.org_id = d.org_id AND a.id = d.award_id AND a.status = 'in_force'
       JOIN app.negotiation n ON n.org_id = a.org_id AND n.id = a.negotiation_id
       JOIN app.negotiation_item i ON i.org_id = n.org_id AND i.negotiation_id = n.id
       JOIN app.award_line w ON w.org_id = a.org_id AND w.award_id = a.id AND w.line = i.line
      WHERE d.list_id = NEW.list_id AND d.in_force_at IS NOT NULL AND d.returned_at IS NULL
        AND i.item_id = NEW.item_id AND w.supplier_id = NEW.supplier_id AND w.rank = NEW.rank
        AND w.unit_price = NEW.unit_price AND w.price_factor = NEW.price_factor AND NEW.org_id = 0
        AND NEW.valid_to = n.supply_to AND NEW.valid_from > d.public_to)
     OR EXISTS (SELECT 1 FROM app.price_request r JOIN app.price o ON o.id = r.price_id
      WHERE r.new_price_id = NEW.id AND r.status = 'in_force' AND r.new_price = NEW.unit_price
        AND (o.list_id, o.item_id, o.supplier_id, o.org_id, o.rank)
          = (NEW.list_id, NEW.item_id, NEW.supplier_id, NEW.org_id, NEW.rank)
        AND NEW.valid_from >= r.valid_from)
     OR EXISTS (SELECT 1 FROM app.price_takeover t WHERE t.list_id = NEW.list_id AND t.approved_by IS NOT NULL
        AND t.approved_at > (extract(epoch FROM clock_timestamp() - interval '30 days') * 1000000)::bigint) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a price of the group comes from an award or a request' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER price_origin BEFORE INSERT ON app.price FOR EACH ROW EXECUTE FUNCTION app.price_origin();

-- An end only comes earlier. It moves back to where it was when the price that ended it, made in the
-- same transaction, was taken back unused; the end of an award's price never does.
CREATE FUNCTION app.price_end_kept() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF pg_has_role(session_user, 'yilian_owner', 'MEMBER') THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF EXISTS (SELECT 1 FROM app.award_decision d WHERE d.list_id = OLD.list_id)
     AND (TG_OP = 'DELETE' OR (OLD.valid_to IS NOT NULL AND (NEW.valid_to IS NULL OR NEW.valid_to > OLD.valid_to))) THEN
    RAISE EXCEPTION 'the price of an award is closed and followed' USING ERRCODE = '42501';
  END IF;
  IF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT 1 FROM app.price_request r WHERE r.new_price_id = OLD.id) THEN
      RAISE EXCEPTION 'the price of a request is closed and followed' USING ERRCODE = '42501';
    END IF;
    RETURN OLD;
  END IF;
  IF OLD.valid_to IS NOT NULL AND (NEW.valid_to IS NULL OR NEW.valid_to > OLD.valid_to)
     AND NOT EXISTS (SELECT 1 FROM app.price_step c
       JOIN app.price_step t ON t.of_item = c.of_item AND t.supplier_id = c.supplier_id AND t.org_id = c.org_id
         AND t.kind = 'taken_back' AND t.valid_from = c.after
       JOIN app.price_step m ON m.price_id = t.price_id AND m.kind = 'made' AND m.deal = c.deal
      WHERE c.price_id = OLD.id AND c.kind = 'closed' AND c.after = OLD.valid_to
        AND c.before IS NOT DISTINCT FROM NEW.valid_to) THEN
    RAISE EXCEPTION 'a price that ended does not hold again' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER price_end_kept BEFORE UPDATE OR DELETE ON app.price FOR EACH ROW EXECUTE FUNCTION app.price_end_kept();

-- What happened to each price, by whom.
CREATE FUNCTION app.price_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  p app.price := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  v_before date := CASE TG_OP WHEN 'INSERT' THEN NULL ELSE OLD.valid_to END;
  v_after date := CASE TG_OP WHEN 'DELETE' THEN NULL ELSE NEW.valid_to END;
BEGIN
  IF TG_OP = 'UPDATE' AND v_before IS NOT DISTINCT FROM v_after THEN
    RETURN NULL;
  END IF;
  INSERT INTO app.price_step (price_id, n, kind, of_item, supplier_id, org_id, valid_from, before, after, at, person_id,
    deal)
  VALUES (p.id, (SELECT coalesce(max(s.n), 0) + 1 FROM app.price_step s WHERE s.price_id = p.id),
    CASE TG_OP WHEN 'INSERT' THEN 'made' WHEN 'DELETE' THEN 'taken_back'
      ELSE CASE WHEN v_before IS NULL OR v_after < v_before THEN 'closed' ELSE 'reopened' END END,
    p.item_id, p.supplier_id, p.org_id, p.valid_from, v_before, v_after,
    (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, app.my_person(), pg_current_xact_id()::text::bigint);
  RETURN NULL;
END $$;
CREATE TRIGGER price_told AFTER INSERT OR UPDATE OR DELETE ON app.price FOR EACH ROW EXECUTE FUNCTION app.price_told();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.price_step FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON app.price_step FOR EACH STATEMENT EXECUTE FUNCTION app.deny();

-- A list keeps its kind: an everyday list does not become the group's.
CREATE FUNCTION app.price_list_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (NEW.id, NEW.source) IS DISTINCT FROM (OLD.id, OLD.source) THEN
    RAISE EXCEPTION 'a price list keeps its source' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER price_list_kept BEFORE UPDATE ON app.price_list FOR EACH ROW EXECUTE FUNCTION app.price_list_kept();

-- Leave to take prices over: asked for by oneself, given once, in person, by a signer of the lead.
CREATE FUNCTION app.takeover_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF pg_has_role(session_user, 'yilian_owner', 'MEMBER') THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.approved_by IS NOT NULL OR NEW.approved_at IS NOT NULL OR NEW.asked_by IS DISTINCT FROM app.my_person() THEN
      RAISE EXCEPTION 'leave is asked for by oneself and given by another' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.list_id, NEW.org_id, NEW.asked_by, NEW.asked_at, NEW.reason)
      IS DISTINCT FROM (OLD.list_id, OLD.org_id, OLD.asked_by, OLD.asked_at, OLD.reason)
     OR OLD.approved_by IS NOT NULL OR NEW.approved_by IS DISTINCT FROM app.my_person()
     OR NOT NEW.org_id = ANY (app.my_orgs('sign')) THEN
    RAISE EXCEPTION 'leave is given once, in person' USING ERRCODE = '42501';
  END IF;
  NEW.approved_at := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  RETURN NEW;
END $$;
CREATE TRIGGER takeover_rules BEFORE INSERT OR UPDATE ON app.price_takeover
  FOR EACH ROW EXECUTE FUNCTION app.takeover_rules();

-- A project goes step by step (app.domain.documents, DocKind.NEGOTIATION; a test compares the two),
-- and from the first round on its rules and its period stay. What the award says comes first.
CREATE FUNCTION app.negotiation_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (NEW.org_id, NEW.id, NEW.no, NEW.created_by) IS DISTINCT FROM (OLD.org_id, OLD.id, OLD.no, OLD.created_by)
     OR NEW.round NOT IN (OLD.round, OLD.round + 1)
     OR (OLD.status NOT IN ('draft', 'needing')
       AND (NEW.rules::text, NEW.supply_from, NEW.supply_to, NEW.growth)
         IS DISTINCT FROM (OLD.rules::text, OLD.supply_from, OLD.supply_to, OLD.growth)) THEN
    RAISE EXCEPTION 'a project keeps its makers and its rules' USING ERRCODE = '42501';
  END IF;
  IF NEW.status = OLD.status THEN
    RETURN NEW;
  END IF;
  IF OLD.status || '>' || NEW.status <> ALL (ARRAY[
      'draft>needing', 'needing>draft', 'needing>quoting', 'quoting>bargaining', 'bargaining>reviewing',
      'reviewing>bargaining', 'reviewing>publicity', 'publicity>reviewing', 'publicity>in_force',
      'quoting>failed', 'bargaining>failed', 'reviewing>failed', 'draft>stopped', 'needing>stopped',
      'quoting>stopped', 'bargaining>stopped', 'reviewing>stopped', 'publicity>stopped'])
     OR (NEW.status IN ('publicity', 'in_force') AND NOT EXISTS (SELECT 1 FROM app.award a
       WHERE a.org_id = NEW.org_id AND a.negotiation_id = NEW.id AND a.status = NEW.status)) THEN
    RAISE EXCEPTION 'a project goes step by step' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER negotiation_rules BEFORE UPDATE ON app.negotiation FOR EACH ROW EXECUTE FUNCTION app.negotiation_rules();

-- Lines stand from the first round on: what was asked for, how much, and the ceiling. A cap is set
-- between rounds; what failed stays failed.
CREATE FUNCTION app.negotiation_line_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  l app.negotiation_item := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  v_round bigint := (SELECT n.round FROM app.negotiation n WHERE n.org_id = l.org_id AND n.id = l.negotiation_id);
BEGIN
  IF v_round = 0 OR v_round IS NULL THEN
    RETURN l;
  END IF;
  IF TG_OP <> 'UPDATE'
     OR (NEW.org_id, NEW.negotiation_id, NEW.line, NEW.item_id, NEW.lot, NEW.price_factor, NEW.volume, NEW.ceiling)
       IS DISTINCT FROM
       (OLD.org_id, OLD.negotiation_id, OLD.line, OLD.item_id, OLD.lot, OLD.price_factor, OLD.volume, OLD.ceiling)
     OR (OLD.failed IS NOT NULL AND NEW.failed IS DISTINCT FROM OLD.failed)
     OR ((NEW.cap, NEW.cap_rule) IS DISTINCT FROM (OLD.cap, OLD.cap_rule) AND EXISTS (
       SELECT 1 FROM app.negotiation_round r WHERE r.org_id = l.org_id AND r.negotiation_id = l.negotiation_id
         AND r.opened_at IS NULL)) THEN
    RAISE EXCEPTION 'lines stand from the first round on' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER negotiation_line_rules BEFORE INSERT OR UPDATE OR DELETE ON app.negotiation_item
  FOR EACH ROW EXECUTE FUNCTION app.negotiation_line_rules();
REVOKE ALL ON FUNCTION app.price_origin() FROM PUBLIC;
REVOKE ALL ON FUNCTION app.price_end_kept() FROM PUBLIC;
REVOKE ALL ON FUNCTION app.price_told() FROM PUBLIC;
REVOKE ALL ON FUNCTION app.price_list_kept() FROM PUBLIC;
REVOKE ALL ON FUNCTION app.takeover_rules() FROM PUBLIC;
REVOKE ALL ON FUNCTION app.negotiation_rules() FROM PUBLIC;
REVOKE ALL ON FUNCTION app.negotiation_line_rules() FROM PUBLIC;

-- A supplier hands in its papers; the group alone says that they are seen, as they stand.
CREATE FUNCTION app.dossier_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF pg_has_role(session_user, 'yilian_owner', 'MEMBER') THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.checked = 1 AND (NEW.org_id, NEW.kind, NEW.number, NEW.valid_to)
      IS DISTINCT FROM (OLD.org_id, OLD.kind, OLD.number, OLD.valid_to) THEN
    RAISE EXCEPTION 'a paper that changes is not checked' USING ERRCODE = '42501';
  END IF;
  IF NEW.checked = 1 AND (TG_OP = 'INSERT' OR OLD.checked = 0)
     AND NOT (app.group_duty('buy') OR app.group_duty('catalogue')) THEN
    RAISE EXCEPTION 'the group checks papers' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER dossier_rules BEFORE INSERT OR UPDATE ON app.dossier FOR EACH ROW EXECUTE FUNCTION app.dossier_rules();
REVOKE ALL ON FUNCTION app.dossier_rules() FROM PUBLIC;
