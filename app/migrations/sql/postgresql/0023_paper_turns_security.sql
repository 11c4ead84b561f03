-- Known to whoever knows the paper; written by the member that took it in, in the own name.
DO $$
BEGIN
  CALL app.show('goods_paper_turn', '(SELECT app.in_group())');
  CALL app.allow('goods_paper_turn', 'store', 'INSERT', 'org_id = ANY MINE AND noted_by = (SELECT app.my_person())');
END $$;
