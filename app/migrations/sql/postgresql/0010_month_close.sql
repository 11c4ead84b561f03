-- Settlement in depth: which step of a statement is whose, invoices never matched beyond their
-- amount, each statement paid once, and months that stay closed. These triggers hold for psql too;
-- app/services/settlement says the same in words. Amounts are scaled by 10,000: 100 is 0.01 yuan.

-- Nothing is posted into a month that is closed, by whomever and whichever way.
CREATE FUNCTION app.month_open() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM app.month_close m
              WHERE m.org_id = NEW.org_id AND m.reopened_at IS NULL AND m.date_to >= NEW.occurred_on) THEN
    RAISE EXCEPTION 'month closed' USING ERRCODE = 'P0S04';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER month_open BEFORE INSERT ON app.ledger FOR EACH ROW EXECUTE FUNCTION app.month_open();

-- Holds the books of a member still until the end of the transaction: a posting that began before
-- is waited for, one that begins later sees the month closed.
CREATE FUNCTION api.hold_books(p_org bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_seq bigint;
BEGIN
  IF NOT pg_has_role(session_user, 'yilian_owner', 'MEMBER') AND NOT p_org = ANY (app.my_orgs('settle')) THEN
    RAISE EXCEPTION 'not allowed' USING ERRCODE = '42501';
  END IF;
  INSERT INTO app.chain_head (org_id, chain, seq, hash) VALUES (p_org, 'ledger', 0, decode(repeat('00', 32), 'hex'))
  ON CONFLICT DO NOTHING;
  SELECT h.seq INTO v_seq FROM app.chain_head h WHERE h.org_id = p_org AND h.chain = 'ledger' FOR UPDATE;
  RETURN v_seq;
END $$;

CREATE FUNCTION app.statement_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_me bigint := app.my_person();
  v_owner boolean := pg_has_role(session_user, 'yilian_owner', 'MEMBER');
  v_member boolean;
  v_supplier boolean;
  v_auditor boolean;
  v_pay bigint := NEW.consumed_amount + coalesce(NEW.adjust_amount, 0);
  v_matched bigint;
  v_fits boolean;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NOT (NEW.status = 'draft' OR (NEW.status = 'reversed' AND NEW.kind = 'reversal' AND NEW.reversal_of IS NOT NULL))
       OR NEW.audited_by IS NOT NULL OR NEW.confirmed_by IS NOT NULL OR coalesce(NEW.invoiced_amount, 0) <> 0
       OR (NOT v_owner AND NEW.created_by IS DISTINCT FROM v_me) THEN
      RAISE EXCEPTION 'a statement begins as a draft of one''s own' USING ERRCODE = '42501';
    END IF;
    IF EXISTS (SELECT 1 FROM app.month_close m
                WHERE m.org_id = NEW.org_id AND m.reopened_at IS NULL AND m.date_to >= NEW.date_to) THEN
      RAISE EXCEPTION 'month closed' USING ERRCODE = 'P0S04';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.org_id, NEW.id, NEW.no, NEW.supplier_id, NEW.period, NEW.date_from, NEW.date_to, NEW.kind, NEW.reversal_of,
      NEW.created_by, NEW.created_at, NEW.opening_amount, NEW.received_amount, NEW.returned_amount, NEW.other_amount,
      NEW.consumed_amount, NEW.price_gap, NEW.late_amount, NEW.bought_amount, NEW.closing_amount)
     IS DISTINCT FROM
     (OLD.org_id, OLD.id, OLD.no, OLD.supplier_id, OLD.period, OLD.date_from, OLD.date_to, OLD.kind, OLD.reversal_of,
      OLD.created_by, OLD.created_at, OLD.opening_amount, OLD.received_amount, OLD.returned_amount, OLD.other_amount,
      OLD.consumed_amount, OLD.price_gap, OLD.late_amount, OLD.bought_amount, OLD.closing_amount) THEN
    RAISE EXCEPTION 'a statement keeps its figures' USING ERRCODE = '42501';
  END IF;
  v_member := v_owner OR NEW.org_id = ANY (app.my_orgs('settle'));
  v_supplier := v_owner OR NEW.supplier_id = ANY (app.my_orgs('supply'));
  v_auditor := v_member OR NEW.org_id = ANY (app.my_orgs('audit'));
  IF (NEW.adjust_amount IS DISTINCT FROM OLD.adjust_amount AND NOT (v_member AND OLD.status IN ('draft', 'disputed')))
     OR (NEW.supplier_amount IS DISTINCT FROM OLD.supplier_amount AND OLD.status NOT IN ('draft', 'sent', 'disputed'))
     OR (NEW.invoiced_amount IS DISTINCT FROM OLD.invoiced_amount AND NOT v_member) THEN
    RAISE EXCEPTION 'this figure stands' USING ERRCODE = '42501';
  END IF;
  IF NEW.status = OLD.status THEN
    RETURN NEW;
  END IF;
  SELECT coalesce(sum(m.amount), 0) INTO v_matched FROM app.invoice_match m
   WHERE m.org_id = NEW.org_id AND m.statement_id = NEW.id;
  v_fits := abs(v_pay - v_matched) <= 100;
  IF (OLD.status IN ('draft', 'disputed') AND NEW.status IN ('sent', 'cancelled') AND v_member)
     OR (OLD.status = 'sent' AND NEW.status = 'disputed' AND (v_supplier OR v_member))
     OR (OLD.status IN ('sent', 'disputed') AND NEW.status = 'confirmed' AND (v_supplier OR v_member)
         AND (v_owner OR NEW.confirmed_by = v_me) AND abs(coalesce(NEW.supplier_amount, v_pay) - v_pay) <= 100)
     OR (OLD.status = 'confirmed' AND NEW.status = 'invoiced' AND (v_member OR (v_supplier AND v_pay = 0)) AND v_fits)
     OR (OLD.status = 'invoiced' AND NEW.status = 'confirmed' AND v_member AND NOT v_fits)
     OR (OLD.status = 'confirmed' AND NEW.status = 'reversed' AND v_member AND v_matched = 0)
     OR (OLD.status = 'invoiced' AND NEW.status = 'audited' AND v_auditor AND v_fits
         AND NEW.audited_by IS NOT NULL AND NEW.audited_by <> NEW.created_by AND (v_owner OR NEW.audited_by = v_me)
         AND NOT EXISTS (SELECT 1 FROM app.invoice_match m WHERE m.org_id = NEW.org_id AND m.statement_id = NEW.id
           AND m.matched_by = NEW.audited_by))
     OR (OLD.status = 'audited' AND NEW.status = 'invoiced' AND v_auditor AND NOT EXISTS (
           SELECT 1 FROM app.payment_line l WHERE l.org_id = NEW.org_id AND l.statement_id = NEW.id AND l.state <> 'returned'))
     OR (OLD.status = 'audited' AND NEW.status = 'paid' AND v_member AND EXISTS (
           SELECT 1 FROM app.payment_line l WHERE l.org_id = NEW.org_id AND l.statement_id = NEW.id AND l.state = 'paid'))
     OR (OLD.status = 'paid' AND NEW.status = 'audited' AND v_member AND NOT EXISTS (
           SELECT 1 FROM app.payment_line l WHERE l.org_id = NEW.org_id AND l.statement_id = NEW.id AND l.state = 'paid')) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'this step of a statement is another party''s' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON app.statement FOR EACH ROW EXECUTE FUNCTION app.statement_guard();

