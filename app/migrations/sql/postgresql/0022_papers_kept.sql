-- What a paper says stays, whoever asks with whichever program: a posted acceptance, a sent
-- requisition, a signed order, goods under way. The services say the same in words; these triggers
-- hold for psql. Which columns may change at all follows in 0022_papers_kept_security.sql. The
-- owner (migrations, demo) and the functions of schema api are exempt.

CREATE FUNCTION app.is_program() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$ SELECT pg_has_role(current_user, 'yilian_ledger', 'MEMBER') $$;

-- A state goes along the steps that are named: first argument the beginnings, second 'old>new' pairs
-- (app.domain.documents says the same; a test compares the two). What this transaction has made may
-- be completed by it.
CREATE FUNCTION app.step_by_step() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_mine boolean;
BEGIN
  IF app.is_program() THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.status = ANY (string_to_array(TG_ARGV[0], ' ')) THEN
      RETURN NEW;
    END IF;
  ELSIF OLD.status || '>' || NEW.status = ANY (string_to_array(TG_ARGV[1], ' ')) THEN
    RETURN NEW;
  ELSIF NEW.status = OLD.status AND NEW.status = ANY (string_to_array(TG_ARGV[0], ' ')) THEN
    EXECUTE format('SELECT h.xmin = pg_current_xact_id()::xid FROM app.%I h WHERE h.org_id = $1 AND h.id = $2', TG_TABLE_NAME)
      INTO v_mine USING OLD.org_id, OLD.id;
    IF v_mine THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '% goes step by step', TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
CREATE TRIGGER steps BEFORE INSERT OR UPDATE ON app.acceptance
  FOR EACH ROW EXECUTE FUNCTION app.step_by_step('posted', 'posted>reversed');
CREATE TRIGGER steps BEFORE INSERT OR UPDATE ON app.consumption
  FOR EACH ROW EXECUTE FUNCTION app.step_by_step('posted', 'posted>reversed');
CREATE TRIGGER steps BEFORE INSERT OR UPDATE ON app.delivery
  FOR EACH ROW EXECUTE FUNCTION app.step_by_step('announced accepting',
    'announced>announced announced>accepting announced>accepted announced>refused announced>cancelled accepting>accepting '
    'accepting>accepted accepting>refused accepted>announced refused>announced');
CREATE TRIGGER steps BEFORE INSERT OR UPDATE ON app.requisition
  FOR EACH ROW EXECUTE FUNCTION app.step_by_step('draft to_approve to_approve_group submitted',
    'draft>draft draft>to_approve draft>to_approve_group draft>submitted draft>cancelled to_approve>to_approve_group '
    'to_approve>submitted to_approve>draft to_approve>cancelled to_approve_group>submitted to_approve_group>draft '
    'to_approve_group>cancelled submitted>draft submitted>consolidated submitted>cancelled');

-- Lines come with their paper: in the same transaction, never later.
CREATE FUNCTION app.lines_with_paper() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_late boolean;
BEGIN
  IF app.is_program() THEN
    RETURN NULL;
  END IF;
  EXECUTE format('SELECT EXISTS (SELECT 1 FROM fresh l LEFT JOIN app.%I h ON h.org_id = l.org_id AND h.id = l.%I
    WHERE h.xmin IS DISTINCT FROM pg_current_xact_id()::xid OR h.status <> ALL ($1))', TG_ARGV[0], TG_ARGV[1])
    INTO v_late USING string_to_array(TG_ARGV[2], ' ');
  IF v_late THEN
    RAISE EXCEPTION '% come with their paper', TG_TABLE_NAME USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER with_paper AFTER INSERT ON app.acceptance_line REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION app.lines_with_paper('acceptance', 'acceptance_id', 'posted');
CREATE TRIGGER with_paper AFTER INSERT ON app.pack_line REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION app.lines_with_paper('pack', 'pack_id', 'in_stock');
CREATE TRIGGER with_paper AFTER INSERT ON app.delivery_line REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION app.lines_with_paper('delivery', 'delivery_id', 'announced accepting');

