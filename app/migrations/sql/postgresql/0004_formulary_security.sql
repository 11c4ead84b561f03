-- Lists are shared within the group (that is what 目录吻合度 is for) and kept by the lead's catalogue
-- keeper, or for the own organisation by its pharmacist. Suppliers see none of this.
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['formulary_entry', 'formulary_snapshot', 'formulary_snapshot_item', 'named_list',
      'named_list_item', 'alignment_figure', 'committee_member', 'pt_meeting', 'pt_attendance', 'pt_agenda',
      'pt_conflict', 'pt_turnout'] LOOP
    CALL app.show(t, '(SELECT app.in_group())');
  END LOOP;
  CALL app.allow('formulary_entry', 'catalogue', 'INSERT', 'FOR_GROUP OR org_id = ANY MINE');
  CALL app.allow('formulary_entry', 'catalogue', 'UPDATE', 'FOR_GROUP OR org_id = ANY MINE', 'valid_to, closed_by, close_note, exception, note');
  CALL app.allow('formulary_entry', 'store', 'INSERT', 'org_id = ANY MINE');
  CALL app.allow('formulary_entry', 'store', 'UPDATE', 'org_id = ANY MINE', 'valid_to, closed_by, close_note, exception, note');
  FOREACH t IN ARRAY ARRAY['formulary_snapshot', 'formulary_snapshot_item'] LOOP
    CALL app.allow(t, 'catalogue', 'INSERT', 'FOR_GROUP OR org_id = ANY MINE');
    CALL app.allow(t, 'store', 'INSERT', 'org_id = ANY MINE');
  END LOOP;
  FOREACH t IN ARRAY ARRAY['named_list', 'alignment_figure'] LOOP
    CALL app.allow(t, 'catalogue', 'INSERT UPDATE', 'FOR_GROUP OR org_id = ANY MINE');
    CALL app.allow(t, 'store', 'INSERT UPDATE', 'org_id = ANY MINE');
  END LOOP;
  CALL app.allow('named_list_item', 'catalogue', 'INSERT UPDATE DELETE', 'FOR_GROUP OR org_id = ANY MINE');
  CALL app.allow('named_list_item', 'store', 'INSERT UPDATE DELETE', 'org_id = ANY MINE');

  -- 药事会: a request is its organisation's until its head agrees; then the committee reads it.
  CALL app.show('pt_request', 'org_id = ANY MINE OR ((SELECT app.in_group()) AND status IN (''agreed'', ''scheduled'', ''decided'', ''effective'', ''evaluated''))');
  CALL app.allow('pt_request', 'store catalogue', 'INSERT UPDATE', 'org_id = ANY MINE');
  CALL app.allow('pt_request', 'sign', 'UPDATE', 'org_id = ANY MINE', 'status, reviewed_by, result_note, version');
  CALL app.allow('committee_member', 'catalogue', 'INSERT UPDATE', 'org_id = ANY MINE');
  FOREACH t IN ARRAY ARRAY['pt_meeting', 'pt_attendance', 'pt_agenda'] LOOP
    CALL app.allow(t, 'catalogue', 'INSERT UPDATE', 'FOR_GROUP AND org_id = ANY MINE');
  END LOOP;
  CALL app.allow('pt_conflict', 'catalogue', 'INSERT', 'FOR_GROUP AND org_id = ANY MINE');
  CALL app.allow('pt_conflict', 'read', 'INSERT', 'EXISTS (SELECT 1 FROM app.committee_member c
    WHERE c.org_id = pt_conflict.org_id AND c.id = pt_conflict.member_id AND c.person_id = (SELECT app.my_person()))');
  CALL app.show('pt_vote', '(SELECT app.in_group()) AND EXISTS (SELECT 1 FROM app.pt_agenda a
    JOIN app.pt_meeting m ON m.org_id = a.org_id AND m.id = a.meeting_id
    WHERE a.org_id = pt_vote.org_id AND a.meeting_id = pt_vote.meeting_id AND a.seq = pt_vote.seq
      AND (m.secret = 0 OR a.status = ''done'' OR (SELECT app.group_duty(''catalogue''))))');

  CALL app.show('temporary_purchase', 'org_id = ANY MINE');
  CALL app.allow('temporary_purchase', 'store', 'INSERT UPDATE', 'org_id = ANY MINE');
  CALL app.allow('temporary_purchase', 'sign catalogue', 'UPDATE', 'org_id = ANY MINE', 'status, decided_by, decided_on, note, version');
END $$;

GRANT SELECT ON app.pt_meeting, app.pt_attendance, app.pt_conflict, app.committee_member TO yilian_ledger;
GRANT SELECT, UPDATE ON app.pt_agenda TO yilian_ledger;
GRANT SELECT, INSERT ON app.pt_turnout, app.pt_vote TO yilian_ledger;
GRANT SELECT ON app.lot, app.lot_hold TO yilian_ledger;
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['pt_meeting', 'pt_attendance', 'pt_conflict', 'committee_member', 'pt_agenda', 'pt_turnout',
      'pt_vote'] LOOP
    EXECUTE format('CREATE POLICY functions ON app.%I TO yilian_ledger USING (true) WITH CHECK (true)', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['lot', 'lot_hold'] LOOP
    IF NOT EXISTS (SELECT 1 FROM pg_policies WHERE schemaname = 'app' AND tablename = t AND policyname = 'functions') THEN
      EXECUTE format('CREATE POLICY functions ON app.%I FOR SELECT TO yilian_ledger USING (true)', t);
    END IF;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION app.no_vote_with_interest() FROM PUBLIC;
REVOKE ALL ON FUNCTION api.cast_vote(bigint, bigint, bigint, bigint, text, bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION api.ready_stock(bigint[]) FROM PUBLIC;
ALTER FUNCTION api.cast_vote(bigint, bigint, bigint, bigint, text, bigint) OWNER TO yilian_ledger;
ALTER FUNCTION api.ready_stock(bigint[]) OWNER TO yilian_ledger;
GRANT EXECUTE ON FUNCTION api.cast_vote(bigint, bigint, bigint, bigint, text, bigint) TO yilian_login;
GRANT EXECUTE ON FUNCTION api.ready_stock(bigint[]) TO yilian_login;
