-- Approvals, suppliers' answers and supplements of pledges, held for psql as well.

DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['requisition_approval', 'order_answer', 'order_answer_line'] LOOP
    EXECUTE format('CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.%I FOR EACH ROW EXECUTE FUNCTION app.deny()', t);
    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON app.%I FOR EACH STATEMENT EXECUTE FUNCTION app.deny()', t);
  END LOOP;
END $$;

-- The level of approval that an amount asks for: '' (none), member or group. An organisation's own
-- limits go before the group's (org 0); without any, nothing is asked for.
CREATE FUNCTION app.approval_level(p_org bigint, p_amount bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH limits AS (SELECT s.value::jsonb AS v FROM app.setting s
    WHERE s.org_id IN (p_org, 0) AND s.key = 'requisition.approval' ORDER BY s.org_id = 0 LIMIT 1)
  SELECT coalesce((SELECT CASE
      WHEN p_amount > (v ->> 'member')::numeric * 10000 THEN 'group'
      WHEN p_amount > (v ->> 'store')::numeric * 10000 THEN 'member' ELSE '' END FROM limits), '')
$$;

-- A requisition above the limits becomes submitted by its approvers only, never by who asks.
CREATE FUNCTION app.requisition_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_old text := CASE WHEN TG_OP = 'UPDATE' THEN OLD.status ELSE 'draft' END;
BEGIN
  IF pg_has_role(session_user, 'yilian_owner', 'MEMBER') OR NEW.status = v_old THEN
    RETURN NEW;
  END IF;
  IF v_old = 'to_approve' AND NEW.status IN ('submitted', 'to_approve_group')
     AND (NOT NEW.org_id = ANY (app.my_orgs('sign')) OR NEW.submitted_by IS NOT DISTINCT FROM app.my_person()) THEN
    RAISE EXCEPTION 'a requisition is approved by the head of its member' USING ERRCODE = '42501';
  END IF;
  IF v_old = 'to_approve_group' AND NEW.status = 'submitted'
     AND (NOT app.group_duty('sign') OR NEW.submitted_by IS NOT DISTINCT FROM app.my_person()) THEN
    RAISE EXCEPTION 'a requisition of this amount is approved by the group' USING ERRCODE = '42501';
  END IF;
  IF NEW.status = 'submitted' AND v_old NOT IN ('to_approve', 'to_approve_group')
     AND app.approval_level(NEW.org_id, NEW.amount) <> '' THEN
    RAISE EXCEPTION 'a requisition of this amount needs an approval' USING ERRCODE = '42501';
  END IF;
  IF NEW.status = 'submitted' AND v_old = 'to_approve'
     AND app.approval_level(NEW.org_id, NEW.amount) = 'group'
     AND NOT EXISTS (SELECT 1 FROM app.group_membership m WHERE m.org_id = NEW.org_id AND m.role = 'lead') THEN
    RAISE EXCEPTION 'a requisition of this amount is approved by the group' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER requisition_rules BEFORE INSERT OR UPDATE ON app.requisition
  FOR EACH ROW EXECUTE FUNCTION app.requisition_rules();

-- A supplier answers an order that waits for its signature: so much, until then. The order is
-- another organisation's row, so only this function may do it. Answers: ok, changed, not_allowed,
-- reason.
CREATE FUNCTION api.answer(p_org bigint, p_order bigint, p_version bigint, p_digest bytea,
  p_lines jsonb, p_reason text, p_actor bigint)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_owner boolean := pg_has_role(session_user, 'yilian_owner', 'MEMBER');
  v_actor bigint := app.my_person();
  v_at bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  v_lead bigint;
  v_group bigint;
  v_supplier bigint;
BEGIN
  SELECT m.lead_id, m.group_order_id, m.supplier_id INTO v_lead, v_group, v_supplier
    FROM app.member_order m WHERE m.org_id = p_org AND m.id = p_order;
  IF v_owner THEN
    v_actor := p_actor;
  ELSIF v_actor IS NULL OR v_supplier IS NULL OR NOT v_supplier = ANY (app.my_orgs('sign')) THEN
    RETURN 'not_allowed';
  END IF;
  IF length(btrim(coalesce(p_reason, ''))) < 5 THEN
    RETURN 'reason';
  END IF;
  PERFORM 1 FROM app.group_order g WHERE g.org_id = v_lead AND g.id = v_group FOR UPDATE;
  UPDATE app.member_order m SET status = 'answered', refusal = btrim(p_reason)
   WHERE m.org_id = p_org AND m.id = p_order AND m.version = p_version AND m.digest = p_digest
     AND m.status = 'member_signed';
  IF NOT FOUND THEN
    RETURN 'changed';
  END IF;
  INSERT INTO app.order_answer (org_id, order_id, version, supplier_id, person_id, person_name, at, digest, reason)
  SELECT p_org, p_order, p_version, v_supplier, p.id, p.name, v_at, p_digest, btrim(p_reason)
    FROM app.person p WHERE p.id = v_actor;
  INSERT INTO app.order_answer_line (org_id, order_id, version, line, qty, due_on)
  SELECT p_org, p_order, p_version, l.line, least(greatest((a ->> 'qty')::bigint, 0), l.qty), (a ->> 'due_on')::date
    FROM app.member_order_line l JOIN jsonb_array_elements(p_lines) a ON (a ->> 'line')::bigint = l.line
   WHERE l.org_id = p_org AND l.order_id = p_order;
  RETURN 'ok';
END $$;

-- A pledge's quantity stays as it was confirmed, its cap grows by approved supplements alone.
CREATE FUNCTION app.pledge_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_id bigint;
BEGIN
  IF pg_has_role(session_user, 'yilian_owner', 'MEMBER') THEN
    RETURN NEW;
  END IF;
  IF NEW.qty <> OLD.qty OR NEW.valid_from <> OLD.valid_from OR NEW.valid_to <> OLD.valid_to THEN
    RAISE EXCEPTION 'a pledge stays as it was confirmed' USING ERRCODE = '42501';
  END IF;
  IF NEW.cap IS DISTINCT FROM OLD.cap THEN
    SELECT s.id INTO v_id FROM app.pledge_supplement s
     WHERE s.org_id = NEW.org_id AND s.award_id = NEW.award_id AND s.item_id = NEW.item_id
       AND s.status = 'approved' AND s.applied = 0 AND s.qty = NEW.cap - OLD.cap LIMIT 1;
    IF v_id IS NULL OR (SELECT sum(s.qty) * 10 FROM app.pledge_supplement s
        WHERE s.org_id = NEW.org_id AND s.award_id = NEW.award_id AND s.item_id = NEW.item_id
          AND s.status = 'approved') > NEW.qty THEN
      RAISE EXCEPTION 'a cap grows by an approved supplement of a tenth at most' USING ERRCODE = '42501';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER pledge_rules BEFORE UPDATE ON app.pledge FOR EACH ROW EXECUTE FUNCTION app.pledge_rules();

CREATE FUNCTION app.supplement_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_me bigint := app.my_person();
BEGIN
  IF pg_has_role(session_user, 'yilian_owner', 'MEMBER') THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'submitted' OR NEW.asked_by <> v_me OR NEW.applied <> 0 THEN
      RAISE EXCEPTION 'a supplement begins undecided' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.qty <> OLD.qty OR NEW.asked_by <> OLD.asked_by OR NEW.org_id <> OLD.org_id OR NEW.item_id <> OLD.item_id
     OR (OLD.status <> 'submitted' AND NEW.status <> OLD.status) OR (OLD.applied = 1 AND NEW.applied = 0)
     OR (NEW.status <> OLD.status AND (NEW.decided_by <> v_me OR NEW.decided_by = OLD.asked_by
         OR NOT app.group_duty('sign'))) THEN
    RAISE EXCEPTION 'a supplement is decided as it was asked, by the head of the group' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER supplement_rules BEFORE INSERT OR UPDATE ON app.pledge_supplement
  FOR EACH ROW EXECUTE FUNCTION app.supplement_rules();

-- A group order is under way when nothing waits any more; an order confirmed in part waits too.
DO $$
BEGIN
  EXECUTE replace(pg_get_functiondef('api.sign(bigint,bigint,bigint,bytea,text,text,text,bigint)'::regprocedure),
    '(''to_sign'', ''member_signed'', ''refused'')', '(''to_sign'', ''member_signed'', ''answered'', ''refused'')');
END $$;
