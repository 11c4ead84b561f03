-- A member's own list is the member's and the lead's; what was learned is the whole group's.
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['local_item', 'match_candidate', 'mapping', 'mapping_event'] LOOP
    CALL app.show(t, 'org_id = ANY MINE');
    CALL app.allow(t, 'store', 'INSERT UPDATE', 'org_id = ANY MINE');
    CALL app.allow(t, 'catalogue', 'INSERT UPDATE', 'org_id = ANY MINE');
  END LOOP;
  CALL app.allow('match_candidate', 'store catalogue', 'DELETE', 'org_id = ANY MINE');
  CALL app.show('pair_memory', '(SELECT app.in_group())');
  CALL app.allow('pair_memory', 'store catalogue', 'INSERT UPDATE', 'org_id = ANY MINE');
  CALL app.show('item_merge', '(SELECT app.in_group())');
  CALL app.allow('item_merge', 'catalogue', 'INSERT', 'FOR_GROUP');
END $$;
