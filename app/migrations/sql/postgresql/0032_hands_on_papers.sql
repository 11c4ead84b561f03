-- What psql could still do, found by trying every column and every function as every duty: goods out of
-- nothing from a pack that was "found" again and again, a count's book rewritten, lines put into another's
-- paper after touching its head, a doctor's name read without a trace. The services never do any of it.
-- The owner (migrations, demo) and the functions of schema api are exempt.

-- A person's work sees what others have just done. With an older snapshot (REPEATABLE READ) a closed month
-- looks open and an invoice unmatched, though the locks are taken as ever.
CREATE FUNCTION app.sees_what_is() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' AND NOT pg_has_role(session_user, 'yilian_owner', 'MEMBER') THEN
    RAISE EXCEPTION 'work is done at read committed' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$;

-- Fixed packs and labels go the steps of app.domain.packs.steps (a test compares), used in the own name.
CREATE FUNCTION app.pack_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF app.is_program() THEN
    RETURN NEW;
  END IF;
  IF (CASE TG_OP WHEN 'INSERT' THEN NEW.status = 'in_stock' AND NEW.used_by IS NULL
      ELSE (NEW.status = OLD.status OR OLD.status || '>' || NEW.status = ANY (string_to_array(TG_ARGV[0], ' ')))
        AND (NEW.used_by IS NULL OR NEW.used_by = OLD.used_by OR NEW.used_by = app.my_person()) END) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a pack goes step by step' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER steps BEFORE INSERT OR UPDATE ON app.pack FOR EACH ROW EXECUTE FUNCTION app.pack_guard(
  'in_stock>issued issued>in_stock in_stock>consumed in_stock>broken in_stock>lost issued>lost lost>in_stock '
  'consumed>in_stock in_stock>voided in_stock>returned');

-- What is in a pack is what it was packed with.
CREATE FUNCTION app.pack_full() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT app.is_program() AND EXISTS (
      SELECT 1 FROM (SELECT DISTINCT org_id, pack_id FROM fresh) f
        JOIN app.pack p ON p.org_id = f.org_id AND p.id = f.pack_id
       WHERE p.qty < (SELECT sum(l.qty) FROM app.pack_line l WHERE l.org_id = f.org_id AND l.pack_id = f.pack_id)) THEN
    RAISE EXCEPTION 'a pack holds what it was packed with' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER full_up AFTER INSERT ON app.pack_line REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION app.pack_full();

-- A pack is lost when its paper says so, and found as often as it was lost. A supplier's goods are used at
-- the supplier's price, or at what they came in at: a made-up price would be settled.
CREATE FUNCTION app.moves_once() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_kind text;
BEGIN
  SELECT n.doc_kind INTO v_kind FROM posted n LIMIT 1;
  IF v_kind NOT IN ('pack', 'consumption', 'title') OR pg_has_role(session_user, 'yilian_owner', 'MEMBER') THEN
    RETURN NULL;
  END IF;
  IF (CASE WHEN v_kind = 'pack' THEN EXISTS (
      SELECT 1 FROM posted n
        JOIN app.place v ON v.org_id = n.org_id AND v.id IN (n.from_place, n.to_place) AND v.kind = 'lost' AND v.holds_stock = 0
       CROSS JOIN LATERAL (SELECT sum(CASE WHEN b.to_place = v.id THEN b.qty ELSE -b.qty END) AS gone FROM app.ledger b
         WHERE b.org_id = n.org_id AND b.lot_id = n.lot_id AND b.pack_id = n.pack_id AND b.doc_kind = 'pack'
           AND v.id IN (b.from_place, b.to_place)) g
       WHERE NOT EXISTS (SELECT 1 FROM app.pack p JOIN app.pack_line l ON l.org_id = p.org_id AND l.pack_id = p.id
         WHERE p.org_id = n.org_id AND p.id = n.pack_id AND l.lot_id = n.lot_id
           AND (p.status, g.gone) IN (('lost', l.qty), ('in_stock', 0))))
    ELSE EXISTS (
      SELECT 1 FROM posted n
       WHERE n.owner_id <> n.org_id AND n.unit_price <> 0
         AND NOT EXISTS (SELECT 1 FROM app.price p WHERE p.item_id = n.item_id AND p.supplier_id = n.owner_id
           AND p.unit_price = n.unit_price AND p.price_factor = n.price_factor)
         AND NOT EXISTS (SELECT 1 FROM app.ledger b WHERE b.lot_id = n.lot_id AND b.org_id = n.org_id AND b.seq < n.seq
           AND b.item_id = n.item_id AND b.doc_kind NOT IN ('consumption', 'title')
           AND b.unit_price = n.unit_price AND b.price_factor = n.price_factor)) END) THEN
    RAISE EXCEPTION 'a move needs its paper and its price' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER once AFTER INSERT ON app.ledger REFERENCING NEW TABLE AS posted
  FOR EACH STATEMENT EXECUTE FUNCTION app.moves_once();