-- Lines are written with the draft, and taken off only from what was cancelled or reversed.
CREATE FUNCTION app.statement_line_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF EXISTS (SELECT 1 FROM fresh l JOIN app.statement s ON s.org_id = l.org_id AND s.id = l.statement_id
                WHERE s.status <> 'draft' OR (s.kind = 'refund') <> (l.qty < 0)) THEN
      RAISE EXCEPTION 'a statement keeps its lines' USING ERRCODE = '42501';
    END IF;
  ELSIF EXISTS (SELECT 1 FROM gone l JOIN app.statement s ON s.org_id = l.org_id AND s.id = l.statement_id
                 WHERE s.status NOT IN ('cancelled', 'reversed')) THEN
    RAISE EXCEPTION 'a statement keeps its lines' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER lines_in AFTER INSERT ON app.statement_line REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION app.statement_line_guard();
CREATE TRIGGER lines_out AFTER DELETE ON app.statement_line REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION app.statement_line_guard();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.reversed_line FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.statement_adjustment FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.platform_report FOR EACH ROW EXECUTE FUNCTION app.deny();

-- An invoice keeps what it says; it is void only while nothing is matched with it.
CREATE FUNCTION app.invoice_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'open' OR (NOT pg_has_role(session_user, 'yilian_owner', 'MEMBER')
        AND NEW.created_by IS DISTINCT FROM app.my_person()) THEN
      RAISE EXCEPTION 'an invoice is registered in one''s own name' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.org_id, NEW.id, NEW.supplier_id, NEW.number, NEW.code, NEW.issued_on, NEW.amount, NEW.net_amount, NEW.tax_amount,
      NEW.created_by) IS DISTINCT FROM
     (OLD.org_id, OLD.id, OLD.supplier_id, OLD.number, OLD.code, OLD.issued_on, OLD.amount, OLD.net_amount, OLD.tax_amount,
      OLD.created_by) OR OLD.status = 'void'
     OR (NEW.status = 'void' AND EXISTS (SELECT 1 FROM app.invoice_match m WHERE m.invoice_id = NEW.id)) THEN
    RAISE EXCEPTION 'an invoice keeps what it says' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON app.invoice FOR EACH ROW EXECUTE FUNCTION app.invoice_guard();

