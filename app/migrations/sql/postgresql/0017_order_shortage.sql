-- A note of shortage: declared by one side of a signed order, agreed by the other, settled by the
-- group's buyer, each in person. What was declared never changes.
CREATE FUNCTION app.shortage_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_me bigint := app.my_person();
  v_mine bigint;
  v_other bigint;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NOT pg_has_role(session_user, 'yilian_owner', 'MEMBER')
       AND (NEW.status <> 'submitted' OR NEW.declared_by <> v_me OR NEW.answered_by IS NOT NULL
         OR NEW.settled_by IS NOT NULL OR NOT EXISTS (SELECT 1 FROM app.member_order o
           WHERE o.org_id = NEW.org_id AND o.id = NEW.order_id AND o.supplier_id = NEW.supplier_id
             AND o.version = NEW.version AND o.status IN ('signed', 'partly_received'))) THEN
      RAISE EXCEPTION 'a note of shortage begins undecided, on an order signed by both' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
  END IF;
  v_mine := CASE OLD.declared_party WHEN 'member' THEN OLD.org_id ELSE OLD.supplier_id END;
  v_other := CASE OLD.declared_party WHEN 'member' THEN OLD.supplier_id ELSE OLD.org_id END;
  IF (NEW.org_id, NEW.order_id, NEW.seq, NEW.no, NEW.version, NEW.supplier_id, NEW.reason, NEW.digest,
      NEW.declared_party, NEW.declared_by, NEW.declared_name, NEW.declared_at)
     IS DISTINCT FROM (OLD.org_id, OLD.order_id, OLD.seq, OLD.no, OLD.version, OLD.supplier_id, OLD.reason, OLD.digest,
      OLD.declared_party, OLD.declared_by, OLD.declared_name, OLD.declared_at)
     OR NOT ((OLD.status = 'submitted' AND NEW.status IN ('approved', 'refused', 'cancelled'))
       OR (OLD.status = 'approved' AND NEW.status IN ('ended_short', 'cancelled')
         AND (NEW.answered_by, NEW.answered_name, NEW.answered_at, NEW.answer)
           IS NOT DISTINCT FROM (OLD.answered_by, OLD.answered_name, OLD.answered_at, OLD.answer))) THEN
    RAISE EXCEPTION 'a note of shortage stays as it was declared' USING ERRCODE = '42501';
  END IF;
  IF pg_has_role(session_user, 'yilian_owner', 'MEMBER') THEN
    RETURN NEW;
  END IF;
  IF OLD.status = 'submitted' AND (NEW.answered_by IS DISTINCT FROM v_me OR NEW.settled_by IS NOT NULL
      OR NOT (CASE NEW.status WHEN 'cancelled' THEN v_mine ELSE v_other END) = ANY (app.my_orgs('sign'))) THEN
    RAISE EXCEPTION 'the other side answers, the own side withdraws' USING ERRCODE = '42501';
  END IF;
  IF OLD.status = 'approved' AND (NEW.settled_by IS DISTINCT FROM v_me OR NOT app.group_duty('buy')) THEN
    RAISE EXCEPTION 'the buyer of the group settles what was agreed' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER shortage_rules BEFORE INSERT OR UPDATE ON app.order_shortage
  FOR EACH ROW EXECUTE FUNCTION app.shortage_rules();
CREATE TRIGGER no_delete BEFORE DELETE ON app.order_shortage FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.order_shortage_line FOR EACH ROW EXECUTE FUNCTION app.deny();