-- A count compares with the book of the moment, which the database looks up itself; a line that is counted
-- again keeps what was found first, and by whom.
CREATE FUNCTION app.count_line_book() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_book bigint;
BEGIN
  IF app.is_program() THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.counted IS NOT DISTINCT FROM OLD.counted THEN
    IF (NEW.first, NEW.first_by, NEW.counted_by) IS DISTINCT FROM (OLD.first, OLD.first_by, OLD.counted_by)
       OR (NEW.book <> OLD.book AND OLD.counted IS NOT NULL AND (NEW.counted_at IS NOT DISTINCT FROM OLD.counted_at)) THEN
      RAISE EXCEPTION 'a line keeps its book and what was found first' USING ERRCODE = '42501';
    END IF;
  ELSIF TG_OP = 'UPDATE' AND NEW.counted IS NULL THEN
    IF (NEW.first, NEW.first_by, NEW.book, NEW.recount) IS DISTINCT FROM (OLD.counted, OLD.counted_by, OLD.book, 1::bigint) THEN
      RAISE EXCEPTION 'a line keeps what was found first' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
  ELSIF TG_OP = 'UPDATE' AND (NEW.first, NEW.first_by) IS DISTINCT FROM (OLD.first, OLD.first_by) THEN
    RAISE EXCEPTION 'a line keeps what was found first' USING ERRCODE = '42501';
  END IF;
  v_book := coalesce((SELECT b.qty FROM app.balance b WHERE b.org_id = NEW.org_id AND b.place_id = NEW.place_id
    AND b.item_id = NEW.item_id AND b.lot_id = NEW.lot_id AND b.owner_id = NEW.owner_id), 0);
  IF TG_OP = 'INSERT' AND NEW.snapshot <> 0 THEN
    NEW.snapshot := v_book;
  END IF;
  NEW.book := v_book;
  RETURN NEW;
END $$;
CREATE TRIGGER book BEFORE INSERT OR UPDATE ON app.count_line FOR EACH ROW EXECUTE FUNCTION app.count_line_book();

-- A meeting is planned, opened and closed; who was there and voted was there.
CREATE FUNCTION app.meeting_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF app.is_program() OR OLD.status || '>' || NEW.status IN ('planned>planned', 'planned>open', 'open>open', 'open>closed',
      'planned>closed') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a meeting that is over stays' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER guard BEFORE UPDATE ON app.pt_meeting FOR EACH ROW EXECUTE FUNCTION app.meeting_guard();
CREATE FUNCTION app.attendance_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT app.is_program() AND (
      EXISTS (SELECT 1 FROM app.pt_meeting m WHERE m.org_id = NEW.org_id AND m.id = NEW.meeting_id AND m.status = 'closed')
      OR (TG_OP = 'UPDATE' AND NEW.present = 0 AND EXISTS (SELECT 1 FROM app.pt_turnout t
        WHERE t.org_id = NEW.org_id AND t.meeting_id = NEW.meeting_id AND t.member_id = NEW.member_id))) THEN
    RAISE EXCEPTION 'who was there was there' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON app.pt_attendance FOR EACH ROW EXECUTE FUNCTION app.attendance_guard();

CREATE FUNCTION app.item_is_open() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT app.is_program() AND (
      EXISTS (SELECT 1 FROM app.pt_meeting m WHERE m.org_id = NEW.org_id AND m.id = NEW.meeting_id AND m.status = 'closed')
      OR (TG_TABLE_NAME = 'pt_conflict' AND EXISTS (SELECT 1 FROM app.pt_agenda a WHERE a.org_id = NEW.org_id
        AND a.meeting_id = NEW.meeting_id AND a.seq = NEW.seq AND a.status = 'done'))) THEN
    RAISE EXCEPTION 'what was decided stays' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER open BEFORE INSERT ON app.pt_agenda FOR EACH ROW EXECUTE FUNCTION app.item_is_open();