-- Both papers are locked, so that two clerks cannot together match more than there is.
CREATE FUNCTION app.invoice_match_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  s record;
  i record;
  v_pay bigint;
  v_sum bigint;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    RAISE EXCEPTION 'a match is taken off and made again' USING ERRCODE = '42501';
  END IF;
  IF TG_OP = 'DELETE' THEN
    SELECT status INTO s FROM app.statement WHERE org_id = OLD.org_id AND id = OLD.statement_id FOR UPDATE;
    IF s.status NOT IN ('confirmed', 'invoiced') THEN
      RAISE EXCEPTION 'an audited statement keeps its invoices' USING ERRCODE = '42501';
    END IF;
    RETURN OLD;
  END IF;
  SELECT * INTO s FROM app.statement WHERE org_id = NEW.org_id AND id = NEW.statement_id FOR UPDATE;
  SELECT * INTO i FROM app.invoice WHERE org_id = coalesce(NEW.invoice_org, NEW.org_id) AND id = NEW.invoice_id FOR UPDATE;
  IF s.id IS NULL OR i.id IS NULL OR s.status NOT IN ('confirmed', 'invoiced') OR i.status <> 'open'
     OR s.supplier_id <> i.supplier_id
     OR (i.org_id <> s.org_id AND NOT EXISTS (SELECT 1 FROM app.organisation a, app.organisation b
          WHERE a.id = s.org_id AND b.id = i.org_id AND a.legal_person_id = b.legal_person_id)) THEN
    RAISE EXCEPTION 'this invoice is not for this statement' USING ERRCODE = '42501';
  END IF;
  v_pay := s.consumed_amount + coalesce(s.adjust_amount, 0);
  SELECT NEW.amount + coalesce(sum(m.amount), 0) INTO v_sum FROM app.invoice_match m
   WHERE m.org_id = NEW.org_id AND m.statement_id = NEW.statement_id AND m.invoice_id <> NEW.invoice_id;
  IF sign(NEW.amount) <> sign(v_pay) OR sign(NEW.amount) <> sign(i.amount) OR abs(v_sum) > abs(v_pay) THEN
    RAISE EXCEPTION 'matched beyond the statement' USING ERRCODE = 'P0S05';
  END IF;
  SELECT NEW.amount + coalesce(sum(m.amount), 0) INTO v_sum FROM app.invoice_match m
   WHERE m.invoice_id = NEW.invoice_id AND coalesce(m.invoice_org, m.org_id) = i.org_id
     AND NOT (m.org_id = NEW.org_id AND m.statement_id = NEW.statement_id);
  IF abs(v_sum) > abs(i.amount) THEN
    RAISE EXCEPTION 'matched beyond the invoice' USING ERRCODE = 'P0S05';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON app.invoice_match
  FOR EACH ROW EXECUTE FUNCTION app.invoice_match_guard();

-- A payee is entered by one person and checked by another; money goes to checked payees only.
CREATE FUNCTION app.payee_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_me bigint := app.my_person();
  v_owner boolean := pg_has_role(session_user, 'yilian_owner', 'MEMBER');
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.checked_by IS NOT NULL OR (NOT v_owner AND NEW.entered_by IS DISTINCT FROM v_me) THEN
      RAISE EXCEPTION 'a payee begins unchecked' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.org_id, NEW.id, NEW.supplier_id, NEW.account_name, NEW.bank, NEW.account_no, NEW.entered_by) IS DISTINCT FROM
     (OLD.org_id, OLD.id, OLD.supplier_id, OLD.account_name, OLD.bank, OLD.account_no, OLD.entered_by)
     OR (OLD.checked_by IS NOT NULL AND NEW.checked_by IS DISTINCT FROM OLD.checked_by)
     OR (NEW.checked_by IS NOT NULL AND (NEW.checked_by = NEW.entered_by
          OR (NOT v_owner AND OLD.checked_by IS NULL AND NEW.checked_by <> v_me)))
     OR OLD.closed_at IS NOT NULL THEN
    RAISE EXCEPTION 'a payee is checked by another person' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON app.payee FOR EACH ROW EXECUTE FUNCTION app.payee_guard();

