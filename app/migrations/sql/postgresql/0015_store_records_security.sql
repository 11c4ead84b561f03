-- Designs, upkeep and photographs belong to one member; where a trace code lies is known to the group.
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['label_design', 'label_design_version', 'upkeep_round', 'upkeep_line', 'disposal_photo'] LOOP
    CALL app.show(t, 'org_id = ANY MINE');
    CALL app.allow(t, 'store', 'INSERT', 'org_id = ANY MINE');
  END LOOP;
  FOREACH t IN ARRAY ARRAY['label_design', 'upkeep_round', 'upkeep_line'] LOOP
    CALL app.allow(t, 'store', 'UPDATE', 'org_id = ANY MINE');
  END LOOP;
  CALL app.show('trace_link', '(SELECT app.in_group())');
  CALL app.allow('trace_link', 'store', 'INSERT', 'org_id = ANY MINE');
END $$;
