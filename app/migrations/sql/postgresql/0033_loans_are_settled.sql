-- A loan is closed by whom it is owed to: with psql the borrower's keeper could write that a part was paid or
-- given back, or set the loan to returned. The lender takes goods back and takes the price; who sets off
-- lowers a claim of its own by as much. The services do it in this way; the owner (demo) is exempt.
CREATE FUNCTION app.loan_closed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT app.is_program() AND EXISTS (SELECT 1 FROM app.transfer_line l
      WHERE l.org_id = NEW.org_id AND l.transfer_id = NEW.id AND l.returned <> l.accepted) THEN
    RAISE EXCEPTION 'a loan is closed when all of it is settled' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loan_closed BEFORE UPDATE ON app.transfer FOR EACH ROW
  WHEN (NEW.status <> OLD.status AND NEW.status IN ('returned', 'settled')) EXECUTE FUNCTION app.loan_closed();

CREATE FUNCTION app.settlement_is_the_lenders() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_store bigint[] := app.my_orgs('store');
  t record;
BEGIN
  IF app.is_program() THEN
    RETURN NEW;
  END IF;
  SELECT f.org_id, f.donor_id, f.kind, f.settle INTO t FROM app.transfer f WHERE f.org_id = NEW.org_id AND f.id = NEW.transfer_id;
  IF t.donor_id = ANY (v_store) OR (t.org_id = ANY (v_store)
      AND ((NEW.kind = 'price' AND t.kind <> 'loan' AND t.settle = 'price') OR NEW.kind = 'net')) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a loan is settled by the lender' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER lenders BEFORE INSERT ON app.loan_settlement FOR EACH ROW EXECUTE FUNCTION app.settlement_is_the_lenders();

-- What is set off is set off both ways, between the same two houses.
CREATE FUNCTION app.set_off_both_ways() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT app.is_program() AND (
      NOT EXISTS (SELECT 1 FROM app.transfer a JOIN app.transfer b ON b.org_id = NEW.against_org AND b.id = NEW.against_id
        WHERE a.org_id = NEW.org_id AND a.id = NEW.transfer_id AND a.donor_id = b.org_id AND b.donor_id = a.org_id)
      OR (SELECT sum(s.qty) FROM app.loan_settlement s WHERE s.org_id = NEW.org_id AND s.transfer_id = NEW.transfer_id
          AND s.kind = 'net' AND s.against_id = NEW.against_id)
        IS DISTINCT FROM
        (SELECT sum(s.qty) FROM app.loan_settlement s WHERE s.org_id = NEW.against_org AND s.transfer_id = NEW.against_id
          AND s.kind = 'net' AND s.against_id = NEW.transfer_id)) THEN
    RAISE EXCEPTION 'what is set off is set off both ways' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER both_ways AFTER INSERT ON app.loan_settlement DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.kind = 'net') EXECUTE FUNCTION app.set_off_both_ways();
REVOKE ALL ON FUNCTION app.loan_closed(), app.settlement_is_the_lenders(), app.set_off_both_ways() FROM PUBLIC;
