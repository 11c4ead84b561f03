-- A use adds to the day's demand before it takes the head of the house's trail, as everybody does: whoever
-- reads demand in, or takes it back, holds days of demand when it comes to the trail. The other way round
-- both waited for each other, and the server threw one of them out after a second.
DO $$
DECLARE
  v_use text := pg_get_functiondef('api.use(uuid, bigint, bigint, bigint, date, bigint, bigint, text, text, jsonb, jsonb)'::regprocedure);
  v_trail text := '  PERFORM api.audit(p_org, p_actor, ''consumption.post'', ''consumption'', p_doc,
    concat(''{"lines":'', jsonb_array_length(p_moves), '',"no":'', to_json(doc_no), ''}''));
';
  v_demand text := '    SET asked = d.asked + excluded.asked, given = d.given + excluded.given, lines = d.lines + excluded.lines;
';
BEGIN
  IF strpos(v_use, v_trail || '  INSERT INTO app.demand') = 0 OR strpos(v_use, v_demand) = 0 THEN
    RAISE EXCEPTION 'api.use is not that of 0030';
  END IF;
  EXECUTE replace(replace(v_use, v_trail, ''), v_demand, v_demand || v_trail);
END $$;
