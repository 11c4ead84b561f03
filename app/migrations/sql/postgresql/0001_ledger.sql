-- The ledger's promises on PostgreSQL: one posting function, one round trip, rows locked in key
-- order, the organisation's chain head last. Tables live in schema app, functions in api.
-- Run after the tables are made; ownership and grants follow in 0001_security.sql.

CREATE SCHEMA IF NOT EXISTS api;

CREATE FUNCTION app.deny() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '% is append only', TG_TABLE_NAME;
END $$;

CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.ledger FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON app.ledger FOR EACH STATEMENT EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.audit FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON app.audit FOR EACH STATEMENT EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.signature FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON app.signature FOR EACH STATEMENT EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.item_change FOR EACH ROW EXECUTE FUNCTION app.deny();

-- A price that exists is only ever closed.
CREATE FUNCTION app.price_only_closes() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (NEW.id, NEW.list_id, NEW.item_id, NEW.supplier_id, NEW.org_id, NEW.valid_from, NEW.unit_price, NEW.price_factor)
     IS DISTINCT FROM
     (OLD.id, OLD.list_id, OLD.item_id, OLD.supplier_id, OLD.org_id, OLD.valid_from, OLD.unit_price, OLD.price_factor) THEN
    RAISE EXCEPTION 'price is append only';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER only_closes BEFORE UPDATE ON app.price FOR EACH ROW EXECUTE FUNCTION app.price_only_closes();

-- Ranges of one value stand in for btree_gist, which not every server has.
ALTER TABLE app.price ADD CONSTRAINT ex_price_no_overlap EXCLUDE USING gist (
  int8range(item_id, item_id, '[]') WITH &&,
  int8range(supplier_id, supplier_id, '[]') WITH &&,
  int8range(org_id, org_id, '[]') WITH &&,
  daterange(valid_from, valid_to) WITH &&);

-- Who is signed in: the login role decides, never a setting that a client could forge.
CREATE FUNCTION app.my_person() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT id FROM app.person WHERE login = session_user AND active = 1
$$;

-- Organisations for which the signed-in person has a duty (any duty when null); duty_grant.org_id 0
-- means every lead and member in force.
CREATE FUNCTION app.my_orgs(p_duty text DEFAULT NULL) RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
  WITH me AS (SELECT id, org_id FROM app.person WHERE login = session_user AND active = 1),
  mine AS (
    SELECT g.org_id FROM app.duty_grant g JOIN me ON me.id = g.person_id
     WHERE (p_duty IS NULL OR g.duty = p_duty)
       AND (g.valid_from IS NULL OR g.valid_from <= (now() AT TIME ZONE 'Asia/Shanghai')::date)
       AND (g.valid_to IS NULL OR g.valid_to > (now() AT TIME ZONE 'Asia/Shanghai')::date))
  SELECT coalesce(array_agg(DISTINCT o), '{}') FROM (
    SELECT org_id AS o FROM mine WHERE org_id <> 0
    UNION
    SELECT m.org_id FROM app.group_membership m
     WHERE EXISTS (SELECT 1 FROM mine WHERE org_id = 0) AND m.role IN ('lead', 'member')
       AND m.valid_from <= (now() AT TIME ZONE 'Asia/Shanghai')::date
       AND (m.valid_to IS NULL OR m.valid_to > (now() AT TIME ZONE 'Asia/Shanghai')::date)
    UNION
    SELECT org_id FROM me WHERE p_duty IS NULL) AS all_orgs
$$;

-- The one posting function. p_moves is a JSON array of objects with item, lot, pack, owner, from,
-- to, qty, price (scaled by 10,000), factor, doc_line, reversal, reason.
CREATE FUNCTION api.post(p_op uuid, p_org bigint, p_kind text, p_doc bigint, p_day date, p_actor bigint, p_moves jsonb)
RETURNS TABLE (first_seq bigint, last_seq bigint) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_actor bigint := app.my_person();
  v_at bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  v_seq bigint;
  v_prev bytea;
  v_hash bytea;
  m record;