CREATE TRIGGER open BEFORE INSERT ON app.pt_conflict FOR EACH ROW EXECUTE FUNCTION app.item_is_open();
CREATE FUNCTION app.upkeep_is_open() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT app.is_program() AND NOT EXISTS (SELECT 1 FROM app.upkeep_round r
      WHERE r.org_id = NEW.org_id AND r.id = NEW.round_id AND r.status = 'open') THEN
    RAISE EXCEPTION 'what is done stays' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER open BEFORE INSERT ON app.upkeep_line FOR EACH ROW EXECUTE FUNCTION app.upkeep_is_open();

-- An opened kit: tests are used by counts that are on record, and what is closed is at most taken back.
CREATE FUNCTION app.kit_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT app.is_program() AND NOT (OLD.status = 'open' OR NEW.status = 'reversed' OR (NEW.status = OLD.status
      AND OLD.status <> 'reversed' AND (NEW.closed_on, NEW.note) IS NOT DISTINCT FROM (OLD.closed_on, OLD.note))) THEN
    RAISE EXCEPTION 'a kit that is closed stays' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE UPDATE ON app.reagent_kit FOR EACH ROW EXECUTE FUNCTION app.kit_guard();
CREATE FUNCTION app.kit_counted() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT app.is_program() AND (SELECT k.used FROM app.reagent_kit k WHERE k.org_id = NEW.org_id AND k.id = NEW.id)
      <> (SELECT coalesce(sum(c.tests), 0) FROM app.reagent_count c WHERE c.org_id = NEW.org_id AND c.kit_id = NEW.id) THEN
    RAISE EXCEPTION 'tests are used by counts' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER counted AFTER UPDATE ON app.reagent_kit DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.used <> OLD.used) EXECUTE FUNCTION app.kit_counted();

-- A transfer's value is written with the request; the donor sends no more than it promised; what came is
-- said once; what is back of a loan was settled, each part on record.
CREATE FUNCTION app.transfer_value_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT app.is_program() AND EXISTS (SELECT 1 FROM app.transfer t WHERE t.org_id = NEW.org_id AND t.id = NEW.transfer_id
      AND t.status NOT IN ('draft', 'donor')) THEN
    RAISE EXCEPTION 'a value stands once the donor has answered' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER value_kept BEFORE UPDATE ON app.transfer_line FOR EACH ROW
  WHEN ((NEW.unit_price, NEW.price_factor, NEW.saved) IS DISTINCT FROM (OLD.unit_price, OLD.price_factor, OLD.saved))
  EXECUTE FUNCTION app.transfer_value_kept();
CREATE FUNCTION app.loan_settled() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT app.is_program() AND EXISTS (
      SELECT 1 FROM app.transfer_line l WHERE l.org_id = NEW.org_id AND l.transfer_id = NEW.transfer_id AND l.line = NEW.line
         AND l.returned <> (SELECT coalesce(sum(s.qty), 0) FROM app.loan_settlement s
           WHERE s.org_id = l.org_id AND s.transfer_id = l.transfer_id AND s.line = l.line)) THEN
    RAISE EXCEPTION 'what is back was settled' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER settled AFTER UPDATE ON app.transfer_line DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.returned <> OLD.returned) EXECUTE FUNCTION app.loan_settled();
CREATE FUNCTION app.lots_said_once() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF app.is_program() THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF OLD.accepted + OLD.refused + OLD.missing > 0 OR NEW.cleared < OLD.cleared THEN
      RAISE EXCEPTION 'what came is said once' USING ERRCODE = '42501';
    END IF;
  ELSIF NEW.qty + coalesce((SELECT sum(o.qty) FROM app.transfer_lot o WHERE o.org_id = NEW.org_id
      AND o.transfer_id = NEW.transfer_id AND o.line = NEW.line), 0) > (SELECT l.confirmed FROM app.transfer_line l
      WHERE l.org_id = NEW.org_id AND l.transfer_id = NEW.transfer_id AND l.line = NEW.line) THEN
    RAISE EXCEPTION 'no more is sent than was promised' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER said_once BEFORE UPDATE ON app.transfer_lot FOR EACH ROW
  WHEN ((NEW.accepted, NEW.refused, NEW.missing) IS DISTINCT FROM (OLD.accepted, OLD.refused, OLD.missing)
    OR NEW.cleared < OLD.cleared) EXECUTE FUNCTION app.lots_said_once();
CREATE TRIGGER promised BEFORE INSERT ON app.transfer_lot FOR EACH ROW EXECUTE FUNCTION app.lots_said_once();

