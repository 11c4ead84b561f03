-- Who sees and moves an award: the lead's buyers and signers; a request its supplier too; a pledge
-- its member and the lead's buyers.

DO $$
DECLARE
  t text;
  readers constant text := '(SELECT app.my_orgs(''buy'') || app.my_orgs(''sign'') || app.my_orgs(''audit''))::bigint[]';
BEGIN
  FOREACH t IN ARRAY ARRAY['award_decision', 'award_objection'] LOOP
    CALL app.show(t, format('org_id = ANY (%s)', readers));
    CALL app.allow(t, 'buy', 'INSERT', 'FOR_GROUP AND org_id = ANY MINE');
    CALL app.allow(t, 'buy sign', 'UPDATE', 'FOR_GROUP AND org_id = ANY MINE');
  END LOOP;
  CALL app.allow('award', 'sign', 'UPDATE', 'FOR_GROUP AND org_id = ANY MINE', 'status, version');
  CALL app.allow('negotiation', 'sign', 'UPDATE', 'FOR_GROUP AND org_id = ANY MINE', 'status, version');
  CALL app.show('price_request', 'org_id = ANY MINE OR supplier_id = ANY MINE');
  CALL app.allow('price_request', 'supply', 'INSERT', 'supplier_id = ANY MINE AND asked_by = (SELECT app.my_person())');
  CALL app.allow('price_request', 'supply', 'UPDATE', 'supplier_id = ANY MINE AND status = ''cancelled''', 'status, version');
  CALL app.allow('price_request', 'buy sign', 'UPDATE', 'FOR_GROUP AND org_id = ANY MINE');
  FOREACH t IN ARRAY ARRAY['pledge', 'pledge_draw'] LOOP
    CALL app.show(t, 'org_id = ANY MINE OR (SELECT app.group_duty(''buy''))');
    CALL app.allow(t, 'buy', 'INSERT UPDATE', 'FOR_GROUP');
  END LOOP;
END $$;
GRANT SELECT ON app.award, app.award_decision, app.award_objection TO yilian_ledger;