BEGIN
  IF pg_has_role(session_user, 'yilian_owner', 'MEMBER') THEN
    v_actor := p_actor;
  ELSIF v_actor IS NULL OR NOT p_org = ANY (app.my_orgs('store')) THEN
    RAISE EXCEPTION 'not allowed' USING ERRCODE = '42501';
  END IF;
  IF p_day > (now() AT TIME ZONE 'Asia/Shanghai')::date + 1 THEN
    RAISE EXCEPTION 'a fact cannot lie in the future' USING ERRCODE = '22023';
  END IF;
  IF EXISTS (
    SELECT 1 FROM jsonb_array_elements(p_moves) e
     WHERE coalesce((e->>'qty')::bigint, 0) <= 0 OR e->>'from' IS NULL OR e->>'to' IS NULL
        OR NOT EXISTS (SELECT 1 FROM app.place p WHERE p.org_id = p_org AND p.id = (e->>'from')::bigint)
        OR NOT EXISTS (SELECT 1 FROM app.place p WHERE p.org_id = p_org AND p.id = (e->>'to')::bigint)) THEN
    RAISE EXCEPTION 'bad move' USING ERRCODE = '22023';
  END IF;

  -- make missing balance rows, then lock all in key order
  INSERT INTO app.balance (org_id, place_id, item_id, lot_id, owner_id, qty)
  SELECT DISTINCT p_org, p.id, (e->>'item')::bigint, (e->>'lot')::bigint, (e->>'owner')::bigint, 0
    FROM jsonb_array_elements(p_moves) e
    JOIN app.place p ON p.org_id = p_org AND p.id = (e->>'to')::bigint AND p.holds_stock = 1
   ORDER BY 2, 3, 4, 5
  ON CONFLICT DO NOTHING;
  PERFORM 1 FROM app.balance b
   WHERE b.org_id = p_org AND (b.place_id, b.item_id, b.lot_id, b.owner_id) IN (
     SELECT (e->>k)::bigint, (e->>'item')::bigint, (e->>'lot')::bigint, (e->>'owner')::bigint
       FROM jsonb_array_elements(p_moves) e, (VALUES ('from'), ('to')) AS ends (k))
   ORDER BY b.place_id, b.item_id, b.lot_id, b.owner_id FOR UPDATE;

  -- the net change of each row must not take it below zero
  IF EXISTS (
    SELECT 1 FROM (
      SELECT p.id AS place_id, (e->>'item')::bigint AS item_id, (e->>'lot')::bigint AS lot_id,
             (e->>'owner')::bigint AS owner_id,
             sum(CASE WHEN k = 'to' THEN (e->>'qty')::bigint ELSE -(e->>'qty')::bigint END) AS delta
        FROM jsonb_array_elements(p_moves) e
        CROSS JOIN (VALUES ('from'), ('to')) AS ends (k)
        JOIN app.place p ON p.org_id = p_org AND p.id = (e->>k)::bigint AND p.holds_stock = 1
       GROUP BY 1, 2, 3, 4) d
      LEFT JOIN app.balance b ON b.org_id = p_org AND b.place_id = d.place_id
        AND b.item_id = d.item_id AND b.lot_id = d.lot_id AND b.owner_id = d.owner_id
     WHERE coalesce(b.qty, 0) + d.delta < 0) THEN
    RAISE EXCEPTION 'no stock' USING ERRCODE = 'P0S01';
  END IF;
  UPDATE app.balance b SET qty = b.qty + d.delta
    FROM (
      SELECT p.id AS place_id, (e->>'item')::bigint AS item_id, (e->>'lot')::bigint AS lot_id,
             (e->>'owner')::bigint AS owner_id,
             sum(CASE WHEN k = 'to' THEN (e->>'qty')::bigint ELSE -(e->>'qty')::bigint END) AS delta
        FROM jsonb_array_elements(p_moves) e
        CROSS JOIN (VALUES ('from'), ('to')) AS ends (k)
        JOIN app.place p ON p.org_id = p_org AND p.id = (e->>k)::bigint AND p.holds_stock = 1
       GROUP BY 1, 2, 3, 4) d
   WHERE b.org_id = p_org AND b.place_id = d.place_id AND b.item_id = d.item_id
     AND b.lot_id = d.lot_id AND b.owner_id = d.owner_id;

  -- the chain head is locked last and held only until the commit
  INSERT INTO app.chain_head (org_id, chain, seq, hash) VALUES (p_org, 'ledger', 0, decode(repeat('00', 32), 'hex'))
  ON CONFLICT DO NOTHING;
  SELECT h.seq, h.hash INTO v_seq, v_prev FROM app.chain_head h
   WHERE h.org_id = p_org AND h.chain = 'ledger' FOR UPDATE;
  first_seq := v_seq + 1;
  FOR m IN
    SELECT n AS line, coalesce((e->>'doc_line')::bigint, 0) AS doc_line, (e->>'item')::bigint AS item_id,
           (e->>'lot')::bigint AS lot_id, coalesce((e->>'pack')::bigint, 0) AS pack_id,
           (e->>'owner')::bigint AS owner_id, (e->>'from')::bigint AS from_place, (e->>'to')::bigint AS to_place,
           (e->>'qty')::bigint AS qty, (e->>'price')::bigint AS price, (e->>'factor')::bigint AS factor,
           coalesce((e->>'reversal')::bigint, 0) AS reversal, coalesce(e->>'reason', '') AS reason
      FROM jsonb_array_elements(p_moves) WITH ORDINALITY AS t (e, n) ORDER BY n
  LOOP
    v_seq := v_seq + 1;
    v_hash := sha256(v_prev || convert_to(concat_ws('|', p_org, v_seq, p_op, m.line, p_kind, p_doc, m.doc_line,
      m.item_id, m.lot_id, m.pack_id, m.owner_id, m.from_place, m.to_place, m.qty, m.price, m.factor,
      to_char(p_day, 'YYYY-MM-DD'), v_at, v_actor, m.reversal, m.reason), 'UTF8'));
    INSERT INTO app.ledger (org_id, seq, op_id, line, doc_kind, doc_id, doc_line, item_id, lot_id, pack_id, owner_id,
      from_place, to_place, qty, unit_price, price_factor, occurred_on, posted_at, actor_id, reversal_of, reason, prev_hash, hash)
    VALUES (p_org, v_seq, p_op, m.line, p_kind, p_doc, m.doc_line, m.item_id, m.lot_id, m.pack_id, m.owner_id,
      m.from_place, m.to_place, m.qty, m.price, m.factor, p_day, v_at, v_actor, m.reversal, m.reason, v_prev, v_hash);
    v_prev := v_hash;
  END LOOP;
  UPDATE app.chain_head SET seq = v_seq, hash = v_prev WHERE org_id = p_org AND chain = 'ledger';
  last_seq := v_seq;
  RETURN NEXT;
