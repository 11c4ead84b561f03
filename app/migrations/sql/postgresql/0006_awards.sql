-- The award: who negotiated does not approve, and nothing enters into force before its time. These
-- triggers hold for psql too; the program's own refusals say the same in words.

-- Whether the person took part in the negotiation of an award: made the project or the award,
-- started or opened a round, or typed in a bid of paper.
CREATE FUNCTION app.negotiated(p_org bigint, p_award bigint, p_person bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM app.award a JOIN app.negotiation n ON n.org_id = a.org_id AND n.id = a.negotiation_id
     WHERE a.org_id = p_org AND a.id = p_award AND p_person IN (a.created_by, n.created_by))
   OR EXISTS (SELECT 1 FROM app.award a JOIN app.negotiation_round r
       ON r.org_id = a.org_id AND r.negotiation_id = a.negotiation_id
     WHERE a.org_id = p_org AND a.id = p_award AND p_person IN (r.started_by, r.opened_by))
   OR EXISTS (SELECT 1 FROM app.award a JOIN app.bid_sheet s
       ON s.org_id = a.org_id AND s.negotiation_id = a.negotiation_id
     WHERE a.org_id = p_org AND a.id = p_award AND s.source = 'paper' AND s.person_id = p_person)
$$;

CREATE FUNCTION app.award_decision_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_me bigint := app.my_person();
  v_owner boolean := pg_has_role(session_user, 'yilian_owner', 'MEMBER');
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.approved_by IS NOT NULL OR NEW.in_force_at IS NOT NULL
       OR (NOT v_owner AND NEW.submitted_by IS DISTINCT FROM v_me) THEN
      RAISE EXCEPTION 'a decision begins as a submission of one''s own' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.submitted_by <> OLD.submitted_by OR NEW.submitted_at <> OLD.submitted_at
     OR (OLD.approved_by IS NOT NULL AND NEW.approved_by IS DISTINCT FROM OLD.approved_by)
     OR (OLD.approved_by IS NOT NULL AND NEW.public_to < OLD.public_to)
     OR OLD.in_force_at IS NOT NULL OR OLD.returned_at IS NOT NULL THEN
    RAISE EXCEPTION 'a decision is not changed afterwards' USING ERRCODE = '42501';
  END IF;
  IF NEW.approved_by IS NOT NULL AND OLD.approved_by IS NULL THEN
    IF (NOT v_owner AND (NEW.approved_by IS DISTINCT FROM v_me OR NOT NEW.org_id = ANY (app.my_orgs('sign'))))
       OR app.negotiated(NEW.org_id, NEW.award_id, NEW.approved_by) THEN
      RAISE EXCEPTION 'who negotiated does not approve' USING ERRCODE = '42501';
    END IF;
  END IF;
  IF NEW.in_force_at IS NOT NULL AND (NEW.public_to IS NULL
       OR NEW.public_to >= (to_timestamp(NEW.in_force_at / 1000000.0) AT TIME ZONE 'Asia/Shanghai')::date
       OR (NOT v_owner AND NEW.public_to >= (now() AT TIME ZONE 'Asia/Shanghai')::date)
       OR EXISTS (SELECT 1 FROM app.award_objection o WHERE o.org_id = NEW.org_id AND o.award_id = NEW.award_id
          AND o.attempt = NEW.attempt AND o.outcome IS DISTINCT FROM 'rejected')) THEN
    RAISE EXCEPTION 'publicity is not over, or objections are open' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER award_decision_rules BEFORE INSERT OR UPDATE ON app.award_decision
  FOR EACH ROW EXECUTE FUNCTION app.award_decision_rules();

-- The award's state follows its decision, and its makers stay who they were.
CREATE FUNCTION app.award_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  d record;
BEGIN
  IF NEW.created_by <> OLD.created_by OR NEW.negotiation_id <> OLD.negotiation_id OR NEW.kind <> OLD.kind THEN
    RAISE EXCEPTION 'an award keeps its makers' USING ERRCODE = '42501';
  END IF;
  IF NEW.status = OLD.status THEN
    RETURN NEW;
  END IF;
  SELECT * INTO d FROM app.award_decision x WHERE x.org_id = NEW.org_id AND x.award_id = NEW.id
   ORDER BY x.attempt DESC LIMIT 1;
  IF NOT ((OLD.status = 'draft' AND NEW.status = 'submitted' AND d.returned_at IS NULL AND d.attempt IS NOT NULL)
      OR (OLD.status = 'submitted' AND NEW.status = 'publicity' AND d.approved_by IS NOT NULL)
      OR (OLD.status IN ('submitted', 'publicity') AND NEW.status = 'draft' AND d.returned_at IS NOT NULL)
      OR (OLD.status = 'publicity' AND NEW.status = 'in_force' AND d.in_force_at IS NOT NULL)) THEN
    RAISE EXCEPTION 'an award follows its decision' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER award_rules BEFORE UPDATE ON app.award FOR EACH ROW EXECUTE FUNCTION app.award_rules();

-- A price request: the one who agrees and the one who puts it in force are two, each in person.
CREATE FUNCTION app.price_request_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_me bigint := app.my_person();
  v_owner boolean := pg_has_role(session_user, 'yilian_owner', 'MEMBER');
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'submitted' OR NEW.first_by IS NOT NULL OR NEW.second_by IS NOT NULL THEN
      RAISE EXCEPTION 'a request begins undecided' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.new_price <> OLD.new_price OR NEW.price_id <> OLD.price_id OR NEW.supplier_id <> OLD.supplier_id
     OR NEW.platform_after <> OLD.platform_after OR NEW.asked_by <> OLD.asked_by
     OR (OLD.first_by IS NOT NULL AND NEW.first_by IS DISTINCT FROM OLD.first_by)
     OR OLD.status IN ('in_force', 'refused', 'cancelled') THEN
    RAISE EXCEPTION 'a request is decided as it was asked' USING ERRCODE = '42501';
  END IF;
  IF NOT v_owner AND ((NEW.first_by IS DISTINCT FROM OLD.first_by
         AND (NEW.first_by <> v_me OR NOT NEW.org_id = ANY (app.my_orgs('sign'))))
       OR (NEW.second_by IS DISTINCT FROM OLD.second_by
         AND (NEW.second_by <> v_me OR NOT NEW.org_id = ANY (app.my_orgs('buy'))))) THEN
    RAISE EXCEPTION 'each decides for oneself' USING ERRCODE = '42501';
  END IF;
  IF NEW.first_by = NEW.asked_by OR NEW.second_by = NEW.asked_by THEN
    RAISE EXCEPTION 'who asks does not decide' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER price_request_rules BEFORE INSERT OR UPDATE ON app.price_request
  FOR EACH ROW EXECUTE FUNCTION app.price_request_rules();
REVOKE ALL ON FUNCTION app.negotiated(bigint, bigint, bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION app.award_decision_rules() FROM PUBLIC;
REVOKE ALL ON FUNCTION app.award_rules() FROM PUBLIC;
REVOKE ALL ON FUNCTION app.price_request_rules() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.negotiated(bigint, bigint, bigint) TO yilian_login;