-- A requisition that was sent asks for what its lines say, at prices of the lists, and its amount (which
-- decides who approves) is theirs.
CREATE FUNCTION app.requisition_line_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF app.is_program() THEN
    RETURN NULL;
  END IF;
  IF TG_OP <> 'DELETE' AND EXISTS (
      SELECT 1 FROM changed l LEFT JOIN app.requisition r ON r.org_id = l.org_id AND r.id = l.requisition_id
       WHERE (r.status IS DISTINCT FROM 'draft' AND (TG_OP = 'UPDATE' OR r.xmin IS DISTINCT FROM pg_current_xact_id()::xid
           OR r.amount + 100 * (SELECT count(*) FROM app.requisition_line x WHERE x.org_id = r.org_id AND x.requisition_id = r.id)
             < (SELECT sum(x.unit_price::numeric * x.qty / x.price_factor) FROM app.requisition_line x
                 WHERE x.org_id = r.org_id AND x.requisition_id = r.id)))
          OR NOT EXISTS (SELECT 1 FROM app.price p WHERE p.item_id = l.item_id AND p.unit_price = l.unit_price
            AND p.price_factor = l.price_factor)) THEN
    RAISE EXCEPTION 'a requisition that was sent keeps its lines' USING ERRCODE = '42501';
  END IF;
  IF TG_OP = 'DELETE' AND EXISTS (
      SELECT 1 FROM changed l JOIN app.requisition r ON r.org_id = l.org_id AND r.id = l.requisition_id
       WHERE r.status <> 'draft') THEN
    RAISE EXCEPTION 'a requisition that was sent keeps its lines' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER kept_in AFTER INSERT ON app.requisition_line REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION app.requisition_line_guard();
CREATE TRIGGER kept AFTER UPDATE ON app.requisition_line REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION app.requisition_line_guard();
CREATE TRIGGER kept_out AFTER DELETE ON app.requisition_line REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION app.requisition_line_guard();
CREATE FUNCTION app.requisition_amount() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF app.is_program() OR (OLD.status = 'draft' AND NEW.status = 'draft') THEN
    RETURN NEW;
  END IF;
  IF NEW.amount <> OLD.amount OR (OLD.status = 'draft' AND NEW.amount < (
      SELECT coalesce(sum(x.unit_price::numeric * x.qty / x.price_factor), 0) - 100 * count(*) FROM app.requisition_line x
       WHERE x.org_id = NEW.org_id AND x.requisition_id = NEW.id)) THEN
    RAISE EXCEPTION 'the amount is that of the lines' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER amount_kept BEFORE UPDATE ON app.requisition FOR EACH ROW EXECUTE FUNCTION app.requisition_amount();

-- An order begins unsigned; a store keeper only follows the goods; what was signed changes as another
-- version that is signed again, or less by a note of shortage that both sides agreed to.
CREATE FUNCTION app.order_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF app.is_program() THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'to_sign' THEN
      RAISE EXCEPTION 'an order begins unsigned' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.version < OLD.version
     OR (NEW.status <> OLD.status AND OLD.status || '>' || NEW.status <> ALL (string_to_array(
       CASE WHEN NEW.org_id = ANY (app.my_orgs('buy')) THEN TG_ARGV[0] ELSE TG_ARGV[1] END, ' ')))
     OR ((NEW.amount, NEW.digest) IS DISTINCT FROM (OLD.amount, OLD.digest)
       AND NOT (NEW.status = 'to_sign' AND NEW.version > OLD.version)
       AND NOT (NEW.digest = OLD.digest AND NEW.amount < OLD.amount AND app.agreed_short(NEW.org_id, NEW.id))) THEN
    RAISE EXCEPTION 'an order goes step by step, and what was signed stays' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION app.agreed_short(p_org bigint, p_order bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM app.order_shortage s WHERE s.org_id = p_org AND s.order_id = p_order
    AND s.status IN ('approved', 'ended_short'))
$$;
CREATE TRIGGER steps BEFORE INSERT OR UPDATE ON app.member_order FOR EACH ROW EXECUTE FUNCTION app.order_guard(
  'to_sign>member_signed to_sign>refused to_sign>cancelled member_signed>signed member_signed>refused member_signed>answered '
  'answered>to_sign answered>cancelled member_signed>to_sign member_signed>cancelled refused>to_sign refused>cancelled '
  'signed>partly_received signed>received signed>to_sign partly_received>received partly_received>done received>done '
  'received>partly_received received>signed partly_received>signed signed>cancelled',
  'signed>partly_received signed>received partly_received>received received>partly_received received>signed '
  'partly_received>signed');

CREATE FUNCTION app.order_line_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_status text;
BEGIN
  IF app.is_program() THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  SELECT o.status INTO v_status FROM app.member_order o WHERE o.org_id = OLD.org_id AND o.id = OLD.order_id;
  IF TG_OP = 'UPDATE' THEN
    IF ((NEW.received, NEW.refused) IS NOT DISTINCT FROM (OLD.received, OLD.refused)
        OR v_status IN ('signed', 'partly_received', 'received', 'done'))
       AND ((NEW.qty, NEW.amount, NEW.due_on) IS NOT DISTINCT FROM (OLD.qty, OLD.amount, OLD.due_on)
         OR v_status = 'to_sign'
         OR (NEW.qty < OLD.qty AND NEW.due_on IS NOT DISTINCT FROM OLD.due_on AND app.agreed_short(OLD.org_id, OLD.order_id))) THEN
      RETURN NEW;
    END IF;
  ELSIF v_status = 'to_sign' OR app.agreed_short(OLD.org_id, OLD.order_id) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'what was signed stays' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON app.member_order_line FOR EACH ROW EXECUTE FUNCTION app.order_line_guard();
