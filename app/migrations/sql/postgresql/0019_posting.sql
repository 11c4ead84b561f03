-- Posting in sets: the moves are read once into arrays, balances change in three statements whatever
-- the number of lines, and the organisation's chain head is taken last, when all that can be worked
-- out without it has been. The promises are those of 0001_ledger.sql, word for word.

-- A month is open or closed for a whole posting, so it is looked up once a statement, not a row.
-- The head of the chain is held by then: a month that was closed meanwhile is seen.
CREATE OR REPLACE FUNCTION app.month_open() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_day date;
  v_through date;
BEGIN
  SELECT n.occurred_on, max(m.date_to) INTO v_day, v_through
    FROM posted n JOIN app.month_close m ON m.org_id = n.org_id
   WHERE m.reopened_at IS NULL AND m.date_to >= n.occurred_on
   GROUP BY n.occurred_on LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'month closed' USING ERRCODE = 'P0S04', DETAIL = to_char(v_day, 'YYYY-MM-DD ') || to_char(v_through, 'YYYY-MM-DD');
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER month_open ON app.ledger;
CREATE TRIGGER month_open AFTER INSERT ON app.ledger REFERENCING NEW TABLE AS posted
  FOR EACH STATEMENT EXECUTE FUNCTION app.month_open();

CREATE OR REPLACE FUNCTION api.post(p_op uuid, p_org bigint, p_kind text, p_doc bigint, p_day date, p_actor bigint, p_moves jsonb)
RETURNS TABLE (first_seq bigint, last_seq bigint) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_actor bigint := app.my_person();
  v_at bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  v_bad boolean;
  v_rest text[];                 -- what is hashed of each line behind its number
  v_places bigint[];
  v_items bigint[];
  v_lots bigint[];
  v_owners bigint[];
  v_deltas bigint[];
  v_puts boolean[];
  v_keys bigint;
  v_changed bigint;
  v_seq bigint;
  v_prev bytea;
  v_text text;
  v_prevs bytea[] := '{}';
  v_hashes bytea[] := '{}';
