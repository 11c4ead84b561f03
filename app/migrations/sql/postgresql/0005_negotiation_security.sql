-- Who sees and changes what of a negotiation. The heart is `bid`, `bid_seal` and `negotiation_file`:
-- a supplier reads its own, the lead's buyers, signers and auditors read a sealed round only once it
-- is opened. The condition is an uncorrelated subquery, hashed once for any number of bids.
-- Nobody has INSERT, UPDATE or DELETE on bids and sheets: api.bid alone writes them.

DO $$
DECLARE
  t text;
  readers constant text := '(SELECT app.my_orgs(''buy'') || app.my_orgs(''sign'') || app.my_orgs(''audit''))::bigint[]';
  mine constant text := '((SELECT app.my_orgs(''supply''))::bigint[])';
  opened constant text := '(SELECT r.org_id, r.negotiation_id, r.round FROM app.negotiation_round r
    WHERE r.sealed = 0 OR r.opened_at IS NOT NULL)';
  invited constant text := '(SELECT i.org_id, i.negotiation_id FROM app.negotiation_invitation i
    WHERE i.supplier_id = ANY ((SELECT app.my_orgs(''supply''))::bigint[]))';
BEGIN
  FOREACH t IN ARRAY ARRAY['bid', 'bid_seal', 'negotiation_file'] LOOP
    CALL app.show(t, format('supplier_id = ANY %s OR (org_id = ANY (%s) AND (org_id, negotiation_id, round) IN %s)',
      mine, readers, opened));
  END LOOP;
  CALL app.allow('negotiation_file', 'supply', 'INSERT', 'supplier_id = ANY MINE AND person_id = (SELECT app.my_person())');
  CALL app.allow('negotiation_file', 'buy', 'INSERT', 'FOR_GROUP AND org_id = ANY MINE AND person_id = (SELECT app.my_person())');
  CALL app.show('bid_sheet', format('supplier_id = ANY %s OR org_id = ANY (%s)', mine, readers));

  CALL app.show('negotiation', format('(SELECT app.in_group()) OR (org_id, id) IN %s', invited));
  CALL app.allow('negotiation', 'buy', 'INSERT UPDATE', 'FOR_GROUP AND org_id = ANY MINE');
  FOREACH t IN ARRAY ARRAY['negotiation_lot', 'negotiation_item'] LOOP
    CALL app.show(t, format('(SELECT app.in_group()) OR (org_id, negotiation_id) IN %s', invited));
    CALL app.allow(t, 'buy', 'INSERT UPDATE DELETE', 'FOR_GROUP AND org_id = ANY MINE');
  END LOOP;
  CALL app.show('negotiation_reference', format('org_id = ANY (%s)', readers));
  CALL app.allow('negotiation_reference', 'buy', 'INSERT UPDATE DELETE', 'FOR_GROUP AND org_id = ANY MINE');
  CALL app.show('negotiation_invitation', format('supplier_id = ANY %s OR org_id = ANY (%s)', mine, readers));
  CALL app.allow('negotiation_invitation', 'buy', 'INSERT UPDATE', 'FOR_GROUP AND org_id = ANY MINE');
  CALL app.allow('negotiation_invitation', 'supply', 'UPDATE', 'supplier_id = ANY MINE', 'delivery_hours, version');
  CALL app.show('negotiation_round', format('(SELECT app.in_group()) OR (org_id, negotiation_id) IN %s', invited));
  CALL app.allow('negotiation_round', 'buy', 'INSERT UPDATE', 'FOR_GROUP AND org_id = ANY MINE', 'deadline');

  -- Needs: the member's own; the group's buyer asks and sends back, the member's signer confirms.
  CALL app.show('negotiation_member', 'org_id = ANY MINE OR (SELECT app.group_duty(''buy''))');
  CALL app.allow('negotiation_member', 'buy', 'INSERT UPDATE DELETE', 'FOR_GROUP');
  CALL app.allow('negotiation_member', 'sign', 'UPDATE', 'org_id = ANY MINE', 'confirmed_at, confirmed_by, version');
  CALL app.show('negotiation_need', 'org_id = ANY MINE OR (SELECT app.group_duty(''buy''))');
  CALL app.allow('negotiation_need', 'buy', 'INSERT DELETE', 'FOR_GROUP');
  CALL app.allow('negotiation_need', 'buy store sign', 'UPDATE', 'org_id = ANY MINE AND EXISTS (
    SELECT 1 FROM app.negotiation_member m WHERE m.org_id = negotiation_need.org_id
      AND m.negotiation_id = negotiation_need.negotiation_id AND m.confirmed_at IS NULL)', 'pledge, reason');

  -- Scores by the person who gives them; awards as a draft by the buyer.
  CALL app.show('score_sheet', format('org_id = ANY (%s)', readers));
  CALL app.allow('score_sheet', 'buy', 'INSERT UPDATE', 'FOR_GROUP AND org_id = ANY MINE');
  CALL app.show('score', format('org_id = ANY (%s)', readers));
  CALL app.allow('score', 'buy sign', 'INSERT UPDATE', 'org_id = ANY MINE AND person_id = (SELECT app.my_person())');
  CALL app.show('award', format('org_id = ANY (%s)', readers));
  CALL app.allow('award', 'buy', 'INSERT UPDATE', 'FOR_GROUP AND org_id = ANY MINE');
  CALL app.show('award_line', format('org_id = ANY (%s)', readers));
  CALL app.allow('award_line', 'buy', 'INSERT UPDATE DELETE', 'FOR_GROUP AND org_id = ANY MINE AND EXISTS (
    SELECT 1 FROM app.award a WHERE a.org_id = award_line.org_id AND a.id = award_line.award_id AND a.status = ''draft'')');
END $$;

GRANT SELECT ON app.negotiation, app.negotiation_item, app.negotiation_invitation, app.negotiation_file TO yilian_ledger;
GRANT SELECT, INSERT ON app.bid_sheet, app.bid, app.bid_seal TO yilian_ledger;
GRANT SELECT, UPDATE ON app.negotiation_round TO yilian_ledger;
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['negotiation', 'negotiation_item', 'negotiation_invitation', 'negotiation_file', 'bid_sheet',
      'bid', 'bid_seal', 'negotiation_round'] LOOP
    EXECUTE format('CREATE POLICY functions ON app.%I TO yilian_ledger USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION app.round_rules() FROM PUBLIC;
REVOKE ALL ON FUNCTION api.bid(text, bytea, bytea, text, bigint, text, bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION api.open_round(bigint, bigint, bigint, bigint) FROM PUBLIC;
ALTER FUNCTION api.bid(text, bytea, bytea, text, bigint, text, bigint) OWNER TO yilian_ledger;
ALTER FUNCTION api.open_round(bigint, bigint, bigint, bigint) OWNER TO yilian_ledger;
GRANT EXECUTE ON FUNCTION api.bid(text, bytea, bytea, text, bigint, text, bigint) TO yilian_supply, yilian_buy;
GRANT EXECUTE ON FUNCTION api.open_round(bigint, bigint, bigint, bigint) TO yilian_buy;