END $$;

-- The audit trail, chained like the ledger.
CREATE FUNCTION api.audit(p_org bigint, p_actor bigint, p_action text, p_kind text, p_doc bigint, p_detail text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_actor bigint := app.my_person();
  v_at bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  v_seq bigint;
  v_prev bytea;
  v_hash bytea;
BEGIN
  IF pg_has_role(session_user, 'yilian_owner', 'MEMBER') THEN
    v_actor := p_actor;
  ELSIF v_actor IS NULL OR NOT (p_org = ANY (app.my_orgs())
      OR EXISTS (SELECT 1 FROM app.member_order o WHERE o.org_id = p_org AND o.supplier_id = ANY (app.my_orgs()))
      OR EXISTS (SELECT 1 FROM app.delivery d WHERE d.org_id = p_org AND d.supplier_id = ANY (app.my_orgs()))
      OR EXISTS (SELECT 1 FROM app.statement t WHERE t.org_id = p_org AND t.supplier_id = ANY (app.my_orgs()))) THEN
    RAISE EXCEPTION 'not allowed' USING ERRCODE = '42501';
  END IF;
  INSERT INTO app.chain_head (org_id, chain, seq, hash) VALUES (p_org, 'audit', 0, decode(repeat('00', 32), 'hex'))
  ON CONFLICT DO NOTHING;
  SELECT h.seq + 1, h.hash INTO v_seq, v_prev FROM app.chain_head h
   WHERE h.org_id = p_org AND h.chain = 'audit' FOR UPDATE;
  v_hash := sha256(v_prev || convert_to(concat_ws('|', p_org, v_seq, v_at, v_actor, p_action, p_kind, p_doc, p_detail), 'UTF8'));
  INSERT INTO app.audit (org_id, seq, at, person_id, action, doc_kind, doc_id, detail, prev_hash, hash)
  VALUES (p_org, v_seq, v_at, v_actor, p_action, p_kind, p_doc, p_detail, v_prev, v_hash);
  UPDATE app.chain_head SET seq = v_seq, hash = v_hash WHERE org_id = p_org AND chain = 'audit';
  RETURN v_seq;
END $$;
