-- Papers of goods are known to the group, as their lots are; kept by the member that took them in.
DO $$
BEGIN
  CALL app.show('goods_paper', '(SELECT app.in_group())');
  CALL app.allow('goods_paper', 'store', 'INSERT', 'org_id = ANY MINE');
  CALL app.show('item_successor', 'org_id = ANY MINE');
  CALL app.allow('item_successor', 'store buy', 'INSERT UPDATE DELETE', 'org_id = ANY MINE');
END $$;