CREATE FUNCTION app.lines_of_a_request() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT app.is_program() AND (NEW.sent + NEW.accepted + NEW.returned <> 0 OR NOT EXISTS (SELECT 1 FROM app.transfer t
      WHERE t.org_id = NEW.org_id AND t.id = NEW.transfer_id AND t.created_by = app.my_person()
        AND (t.status IN ('draft', 'donor') OR (t.status = 'approved' AND t.kind = 'return')))) THEN
    RAISE EXCEPTION 'lines come with the request' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER requested BEFORE INSERT ON app.transfer_line FOR EACH ROW EXECUTE FUNCTION app.lines_of_a_request();

-- Lines of a delivery are its maker's: a touch of the head made another's announcement one's own.
CREATE FUNCTION app.own_delivery() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT app.is_program() AND EXISTS (SELECT 1 FROM fresh l JOIN app.delivery d ON d.org_id = l.org_id
      AND d.id = l.delivery_id WHERE d.created_by <> app.my_person()) THEN
    RAISE EXCEPTION 'a delivery is its maker''s' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER makers AFTER INSERT ON app.delivery_line REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION app.own_delivery();

-- Numbers run on by as many as are needed: one leap to the end of all numbers and nothing could be numbered.
CREATE OR REPLACE FUNCTION app.counter_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (CASE TG_OP WHEN 'INSERT' THEN NEW.last NOT BETWEEN 1 AND 100000
      ELSE NEW.last <= OLD.last OR NEW.last > OLD.last + 100000 END) THEN
    RAISE EXCEPTION 'numbers run on' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER begins BEFORE INSERT ON app.counter FOR EACH ROW EXECUTE FUNCTION app.counter_guard();

-- Stock and prices are kept by an item's units; a change of an item is told in its history.
CREATE FUNCTION app.item_units_stand() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT app.is_program() THEN
    RAISE EXCEPTION 'an item keeps its code and units' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER units_stand BEFORE UPDATE ON app.item FOR EACH ROW
  WHEN ((NEW.id, NEW.code, NEW.base_unit, NEW.pack_factor) IS DISTINCT FROM (OLD.id, OLD.code, OLD.base_unit, OLD.pack_factor))
  EXECUTE FUNCTION app.item_units_stand();
CREATE FUNCTION app.item_change_told() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT app.is_program() AND NOT EXISTS (SELECT 1 FROM app.item_change c
      WHERE c.item_id = NEW.id AND c.xmin = pg_current_xact_id()::xid) THEN
    RAISE EXCEPTION 'a change of an item is told in its history' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER told AFTER UPDATE ON app.item DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN ((NEW.name, NEW.trade_name, NEW.strength, NEW.spec, NEW.approval_no, NEW.storage, NEW.status, NEW.controlled,
      NEW.high_value, NEW.vbp, NEW.pack_unit, NEW.item_class, NEW.lot_tracked, NEW.antibiotic, NEW.high_alert) IS DISTINCT FROM
    (OLD.name, OLD.trade_name, OLD.strength, OLD.spec, OLD.approval_no, OLD.storage, OLD.status, OLD.controlled,
      OLD.high_value, OLD.vbp, OLD.pack_unit, OLD.item_class, OLD.lot_tracked, OLD.antibiotic, OLD.high_alert))
  EXECUTE FUNCTION app.item_change_told();

-- Who operated is told only after the reading stands in the trail: asked twice, in two transactions, for what
-- is rolled back leaves no trace. The first call writes and answers null, the second one tells.
CREATE OR REPLACE FUNCTION api.case_doctor(p_org bigint, p_document bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_begun bigint := (extract(epoch FROM now()) * 1000000)::bigint;
BEGIN
  IF NOT (p_org = ANY (app.my_orgs('store')) OR p_org = ANY (app.my_orgs('audit'))) THEN
    RAISE EXCEPTION 'not allowed' USING ERRCODE = '42501';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM app.audit a WHERE a.org_id = p_org AND a.doc_kind = 'consumption' AND a.doc_id = p_document
      AND a.action = 'case.doctor' AND a.person_id = app.my_person() AND a.at < v_begun AND a.at > v_begun - 60000000) THEN
    PERFORM api.audit(p_org, 0, 'case.doctor', 'consumption', p_document, '{}');
    RETURN NULL;
  END IF;
  RETURN coalesce((SELECT d.doctor FROM app.case_doctor d WHERE d.org_id = p_org AND d.document_id = p_document), '');
END $$;

-- A lot is known to the whole group: with an expiry that is over, whoever writes it first would shut the goods
-- of every other member away.
DO $$
DECLARE
  v_expiry text := pg_get_functiondef('api.lot_expiry(bigint, date, date)'::regprocedure);
  v_begin text := '  IF p_expiry IS NOT NULL THEN