CREATE FUNCTION app.payment_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'draft' THEN
      RAISE EXCEPTION 'a payment begins as a draft' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.org_id, NEW.id, NEW.no, NEW.amount, NEW.created_by) IS DISTINCT FROM
     (OLD.org_id, OLD.id, OLD.no, OLD.amount, OLD.created_by)
     OR (NEW.status <> OLD.status AND NOT (
       (OLD.status = 'draft' AND NEW.status IN ('sent', 'cancelled'))
       OR (OLD.status = 'sent' AND NEW.status IN ('done', 'cancelled') AND NOT EXISTS (
         SELECT 1 FROM app.payment_line l WHERE l.org_id = NEW.org_id AND l.payment_id = NEW.id
            AND (l.state = 'open' OR (l.state = 'paid' AND NEW.status = 'cancelled')))))) THEN
    RAISE EXCEPTION 'a payment keeps its lines and steps' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON app.payment FOR EACH ROW EXECUTE FUNCTION app.payment_guard();

CREATE FUNCTION app.payment_line_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'open' OR NOT EXISTS (
        SELECT 1 FROM app.statement s
          JOIN app.payment p ON p.org_id = s.org_id AND p.id = NEW.payment_id AND p.status = 'draft'
          JOIN app.payee y ON y.org_id = s.org_id AND y.id = NEW.payee_id AND y.supplier_id = s.supplier_id
           AND y.checked_by IS NOT NULL AND y.closed_at IS NULL
         WHERE s.org_id = NEW.org_id AND s.id = NEW.statement_id AND s.status = 'audited'
           AND s.supplier_id = NEW.supplier_id AND NEW.amount = s.consumed_amount + coalesce(s.adjust_amount, 0)) THEN
      RAISE EXCEPTION 'only audited statements are paid, to checked payees' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.org_id, NEW.payment_id, NEW.statement_id, NEW.supplier_id, NEW.payee_id, NEW.amount) IS DISTINCT FROM
     (OLD.org_id, OLD.payment_id, OLD.statement_id, OLD.supplier_id, OLD.payee_id, OLD.amount)
     OR (NEW.state <> OLD.state AND NOT ((OLD.state = 'open' AND NEW.state IN ('paid', 'returned'))
       OR (OLD.state = 'paid' AND NEW.state = 'returned'))) THEN
    RAISE EXCEPTION 'a payment line is answered once' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON app.payment_line FOR EACH ROW EXECUTE FUNCTION app.payment_line_guard();

-- A month is closed once it is over and nothing is open in it; two persons open it again.
CREATE FUNCTION app.month_close_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_me bigint := app.my_person();
  v_owner boolean := pg_has_role(session_user, 'yilian_owner', 'MEMBER');
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF (NOT v_owner AND NEW.closed_by IS DISTINCT FROM v_me) OR NEW.asked_by IS NOT NULL OR NEW.reopened_at IS NOT NULL
       OR NEW.date_to >= (to_timestamp(NEW.closed_at / 1000000.0) AT TIME ZONE 'Asia/Shanghai')::date
       OR (NOT v_owner AND NEW.date_to >= (now() AT TIME ZONE 'Asia/Shanghai')::date)
       OR EXISTS (SELECT 1 FROM app.statement s WHERE s.org_id = NEW.org_id AND s.date_to <= NEW.date_to
            AND s.status IN ('draft', 'sent', 'disputed')) THEN
      RAISE EXCEPTION 'this month is not ready to be closed' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.org_id, NEW.id, NEW.period, NEW.date_from, NEW.date_to, NEW.closed_at, NEW.closed_by, NEW.figures)
     IS DISTINCT FROM
     (OLD.org_id, OLD.id, OLD.period, OLD.date_from, OLD.date_to, OLD.closed_at, OLD.closed_by, OLD.figures)
     OR OLD.reopened_at IS NOT NULL
     OR (NEW.asked_by IS DISTINCT FROM OLD.asked_by AND NEW.asked_by IS NOT NULL AND NOT v_owner AND NEW.asked_by <> v_me)
     OR (NEW.reopened_at IS NOT NULL AND (OLD.asked_by IS NULL OR NEW.asked_by IS DISTINCT FROM OLD.asked_by
          OR NEW.reopened_by IS NULL OR NEW.reopened_by = NEW.asked_by OR (NOT v_owner AND NEW.reopened_by <> v_me)
          OR EXISTS (SELECT 1 FROM app.month_close m WHERE m.org_id = NEW.org_id AND m.reopened_at IS NULL
               AND m.date_to > NEW.date_to))) THEN
    RAISE EXCEPTION 'a month is opened again by two persons, the last one first' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON app.month_close FOR EACH ROW EXECUTE FUNCTION app.month_close_guard();
