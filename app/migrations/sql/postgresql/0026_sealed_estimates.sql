-- A supplier's open transaction held the round's row alone: with psql it could bid, sit in the
-- transaction past the deadline, and every other bid came late. Bids share the row now; only the
-- opening and a new deadline want it alone. Two people of one supplier who bid at the same moment
-- meet at the key of the sheet.
CREATE OR REPLACE FUNCTION api.bid(p_content text, p_nonce bytea, p_commitment bytea, p_source text, p_file bigint,
  p_reason text, p_actor bigint)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_owner boolean := pg_has_role(session_user, 'yilian_owner', 'MEMBER');
  v_actor bigint := app.my_person();
  v_at bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  v_content jsonb := p_content::jsonb;
  v_org bigint := (v_content->>'org')::bigint;
  v_project bigint := (v_content->>'negotiation')::bigint;
  v_round bigint := (v_content->>'round')::bigint;
  v_supplier bigint := (v_content->>'supplier')::bigint;
  v_kind text := v_content->>'kind';
  v_since bigint;
  v_version bigint;
  v_bad bigint;
  r record;
  n record;
BEGIN
  IF v_owner THEN
    v_actor := p_actor;
  ELSIF v_actor IS NULL OR NOT (v_supplier = ANY (app.my_orgs('supply'))
      OR (p_source = 'paper' AND app.group_duty('buy') AND v_org = ANY (app.my_orgs('buy')))) THEN
    RETURN 'not_allowed';
  END IF;
  IF sha256(p_nonce || convert_to(p_content, 'UTF8')) IS DISTINCT FROM p_commitment OR length(p_nonce) < 16 THEN
    RETURN 'commitment';
  END IF;
  PERFORM 1 FROM app.negotiation_invitation i
   WHERE i.org_id = v_org AND i.negotiation_id = v_project AND i.supplier_id = v_supplier AND i.quitted IS NULL;
  IF NOT FOUND THEN
    RETURN 'not_invited';
  END IF;
  -- nothing comes in while the round is being opened; bids do not wait for each other
  SELECT * INTO r FROM app.negotiation_round x
   WHERE x.org_id = v_org AND x.negotiation_id = v_project AND x.round = v_round FOR SHARE;
  SELECT * INTO n FROM app.negotiation x WHERE x.org_id = v_org AND x.id = v_project;
  IF r.round IS NULL OR n.round <> v_round OR n.status NOT IN ('quoting', 'bargaining') THEN
    RETURN 'not_open';
  END IF;
  v_at := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  IF p_source = 'paper' THEN
    IF p_file IS NULL OR NOT EXISTS (SELECT 1 FROM app.negotiation_file f
        WHERE f.org_id = v_org AND f.id = p_file AND f.supplier_id = v_supplier AND f.round = v_round) THEN
      RETURN 'paper';
    ELSIF EXISTS (SELECT 1 FROM app.bid_sheet s WHERE s.org_id = v_org AND s.negotiation_id = v_project
        AND s.round = v_round AND s.supplier_id = v_supplier AND s.source <> 'paper') THEN
      RETURN 'own_bid';
    ELSIF r.sealed = 1 AND r.opened_at IS NULL THEN
      RETURN 'early';
    ELSIF r.sealed = 0 AND (r.opened_at IS NOT NULL OR v_at > r.deadline) THEN
      RETURN 'late';
    END IF;
  ELSIF r.opened_at IS NOT NULL OR v_at > r.deadline THEN
    RETURN 'late';
  END IF;

  -- lines of the project that still stand, each once, and the rules of the rounds after the first
  SELECT coalesce(max(s.round), 0) INTO v_since FROM app.bid_sheet s
   WHERE s.org_id = v_org AND s.negotiation_id = v_project AND s.supplier_id = v_supplier AND s.round < v_round
     AND s.kind = 'withdrawal' AND s.version = (SELECT max(t.version) FROM app.bid_sheet t WHERE t.org_id = s.org_id
       AND t.negotiation_id = s.negotiation_id AND t.round = s.round AND t.supplier_id = s.supplier_id);
  SELECT min(new.line) INTO v_bad FROM (
      SELECT (e->>0)::bigint AS line, (e->>1)::bigint AS price, (e->>2)::bigint AS capacity,
             count(*) OVER (PARTITION BY e->>0) AS times
        FROM jsonb_array_elements(v_content->'lines') e) new
    LEFT JOIN app.negotiation_item i ON i.org_id = v_org AND i.negotiation_id = v_project AND i.line = new.line
    LEFT JOIN (
      SELECT DISTINCT ON (b.line) b.line, b.unit_price FROM app.bid b
       WHERE b.org_id = v_org AND b.negotiation_id = v_project AND b.supplier_id = v_supplier
         AND b.round > v_since AND b.round < v_round AND b.unit_price IS NOT NULL
         AND b.version = (SELECT max(t.version) FROM app.bid_sheet t WHERE t.org_id = v_org
           AND t.negotiation_id = v_project AND t.round = b.round AND t.supplier_id = v_supplier)
       ORDER BY b.line, b.round DESC) old ON old.line = new.line
   WHERE i.line IS NULL OR i.failed IS NOT NULL OR new.times > 1 OR new.price <= 0 OR new.capacity <= 0
      OR (v_round > 1 AND (n.rules::jsonb->>'previous')::boolean AND new.price > old.unit_price)
      OR (v_round > 1 AND new.price > i.cap)
      OR ((n.rules::jsonb->>'ceiling')::boolean AND new.price > i.ceiling);
  IF v_bad IS NOT NULL THEN
    RETURN 'price ' || v_bad;
  END IF;

  SELECT coalesce(max(s.version), 0) + 1 INTO v_version FROM app.bid_sheet s
   WHERE s.org_id = v_org AND s.negotiation_id = v_project AND s.round = v_round AND s.supplier_id = v_supplier;
  INSERT INTO app.bid_sheet (org_id, negotiation_id, round, supplier_id, version, kind, source, lines, commitment,
    file_id, reason, at, person_id, person_name)
  SELECT v_org, v_project, v_round, v_supplier, v_version, v_kind, p_source, jsonb_array_length(v_content->'lines'),
    p_commitment, p_file, p_reason, v_at, p.id, p.name FROM app.person p WHERE p.id = v_actor;
  INSERT INTO app.bid_seal (org_id, negotiation_id, round, supplier_id, version, nonce)
  VALUES (v_org, v_project, v_round, v_supplier, v_version, p_nonce);
  INSERT INTO app.bid (org_id, negotiation_id, round, supplier_id, version, line, unit_price, capacity, note)
  SELECT v_org, v_project, v_round, v_supplier, v_version, (e->>0)::bigint, (e->>1)::bigint, (e->>2)::bigint,
    nullif(e->>3, '') FROM jsonb_array_elements(v_content->'lines') e;
  RETURN v_version::text;
END $$;

-- Row estimates of EXPLAIN come from the statistics of all rows, those that row security hides too:
-- prices of a sealed round could be read from them. The planner needs none of these columns. Giving
-- a column its own type again drops what was gathered before (a catalogue entry; no row is written).
DO $$
DECLARE
  v record;
BEGIN
  FOR v IN SELECT c.relname AS t, a.attname AS c, format_type(a.atttypid, a.atttypmod) AS kind
             FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
              AND (a.attname ~ '(^|_)(price|amount)$' OR a.attname IN ('ceiling', 'cap', 'listed', 'lowest', 'price_gap',
                     'platform_before', 'platform_after', 'nonce') OR (c.relname = 'bid' AND a.attname IN ('capacity', 'note')))
            ORDER BY 1, a.attnum
  LOOP
    EXECUTE format('ALTER TABLE app.%I ALTER COLUMN %I TYPE %s, ALTER COLUMN %I SET STATISTICS 0', v.t, v.c, v.kind, v.c);
  END LOOP;
END $$;