CREATE TRIGGER with_paper AFTER INSERT ON app.member_order_line REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION app.lines_with_paper('member_order', 'order_id', 'to_sign');

-- Goods under way: the donor says what it promises and sends, the receiver what came.
CREATE FUNCTION app.transfer_line_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  t record;
  v_store bigint[] := app.my_orgs('store');
BEGIN
  IF app.is_program() THEN
    RETURN NEW;
  END IF;
  SELECT f.org_id, f.donor_id, f.status INTO t FROM app.transfer f WHERE f.org_id = NEW.org_id AND f.id = NEW.transfer_id;
  IF (NEW.confirmed <> OLD.confirmed AND NOT (t.donor_id = ANY (v_store) AND t.status IN ('donor', 'review', 'approved')))
     OR (NEW.sent <> OLD.sent AND NOT (t.donor_id = ANY (v_store) AND t.status IN ('approved', 'in_transit')))
     OR (NEW.accepted <> OLD.accepted AND NOT (t.org_id = ANY (v_store) AND t.status IN ('in_transit', 'accepted')))
     OR (NEW.returned <> OLD.returned AND t.status NOT IN ('accepted', 'part_returned', 'returned', 'settled'))
     OR ((NEW.unit_price, NEW.price_factor, NEW.saved) IS DISTINCT FROM (OLD.unit_price, OLD.price_factor, OLD.saved)
       AND t.status NOT IN ('draft', 'donor', 'review', 'approved', 'in_transit')) THEN
    RAISE EXCEPTION 'this figure is the other side''s' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE UPDATE ON app.transfer_line FOR EACH ROW EXECUTE FUNCTION app.transfer_line_guard();

CREATE FUNCTION app.transfer_lot_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  t record;
  v_store bigint[] := app.my_orgs('store');
BEGIN
  IF app.is_program() THEN
    RETURN NEW;
  END IF;
  SELECT f.org_id, f.donor_id, f.status, f.xmin = pg_current_xact_id()::xid AS now INTO t
    FROM app.transfer f WHERE f.org_id = NEW.org_id AND f.id = NEW.transfer_id;
  IF TG_OP = 'INSERT' THEN
    IF t.donor_id = ANY (v_store) AND t.status = 'in_transit' AND t.now THEN
      RETURN NEW;
    END IF;
  ELSIF ((NEW.accepted, NEW.refused, NEW.missing) IS NOT DISTINCT FROM (OLD.accepted, OLD.refused, OLD.missing)
        OR (t.org_id = ANY (v_store) AND (t.status = 'in_transit' OR (t.status = 'accepted' AND t.now))))
     AND (NEW.cleared = OLD.cleared OR t.donor_id = ANY (v_store)) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the donor sends, the receiver accepts' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON app.transfer_lot FOR EACH ROW EXECUTE FUNCTION app.transfer_lot_guard();

-- 临采: asked for in one's own name, decided by the head, in person, never by who asked.
CREATE FUNCTION app.temporary_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF app.is_program() THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.status = 'asked' AND NEW.decided_by IS NULL AND NEW.asked_by = app.my_person() THEN
      RETURN NEW;
    END IF;
  ELSIF (OLD.status = 'asked' AND NEW.status IN ('approved', 'refused') AND NEW.decided_by = app.my_person()
        AND NEW.decided_by <> NEW.asked_by AND NEW.org_id = ANY (app.my_orgs('sign')))
     OR (OLD.status = 'approved' AND NEW.status = 'bought' AND NEW.org_id = ANY (app.my_orgs('store'))
        AND NEW.decided_by IS NOT DISTINCT FROM OLD.decided_by) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a temporary purchase is decided by another' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON app.temporary_purchase FOR EACH ROW EXECUTE FUNCTION app.temporary_guard();

