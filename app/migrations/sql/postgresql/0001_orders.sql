-- Signing of member orders. A supplier's person signs a row of another organisation, and the last
-- signature opens the lead's group order: both only through this function, which checks by
-- session_user what app/services/orders/signing.py checks in words. It answers with a short word
-- instead of raising, so that the caller can look who was first and say so.

CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.member_order_version
  FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON app.member_order_version
  FOR EACH STATEMENT EXECUTE FUNCTION app.deny();

-- Answers: ok, changed (another state, version or content than the person saw), not_allowed, reason.
CREATE FUNCTION api.sign(p_org bigint, p_order bigint, p_version bigint, p_digest bytea,
  p_party text, p_decision text, p_reason text, p_actor bigint)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_owner boolean := pg_has_role(session_user, 'yilian_owner', 'MEMBER');
  v_actor bigint := app.my_person();
  v_at bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  v_lead bigint;
  v_group bigint;
  v_supplier bigint;
  v_party_org bigint;
  v_status text;
BEGIN
  IF p_party NOT IN ('member', 'supplier') OR p_decision NOT IN ('signed', 'refused') THEN
    RAISE EXCEPTION 'unknown party or decision' USING ERRCODE = '22023';
  END IF;
  SELECT m.lead_id, m.group_order_id, m.supplier_id INTO v_lead, v_group, v_supplier
    FROM app.member_order m WHERE m.org_id = p_org AND m.id = p_order;
  v_party_org := CASE WHEN p_party = 'member' THEN p_org ELSE v_supplier END;
  IF v_owner THEN
    v_actor := p_actor;
  ELSIF v_actor IS NULL OR v_party_org IS NULL OR NOT v_party_org = ANY (app.my_orgs('sign')) THEN
    RETURN 'not_allowed';
  END IF;
  IF p_decision = 'refused' AND length(btrim(coalesce(p_reason, ''))) < 5 THEN
    RETURN 'reason';
  END IF;

  -- the group order is locked first, here as in every change of its members, so that the last two
  -- signatures, given at the same moment, cannot both believe that the other is missing
  PERFORM 1 FROM app.group_order g WHERE g.org_id = v_lead AND g.id = v_group FOR UPDATE;
  v_status := CASE WHEN p_decision = 'refused' THEN 'refused'
                   WHEN p_party = 'member' THEN 'member_signed' ELSE 'signed' END;
  UPDATE app.member_order m
     SET status = v_status, refusal = CASE WHEN p_decision = 'refused' THEN btrim(p_reason) END
   WHERE m.org_id = p_org AND m.id = p_order AND m.version = p_version AND m.digest = p_digest
     AND m.status = CASE WHEN p_party = 'member' THEN 'to_sign' ELSE 'member_signed' END;
  IF NOT FOUND THEN
    RETURN 'changed';
  END IF;
  INSERT INTO app.signature (org_id, doc_kind, doc_id, version, party, decision, person_id, person_name,
    party_org_id, at, digest, reason)
  SELECT p_org, 'member_order', p_order, p_version, p_party, p_decision, p.id, p.name, v_party_org, v_at,
    p_digest, nullif(btrim(coalesce(p_reason, '')), '')
    FROM app.person p WHERE p.id = v_actor;

  UPDATE app.group_order g SET status = 'active', version = g.version + 1
   WHERE v_status = 'signed' AND g.org_id = v_lead AND g.id = v_group AND g.status = 'signing'
     AND NOT EXISTS (SELECT 1 FROM app.member_order m WHERE m.lead_id = v_lead AND m.group_order_id = v_group
                      AND m.status IN ('to_sign', 'member_signed', 'refused'));
  RETURN 'ok';
END $$;