BEGIN
  IF pg_has_role(session_user, 'yilian_owner', 'MEMBER') THEN
    v_actor := p_actor;
  ELSIF v_actor IS NULL OR NOT p_org = ANY (app.my_orgs('store')) THEN
    RAISE EXCEPTION 'not allowed' USING ERRCODE = '42501';
  END IF;
  IF p_day > (now() AT TIME ZONE 'Asia/Shanghai')::date + 1 THEN
    RAISE EXCEPTION 'a fact cannot lie in the future' USING ERRCODE = '22023';
  END IF;

  SELECT bool_or(coalesce(m.qty, 0) <= 0 OR f.id IS NULL OR t.id IS NULL),
         array_agg(concat_ws('|', p_op, m.n, p_kind, p_doc, coalesce(m.doc_line, 0), m.item, m.lot, coalesce(m.pack, 0),
           m.owner, m."from", m."to", m.qty, m.price, m.factor, to_char(p_day, 'YYYY-MM-DD'), v_at, v_actor,
           coalesce(m.reversal, 0), coalesce(m.reason, '')) ORDER BY m.n)
    INTO v_bad, v_rest
    FROM ROWS FROM (jsonb_to_recordset(p_moves) AS (item bigint, lot bigint, pack bigint, owner bigint, "from" bigint,
           "to" bigint, qty bigint, price bigint, factor bigint, doc_line bigint, reversal bigint, reason text))
         WITH ORDINALITY AS m (item, lot, pack, owner, "from", "to", qty, price, factor, doc_line, reversal, reason, n)
    LEFT JOIN app.place f ON f.org_id = p_org AND f.id = m."from"
    LEFT JOIN app.place t ON t.org_id = p_org AND t.id = m."to";
  IF v_bad IS DISTINCT FROM false THEN
    RAISE EXCEPTION 'bad move' USING ERRCODE = '22023';
  END IF;

  -- the net change of each balance row, in key order
  SELECT array_agg(d.place), array_agg(d.item), array_agg(d.lot), array_agg(d.owner), array_agg(d.delta),
         array_agg(d.put), count(*)
    INTO v_places, v_items, v_lots, v_owners, v_deltas, v_puts, v_keys
    FROM (SELECT e.place, m.item, m.lot, m.owner, sum(e.sign * m.qty)::bigint AS delta, bool_or(e.sign > 0) AS put
            FROM jsonb_to_recordset(p_moves) AS m (item bigint, lot bigint, owner bigint, "from" bigint, "to" bigint, qty bigint)
           CROSS JOIN LATERAL (VALUES (m."from", -1), (m."to", 1)) AS e (place, sign)
            JOIN app.place p ON p.org_id = p_org AND p.id = e.place AND p.holds_stock = 1
           GROUP BY e.place, m.item, m.lot, m.owner
           ORDER BY e.place, m.item, m.lot, m.owner) d;

  -- goods that only come in are put in one go; else missing rows are made, all are locked in key
  -- order (a single one is locked by its change) and changed: none may come below zero, and a row
  -- that is not there has nothing to take
  IF 0 < ALL (v_deltas) THEN
    INSERT INTO app.balance AS b (org_id, place_id, item_id, lot_id, owner_id, qty)
    SELECT p_org, k.place, k.item, k.lot, k.owner, k.delta
      FROM unnest(v_places, v_items, v_lots, v_owners, v_deltas) AS k (place, item, lot, owner, delta)
     ORDER BY 2, 3, 4, 5
    ON CONFLICT (org_id, place_id, item_id, lot_id, owner_id) DO UPDATE SET qty = b.qty + excluded.qty;
  ELSIF v_keys > 0 THEN
    IF true = ANY (v_puts) THEN
      INSERT INTO app.balance (org_id, place_id, item_id, lot_id, owner_id, qty)
      SELECT p_org, k.place, k.item, k.lot, k.owner, 0
        FROM unnest(v_places, v_items, v_lots, v_owners, v_puts) AS k (place, item, lot, owner, put)
       WHERE k.put
       ORDER BY 2, 3, 4, 5
      ON CONFLICT DO NOTHING;
    END IF;
    IF v_keys > 1 THEN
      PERFORM 1 FROM app.balance b
       WHERE b.org_id = p_org AND (b.place_id, b.item_id, b.lot_id, b.owner_id) IN (
         SELECT k.place, k.item, k.lot, k.owner FROM unnest(v_places, v_items, v_lots, v_owners) AS k (place, item, lot, owner))
       ORDER BY b.place_id, b.item_id, b.lot_id, b.owner_id FOR UPDATE;
    END IF;
    UPDATE app.balance b SET qty = b.qty + k.delta
      FROM unnest(v_places, v_items, v_lots, v_owners, v_deltas) AS k (place, item, lot, owner, delta)
     WHERE b.org_id = p_org AND b.place_id = k.place AND b.item_id = k.item AND b.lot_id = k.lot
       AND b.owner_id = k.owner AND b.qty + k.delta >= 0;
    GET DIAGNOSTICS v_changed = ROW_COUNT;
    IF v_changed <> v_keys THEN
      RAISE EXCEPTION 'no stock' USING ERRCODE = 'P0S01';
    END IF;
  END IF;

  -- the chain head is locked last and held only until the commit
  SELECT h.seq, h.hash INTO v_seq, v_prev FROM app.chain_head h
   WHERE h.org_id = p_org AND h.chain = 'ledger' FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO app.chain_head (org_id, chain, seq, hash) VALUES (p_org, 'ledger', 0, decode(repeat('00', 32), 'hex'))
    ON CONFLICT DO NOTHING;
    SELECT h.seq, h.hash INTO v_seq, v_prev FROM app.chain_head h
     WHERE h.org_id = p_org AND h.chain = 'ledger' FOR UPDATE;
  END IF;
  first_seq := v_seq + 1;
  FOREACH v_text IN ARRAY v_rest LOOP
    v_seq := v_seq + 1;
    v_prevs := v_prevs || v_prev;
    v_prev := sha256(v_prev || convert_to(p_org || '|' || v_seq || '|' || v_text, 'UTF8'));
    v_hashes := v_hashes || v_prev;
  END LOOP;
  INSERT INTO app.ledger (org_id, seq, op_id, line, doc_kind, doc_id, doc_line, item_id, lot_id, pack_id, owner_id,
    from_place, to_place, qty, unit_price, price_factor, occurred_on, posted_at, actor_id, reversal_of, reason, prev_hash, hash)
  SELECT p_org, first_seq + m.n - 1, p_op, m.n, p_kind, p_doc, coalesce(m.doc_line, 0), m.item, m.lot, coalesce(m.pack, 0),
         m.owner, m."from", m."to", m.qty, m.price, m.factor, p_day, v_at, v_actor, coalesce(m.reversal, 0),
         coalesce(m.reason, ''), m.prev, m.hash
    FROM ROWS FROM (jsonb_to_recordset(p_moves) AS (item bigint, lot bigint, pack bigint, owner bigint, "from" bigint,
           "to" bigint, qty bigint, price bigint, factor bigint, doc_line bigint, reversal bigint, reason text),
           unnest(v_prevs), unnest(v_hashes))
         WITH ORDINALITY
         AS m (item, lot, pack, owner, "from", "to", qty, price, factor, doc_line, reversal, reason, prev, hash, n);
  UPDATE app.chain_head SET seq = v_seq, hash = v_prev WHERE org_id = p_org AND chain = 'ledger';
  last_seq := v_seq;
  RETURN NEXT;
END $$;

-- Answered many times in every piece of work: with plans that are kept for the session.
CREATE OR REPLACE FUNCTION app.my_orgs(p_duty text DEFAULT NULL) RETURNS bigint[] LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_today date := (now() AT TIME ZONE 'Asia/Shanghai')::date;
  v_me bigint;
  v_own bigint;
  v_orgs bigint[];
BEGIN
  SELECT p.id, p.org_id INTO v_me, v_own FROM app.person p WHERE p.login = session_user AND p.active = 1;
  SELECT coalesce(array_agg(DISTINCT g.org_id), '{}') INTO v_orgs FROM app.duty_grant g
   WHERE g.person_id = v_me AND (p_duty IS NULL OR g.duty = p_duty)
     AND (g.valid_from IS NULL OR g.valid_from <= v_today)
     AND (g.valid_to IS NULL OR g.valid_to > v_today);
  IF 0 = ANY (v_orgs) THEN
    SELECT coalesce(array_agg(DISTINCT o), '{}') INTO v_orgs FROM (
      SELECT unnest(array_remove(v_orgs, 0)) AS o
      UNION ALL
      SELECT m.org_id FROM app.group_membership m
       WHERE m.role IN ('lead', 'member') AND m.valid_from <= v_today
         AND (m.valid_to IS NULL OR m.valid_to > v_today)) AS all_orgs;
  END IF;
  IF p_duty IS NULL AND v_own IS NOT NULL AND NOT v_own = ANY (v_orgs) THEN
    v_orgs := v_orgs || v_own;
  END IF;
  RETURN v_orgs;
END $$;
