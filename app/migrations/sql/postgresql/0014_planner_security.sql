-- Planner's numbers: a member's own, set by its store or its buyer.
DO $$
BEGIN
  CALL app.show('planner_number', 'org_id = ANY MINE');
  CALL app.allow('planner_number', 'store buy', 'INSERT UPDATE DELETE', 'org_id = ANY MINE');
END $$;
