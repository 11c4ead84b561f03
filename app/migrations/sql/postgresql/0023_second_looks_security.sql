-- Known to whoever knows the paper; written by the member whose store it is, in the own name.
DO $$
BEGIN
  CALL app.show('goods_paper_turn', '(SELECT app.in_group())');
  CALL app.allow('goods_paper_turn', 'store', 'INSERT', 'org_id = ANY MINE AND noted_by = (SELECT app.my_person())');
  CALL app.show('second_person', '(SELECT app.in_group())');
  CALL app.allow('second_person', 'store', 'INSERT', 'org_id = ANY MINE AND noted_by = (SELECT app.my_person())');
END $$;
