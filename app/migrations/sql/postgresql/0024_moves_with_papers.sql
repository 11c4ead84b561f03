-- A move needs its paper, whoever asks with whichever program: what came in is what an acceptance says,
-- what leaves for good was approved by another, a difference was counted and approved, a transfer was
-- sent. The services book in this way; this holds for psql. The owner (migrations, demo) is exempt.

-- Where goods are at an end of a move: a place of the house, or what the virtual place stands for.
CREATE FUNCTION app.end_of(p_org bigint, p_place bigint) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN p.holds_stock = 1 THEN 'house' ELSE p.kind END FROM app.place p WHERE p.org_id = p_org AND p.id = p_place
$$;

-- Which ways goods go on which paper.
CREATE FUNCTION app.ways_of(p_kind text) RETURNS text[] LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT string_to_array(CASE p_kind
    WHEN 'acceptance' THEN 'supplier>house'
    WHEN 'consumption' THEN 'house>consumed'
    WHEN 'reversal' THEN 'house>supplier consumed>house'
    WHEN 'title' THEN 'house>supplier supplier>house'
    WHEN 'putaway' THEN 'house>house'
    WHEN 'pack' THEN 'house>house house>lost lost>house'
    WHEN 'return' THEN 'house>supplier'
    WHEN 'write_off' THEN 'house>scrapped'
    WHEN 'count' THEN 'found>house house>lost'
    WHEN 'transfer' THEN 'house>transit transit>house transit>lost'
    ELSE '' END, ' ')
$$;

-- How much may leave which end, of which lot, on a paper that has lines of its own.
CREATE FUNCTION app.paper_allows(p_org bigint, p_kind text, p_doc bigint)
RETURNS TABLE (start text, item_id bigint, lot_id bigint, qty bigint) LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT 'supplier', l.item_id, l.lot_id, l.accepted
    FROM app.acceptance a JOIN app.acceptance_line l ON l.org_id = a.org_id AND l.acceptance_id = a.id
   WHERE p_kind = 'acceptance' AND a.org_id = p_org AND a.id = p_doc AND a.status = 'posted'
  UNION ALL
  SELECT 'house', l.item_id, l.lot_id, l.qty
    FROM app.disposal d JOIN app.disposal_line l ON l.org_id = d.org_id AND l.disposal_id = d.id
   WHERE p_kind = d.kind AND d.org_id = p_org AND d.id = p_doc AND d.status = 'done'
  UNION ALL
  SELECT CASE WHEN l.counted > l.book THEN 'found' ELSE 'house' END, l.item_id, l.lot_id, abs(l.counted - l.book)
    FROM app.stock_count c JOIN app.count_line l ON l.org_id = c.org_id AND l.count_id = c.id
   WHERE p_kind = 'count' AND c.org_id = p_org AND c.id = p_doc AND c.status = 'posted'
  UNION ALL
  SELECT w.start, l.item_id, l.lot_id, w.qty
    FROM app.transfer t JOIN app.transfer_lot l ON l.org_id = t.org_id AND l.transfer_id = t.id
   CROSS JOIN LATERAL (VALUES ('house', t.donor_id, l.qty), ('transit', t.donor_id, l.cleared),
     ('transit', t.org_id, l.accepted)) AS w (start, org_id, qty)
   WHERE p_kind = 'transfer' AND t.id = p_doc AND w.org_id = p_org
$$;

