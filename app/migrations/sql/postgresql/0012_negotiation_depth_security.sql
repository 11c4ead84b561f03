-- Leave to take prices over: asked for by buyers and keepers of the catalogue, given by signers of
-- the lead. What happened to a price is read by the group; triggers alone write it.

DO $$
BEGIN
  CALL app.show('price_takeover', '(SELECT app.in_group())');
  CALL app.allow('price_takeover', 'buy catalogue', 'INSERT', 'FOR_GROUP AND org_id = ANY MINE');
  CALL app.allow('price_takeover', 'sign', 'UPDATE', 'FOR_GROUP AND org_id = ANY MINE', 'approved_at, approved_by');
  CALL app.show('price_step', '(SELECT app.in_group()) AND (org_id = 0 OR org_id = ANY MINE)');
END $$;