';
  v_over text := '  IF p_expiry < (now() AT TIME ZONE ''Asia/Shanghai'')::date AND NOT pg_has_role(session_user, ''yilian_owner'', ''MEMBER'')
     AND EXISTS (SELECT 1 FROM app.balance b WHERE b.lot_id = p_lot AND b.qty > 0 AND b.org_id <> ALL (app.my_orgs(''store''))) THEN
    RAISE EXCEPTION ''an expiry that is over, of goods of another member'' USING ERRCODE = ''42501'';
  END IF;
';
BEGIN
  IF strpos(v_expiry, v_begin) = 0 THEN
    RAISE EXCEPTION 'api.lot_expiry is not that of 0028';
  END IF;
  EXECUTE replace(v_expiry, v_begin, v_over || v_begin);
END $$;

-- Bids and the opening meet at a gate that no login can hold: with the row of the round itself the lead's
-- buyer could hold up bids until they were late.
CREATE TABLE api.round_gate (org_id bigint, negotiation_id bigint, round bigint, opened boolean NOT NULL DEFAULT false,
  PRIMARY KEY (org_id, negotiation_id, round));
ALTER TABLE api.round_gate ENABLE ROW LEVEL SECURITY;
CREATE POLICY functions ON api.round_gate TO yilian_ledger USING (true) WITH CHECK (true);
GRANT SELECT, UPDATE ON api.round_gate TO yilian_ledger;
INSERT INTO api.round_gate SELECT r.org_id, r.negotiation_id, r.round, r.opened_at IS NOT NULL FROM app.negotiation_round r;
CREATE FUNCTION app.round_gate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO api.round_gate VALUES (NEW.org_id, NEW.negotiation_id, NEW.round, false) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER gate AFTER INSERT ON app.negotiation_round FOR EACH ROW EXECUTE FUNCTION app.round_gate();
CREATE FUNCTION api.later_deadline(p_org bigint, p_negotiation bigint, p_round bigint, p_deadline bigint)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_owner boolean := pg_has_role(session_user, 'yilian_owner', 'MEMBER');
BEGIN
  IF NOT v_owner AND NOT (app.group_duty('buy') AND p_org = ANY (app.my_orgs('buy'))) THEN
    RAISE EXCEPTION 'not allowed' USING ERRCODE = '42501';
  END IF;
  UPDATE app.negotiation_round x SET deadline = p_deadline
   WHERE x.org_id = p_org AND x.negotiation_id = p_negotiation AND x.round = p_round AND x.opened_at IS NULL
     AND x.deadline < p_deadline AND (v_owner OR x.deadline > (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
  RETURN FOUND;
END $$;
DO $$
DECLARE
  v_bid text := pg_get_functiondef('api.bid(text, bytea, bytea, text, bigint, text, bigint)'::regprocedure);
  v_open text := pg_get_functiondef('api.open_round(bigint, bigint, bigint, bigint)'::regprocedure);
  v_share text := '  SELECT * INTO r FROM app.negotiation_round x
   WHERE x.org_id = v_org AND x.negotiation_id = v_project AND x.round = v_round FOR SHARE;';
  v_alone text := '  SELECT * INTO r FROM app.negotiation_round x
   WHERE x.org_id = p_org AND x.negotiation_id = p_negotiation AND x.round = p_round FOR UPDATE;';
  v_gate text := '  PERFORM 1 FROM api.round_gate g
   WHERE g.org_id = v_org AND g.negotiation_id = v_project AND g.round = v_round FOR SHARE;
';
  v_early text := '  IF EXISTS (SELECT 1 FROM app.negotiation_round x
      WHERE x.org_id = p_org AND x.negotiation_id = p_negotiation AND x.round = p_round AND x.sealed = 1
        AND x.deadline > (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) THEN
    RETURN ''early'';  -- before the gate is held: it would stay held until the end of the transaction
  END IF;
  UPDATE api.round_gate g SET opened = true
   WHERE g.org_id = p_org AND g.negotiation_id = p_negotiation AND g.round = p_round;
';
BEGIN
  IF strpos(v_bid, v_share) = 0 OR strpos(v_open, v_alone) = 0 THEN
    RAISE EXCEPTION 'api.bid and api.open_round are not those of 0026';
  END IF;
  EXECUTE replace(v_bid, v_share, v_gate || replace(v_share, ' FOR SHARE', ''));
  EXECUTE replace(v_open, v_alone, v_early || replace(v_alone, 'FOR UPDATE', 'FOR NO KEY UPDATE'));
END $$;