-- Whether all that was ever booked on a paper is what it says.
CREATE FUNCTION app.within_paper(p_org bigint, p_kind text, p_doc bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  WITH booked AS (SELECT l.from_place, l.item_id, l.lot_id, l.qty FROM app.ledger l
    WHERE l.org_id = p_org AND l.doc_kind = p_kind AND l.doc_id = p_doc),
  ends AS MATERIALIZED (SELECT d.from_place, app.end_of(p_org, d.from_place) AS start
    FROM (SELECT DISTINCT b.from_place FROM booked b) d)
  SELECT NOT EXISTS (
    SELECT 1
      FROM (SELECT e.start, b.item_id, b.lot_id, sum(b.qty) AS qty FROM booked b JOIN ends e USING (from_place)
             GROUP BY 1, 2, 3) m
      LEFT JOIN (SELECT a.start, a.item_id, a.lot_id, sum(a.qty) AS qty FROM app.paper_allows(p_org, p_kind, p_doc) a
             GROUP BY 1, 2, 3) p USING (start, item_id, lot_id)
     WHERE m.qty > coalesce(p.qty, 0))
$$;

-- What is taken back was booked by an acceptance or a use, goes the way it came, and no more than it was.
CREATE FUNCTION app.is_taken_back(n app.ledger) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM app.ledger b
    WHERE b.org_id = n.org_id AND b.seq = n.reversal_of AND b.doc_kind IN ('acceptance', 'consumption')
      AND (b.item_id, b.lot_id, b.pack_id, b.owner_id, b.from_place, b.to_place, b.unit_price, b.price_factor)
        = (n.item_id, n.lot_id, n.pack_id, n.owner_id, n.to_place, n.from_place, n.unit_price, n.price_factor)
      AND b.qty >= (SELECT sum(x.qty) FROM app.ledger x
        WHERE x.lot_id = n.lot_id AND x.org_id = n.org_id AND x.from_place = n.from_place
          AND x.reversal_of = n.reversal_of AND x.doc_kind = 'reversal'))
$$;

CREATE FUNCTION app.moves_have_paper() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_now xid := pg_current_xact_id()::xid;
  v_good boolean := true;
  h record;
BEGIN
  IF pg_has_role(session_user, 'yilian_owner', 'MEMBER') THEN
    RETURN NULL;
  END IF;
  SELECT n.org_id AS org, n.doc_kind AS kind, n.doc_id AS doc INTO h FROM posted n LIMIT 1;
  IF EXISTS (SELECT 1 FROM (SELECT DISTINCT from_place, to_place FROM posted) n
      WHERE app.end_of(h.org, n.from_place) || '>' || app.end_of(h.org, n.to_place) <> ALL (app.ways_of(h.kind))) THEN
    v_good := false;
  ELSIF h.kind IN ('acceptance', 'return', 'write_off', 'count', 'transfer') THEN
    v_good := app.within_paper(h.org, h.kind, h.doc);
  ELSIF h.kind = 'consumption' THEN
    v_good := EXISTS (SELECT 1 FROM app.consumption c WHERE c.org_id = h.org AND c.id = h.doc AND c.status = 'posted'
      AND c.person_id = app.my_person() AND c.xmin = v_now);
  ELSIF h.kind = 'reversal' THEN
    v_good := (SELECT bool_and(app.is_taken_back(n::app.ledger)) FROM posted n);
  ELSIF h.kind = 'pack' THEN  -- what is in a pack moves with it, in the step that it makes
    v_good := NOT EXISTS (SELECT 1 FROM posted n WHERE NOT EXISTS (
      SELECT 1 FROM app.pack p JOIN app.pack_line l ON l.org_id = p.org_id AND l.pack_id = p.id
       WHERE p.org_id = n.org_id AND p.id = n.pack_id AND p.item_id = n.item_id AND p.xmin = v_now
         AND l.lot_id = n.lot_id AND l.qty >= n.qty));
  ELSIF h.kind = 'title' THEN  -- goods stay where they lie; what one gives up the other gets
    v_good := NOT EXISTS (
      SELECT 1 FROM posted n
       CROSS JOIN LATERAL (VALUES (n.from_place, -n.qty), (n.to_place, n.qty)) AS e (place, qty)
       GROUP BY e.place, n.item_id, n.lot_id, n.pack_id
      HAVING sum(e.qty) <> 0 OR sum(abs(e.qty)) <> 2 * abs(coalesce(sum(e.qty) FILTER (WHERE n.owner_id = h.org), 0)));
  END IF;
  IF NOT v_good THEN
    RAISE EXCEPTION 'a move needs its paper' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER with_paper AFTER INSERT ON app.ledger REFERENCING NEW TABLE AS posted
  FOR EACH STATEMENT EXECUTE FUNCTION app.moves_have_paper();

DO $$
DECLARE
  f regprocedure;
BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'app'::regnamespace
      AND p.proname IN ('end_of', 'ways_of', 'paper_allows', 'within_paper', 'is_taken_back', 'moves_have_paper') LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
END $$;
