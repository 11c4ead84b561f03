-- A use at the counter in one call: number, paper, moves, trail, demand and the stored answer. All that
-- people of one house wait for (the day's number, the heads of its chains) is held while the server works
-- and for no way over the network. With the caller's own rights: rows, columns and triggers as ever.
CREATE FUNCTION api.use(p_op uuid, p_org bigint, p_doc bigint, p_place bigint, p_day date, p_at bigint, p_actor bigint,
  p_source text, p_note text, p_moves jsonb, p_demand jsonb)
RETURNS TABLE (doc_no text, start bigint) LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_last bigint;
  v_lines text;
BEGIN
  INSERT INTO app.counter AS c (org_id, kind, day, last) VALUES (p_org, 'XH', p_day, 1)
  ON CONFLICT (org_id, kind, day) DO UPDATE SET last = c.last + excluded.last
  RETURNING c.last INTO v_last;
  doc_no := 'XH' || to_char(p_day, 'YYYYMMDD') || '-' || lpad(v_last::text, greatest(3, length(v_last::text)), '0');
  INSERT INTO app.consumption (org_id, id, no, place_id, occurred_on, posted_at, person_id, source, status, note)
  VALUES (p_org, p_doc, doc_no, p_place, p_day, p_at, p_actor, p_source, 'posted', p_note);
  SELECT p.first_seq INTO start FROM api.post(p_op, p_org, 'consumption', p_doc, p_day, p_actor, p_moves) p;
  PERFORM api.audit(p_org, p_actor, 'consumption.post', 'consumption', p_doc,
    concat('{"lines":', jsonb_array_length(p_moves), ',"no":', to_json(doc_no), '}'));
  INSERT INTO app.demand AS d (org_id, place_id, item_id, day, asked, given, lines)
  SELECT p_org, p_place, m.item, p_day, sum(m.asked), sum(m.given), count(*)
    FROM jsonb_to_recordset(p_demand) AS m (item bigint, asked bigint, given bigint)
   GROUP BY m.item ORDER BY m.item
  ON CONFLICT (org_id, place_id, item_id, day) DO UPDATE
    SET asked = d.asked + excluded.asked, given = d.given + excluded.given, lines = d.lines + excluded.lines;
  SELECT string_agg(concat('[', m.doc_line, ',', start + m.n - 1, ',', m.item, ',', m.lot, ',', m.owner, ',', m.qty,
           ',', to_json(m.told), ',', m.factor, ']'), ',' ORDER BY m.n)
    INTO v_lines
    FROM ROWS FROM (jsonb_to_recordset(p_moves) AS (doc_line bigint, item bigint, lot bigint, owner bigint, qty bigint,
           told text, factor bigint)) WITH ORDINALITY AS m (doc_line, item, lot, owner, qty, told, factor, n);
  UPDATE app.operation SET result = concat('{"document_id":', p_doc, ',"lines":[', v_lines, '],"no":', to_json(doc_no), '}')
   WHERE org_id = p_org AND op_id = p_op;
  RETURN NEXT;
END $$;
REVOKE ALL ON FUNCTION api.use(uuid, bigint, bigint, bigint, date, bigint, bigint, text, text, jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.use(uuid, bigint, bigint, bigint, date, bigint, bigint, text, text, jsonb, jsonb) TO yilian_store;
ALTER FUNCTION api.use(uuid, bigint, bigint, bigint, date, bigint, bigint, text, text, jsonb, jsonb) OWNER TO yilian_ledger;
