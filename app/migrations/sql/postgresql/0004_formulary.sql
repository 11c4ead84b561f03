-- 药事会 ballots and what stands ready at other members: through two functions, which know the
-- person by the login role. A vote and its voter are two rows that nothing connects.

CREATE FUNCTION app.no_vote_with_interest() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM app.pt_conflict c WHERE c.org_id = NEW.org_id AND c.meeting_id = NEW.meeting_id
      AND c.seq = NEW.seq AND c.member_id = NEW.member_id) THEN
    RAISE EXCEPTION 'who declared an interest has no vote on it' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER no_vote_with_interest BEFORE INSERT OR UPDATE ON app.pt_turnout
  FOR EACH ROW EXECUTE FUNCTION app.no_vote_with_interest();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.pt_turnout FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON app.pt_turnout FOR EACH STATEMENT EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.pt_vote FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON app.pt_vote FOR EACH STATEMENT EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.formulary_snapshot_item
  FOR EACH ROW EXECUTE FUNCTION app.deny();

-- One vote of one member of the committee: by the member, or shown by hand and written down by the
-- secretary. Answers: ok, not_allowed, closed, absent, interest, voted.
CREATE FUNCTION api.cast_vote(p_org bigint, p_meeting bigint, p_seq bigint, p_member bigint, p_choice text, p_id bigint)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_owner boolean := pg_has_role(session_user, 'yilian_owner', 'MEMBER');
  v_own boolean;
  m record;
BEGIN
  SELECT * INTO m FROM app.pt_meeting x WHERE x.org_id = p_org AND x.id = p_meeting;
  SELECT c.person_id = app.my_person() INTO v_own FROM app.committee_member c
   WHERE c.org_id = p_org AND c.id = p_member;
  IF NOT coalesce(v_owner, false) AND NOT coalesce(v_own, false)
     AND NOT (m.secret = 0 AND p_org = ANY (app.my_orgs('catalogue'))) THEN
    RETURN 'not_allowed';
  END IF;
  -- locked, so that no vote comes in while the item is being counted
  PERFORM 1 FROM app.pt_agenda a WHERE a.org_id = p_org AND a.meeting_id = p_meeting AND a.seq = p_seq
    AND a.status = 'voting' FOR SHARE;
  IF NOT FOUND OR m.status IS DISTINCT FROM 'open' THEN
    RETURN 'closed';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM app.pt_attendance t WHERE t.org_id = p_org AND t.meeting_id = p_meeting
      AND t.member_id = p_member AND t.present = 1) THEN
    RETURN 'absent';
  END IF;
  IF EXISTS (SELECT 1 FROM app.pt_conflict c WHERE c.org_id = p_org AND c.meeting_id = p_meeting AND c.seq = p_seq
      AND c.member_id = p_member) THEN
    RETURN 'interest';
  END IF;
  INSERT INTO app.pt_turnout (org_id, meeting_id, seq, member_id) VALUES (p_org, p_meeting, p_seq, p_member)
    ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN 'voted';
  END IF;
  INSERT INTO app.pt_vote (org_id, meeting_id, seq, id, choice, member_id)
  VALUES (p_org, p_meeting, p_seq, p_id, p_choice, CASE WHEN m.secret = 1 THEN NULL ELSE p_member END);
  RETURN 'ok';
END $$;

-- How much of some items the lead and the members could hand out now: a sum by organisation, for
-- everybody who works in the group (处方流转). Lots, owners, prices and places stay where they are.
CREATE FUNCTION api.ready_stock(p_items bigint[]) RETURNS TABLE (org_id bigint, item_id bigint, qty bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT b.org_id, b.item_id, sum(b.qty)::bigint FROM app.balance b
    JOIN app.place p ON p.org_id = b.org_id AND p.id = b.place_id
    LEFT JOIN app.lot l ON l.id = b.lot_id
   WHERE b.item_id = ANY (p_items) AND b.qty > 0 AND p.holds_stock = 1 AND p.zone IN ('', 'good')
     AND (l.expiry IS NULL OR l.expiry >= (now() AT TIME ZONE 'Asia/Shanghai')::date)
     AND NOT EXISTS (SELECT 1 FROM app.lot_hold h WHERE h.lot_id = b.lot_id AND h.released_at IS NULL
       AND h.org_id IN (0, b.org_id))
     AND ((SELECT app.in_group()) OR pg_has_role(session_user, 'yilian_owner', 'MEMBER'))
   GROUP BY b.org_id, b.item_id
$$;