-- 药事会: the head agrees to what others wrote; from then on the group's keeper takes it further, and
-- what was decided stays.
CREATE FUNCTION app.pt_request_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF app.is_program() THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.status IN ('draft', 'submitted') AND NEW.reviewed_by IS NULL AND NEW.result IS NULL
       AND NEW.created_by = app.my_person() THEN
      RETURN NEW;
    END IF;
  ELSIF (OLD.status IN ('draft', 'returned') AND NEW.status IN ('draft', 'returned', 'submitted', 'withdrawn'))
     OR (OLD.status IN ('submitted', 'agreed') AND NEW.status = 'withdrawn')
     OR (OLD.status = 'submitted' AND NEW.status IN ('agreed', 'returned') AND NEW.reviewed_by = app.my_person()
       AND NEW.org_id = ANY (app.my_orgs('sign')) AND (NEW.status = 'returned' OR NEW.reviewed_by <> NEW.created_by))
     OR (OLD.status || '>' || NEW.status IN ('agreed>scheduled', 'scheduled>agreed', 'scheduled>decided', 'decided>effective')
       AND app.group_duty('catalogue'))
     OR (OLD.status = 'effective' AND NEW.status = 'evaluated') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a request goes step by step' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON app.pt_request FOR EACH ROW EXECUTE FUNCTION app.pt_request_guard();
CREATE FUNCTION app.agenda_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF OLD.status = 'done' AND NOT app.is_program() THEN
    RAISE EXCEPTION 'what was decided stays' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE UPDATE ON app.pt_agenda FOR EACH ROW EXECUTE FUNCTION app.agenda_guard();

-- Who asked for an item does not grant it.
CREATE FUNCTION app.item_request_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT app.is_program() AND (CASE TG_OP WHEN 'INSERT' THEN NEW.status <> 'submitted'
      ELSE OLD.status <> 'submitted' OR (NEW.status <> 'cancelled' AND NOT NEW.org_id = ANY (app.my_orgs('catalogue'))) END) THEN
    RAISE EXCEPTION 'a request for an item is answered once, by the keeper of the catalogue' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON app.item_request FOR EACH ROW EXECUTE FUNCTION app.item_request_guard();

-- A place with goods keeps its state, or goods would be held, freed or gone without a move.
CREATE FUNCTION app.place_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT app.is_program() AND (
      (NEW.holds_stock = 1) <> (NEW.kind IN ('store', 'zone', 'bin'))
      OR (TG_OP = 'UPDATE' AND (OLD.holds_stock = 0 OR ((NEW.zone <> OLD.zone OR NEW.active < OLD.active) AND EXISTS (
        SELECT 1 FROM app.balance b WHERE b.org_id = OLD.org_id AND b.place_id = OLD.id AND b.qty > 0))))) THEN
    RAISE EXCEPTION 'a place with goods keeps its state' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON app.place FOR EACH ROW EXECUTE FUNCTION app.place_guard();

-- Numbers run on: a number that was given is not given again.
CREATE FUNCTION app.counter_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.last <= OLD.last THEN
    RAISE EXCEPTION 'numbers run on' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE UPDATE ON app.counter FOR EACH ROW EXECUTE FUNCTION app.counter_guard();

-- A move is of goods that exist: the item, no lot of another item, a known owner, a price that is none below zero,
-- a kind of paper that books, and what it takes back was booked before in the same books. Each is asked
-- by its key, whatever the number of lines (a join would read whole tables).
CREATE FUNCTION app.moves_make_sense() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (
      SELECT 1 FROM posted n
       WHERE (SELECT true FROM app.item i WHERE i.id = n.item_id) IS NULL
          OR (SELECT true FROM app.organisation o WHERE o.id = n.owner_id) IS NULL
          OR (SELECT l.item_id FROM app.lot l WHERE l.id = n.lot_id) <> n.item_id
          OR n.unit_price < 0 OR n.qty > 1000000000000 OR length(n.reason) > 2000
          OR n.doc_kind <> ALL (ARRAY['acceptance', 'consumption', 'opening', 'putaway', 'return', 'write_off', 'transfer',
            'count', 'pack', 'reversal', 'title'])
          OR (n.reversal_of <> 0 AND (SELECT b.item_id FROM app.ledger b WHERE b.org_id = n.org_id AND b.seq = n.reversal_of
            AND b.seq < n.seq) IS DISTINCT FROM n.item_id)) THEN
    RAISE EXCEPTION 'bad move' USING ERRCODE = '22023';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER sense AFTER INSERT ON app.ledger REFERENCING NEW TABLE AS posted
  FOR EACH STATEMENT EXECUTE FUNCTION app.moves_make_sense();

-- Limits of approval are the business of who works there.
CREATE OR REPLACE FUNCTION app.approval_level(p_org bigint, p_amount bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH limits AS (SELECT s.value::jsonb AS v FROM app.setting s
    WHERE s.org_id IN (p_org, 0) AND s.key = 'requisition.approval' AND app.in_group() ORDER BY s.org_id = 0 LIMIT 1)
  SELECT coalesce((SELECT CASE
      WHEN p_amount > (v ->> 'member')::numeric * 10000 THEN 'group'
      WHEN p_amount > (v ->> 'store')::numeric * 10000 THEN 'member' ELSE '' END FROM limits), '')
$$;
