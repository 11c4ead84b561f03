-- What happened to each price, and an end that was set is not moved on, on a single-site file. Where
-- a GPO price comes from is asked by the program (services/prices/change.py): a file knows no person.
-- Statements are separated by a line that holds only "--;".

CREATE TRIGGER price_end_kept BEFORE UPDATE ON price
WHEN OLD.valid_to IS NOT NULL AND (NEW.valid_to IS NULL OR NEW.valid_to > OLD.valid_to)
  AND (EXISTS (SELECT 1 FROM award_decision d WHERE d.list_id = OLD.list_id)
    OR NOT EXISTS (SELECT 1 FROM price_step c JOIN price_step t ON t.of_item = c.of_item
        AND t.supplier_id = c.supplier_id AND t.org_id = c.org_id AND t.kind = 'taken_back' AND t.valid_from = c.after
      WHERE c.price_id = OLD.id AND c.kind = 'closed' AND c.after = OLD.valid_to AND c.before IS NEW.valid_to))
BEGIN
  SELECT RAISE(ABORT, 'a price that ended does not hold again');
END
--;
CREATE TRIGGER price_award_kept BEFORE DELETE ON price
WHEN EXISTS (SELECT 1 FROM award_decision d WHERE d.list_id = OLD.list_id)
  OR EXISTS (SELECT 1 FROM price_request r WHERE r.new_price_id = OLD.id)
BEGIN
  SELECT RAISE(ABORT, 'the price of an award or a request is closed and followed');
END
--;
CREATE TRIGGER price_closed_told AFTER UPDATE ON price WHEN OLD.valid_to IS NOT NEW.valid_to BEGIN
  INSERT INTO price_step (price_id, n, kind, of_item, supplier_id, org_id, valid_from, before, after, at)
  SELECT NEW.id, coalesce(max(n), 0) + 1,
    CASE WHEN OLD.valid_to IS NULL OR NEW.valid_to < OLD.valid_to THEN 'closed' ELSE 'reopened' END,
    NEW.item_id, NEW.supplier_id, NEW.org_id, NEW.valid_from, OLD.valid_to, NEW.valid_to,
    CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)
    FROM price_step WHERE price_id = NEW.id;
END
--;
CREATE TRIGGER price_taken_back_told AFTER DELETE ON price BEGIN
  INSERT INTO price_step (price_id, n, kind, of_item, supplier_id, org_id, valid_from, before, after, at)
  SELECT OLD.id, coalesce(max(n), 0) + 1, 'taken_back', OLD.item_id, OLD.supplier_id, OLD.org_id, OLD.valid_from,
    OLD.valid_to, NULL, CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)
    FROM price_step WHERE price_id = OLD.id;
END
--;
CREATE TRIGGER price_step_no_update BEFORE UPDATE ON price_step BEGIN
  SELECT RAISE(ABORT, 'price_step is append only');
END
--;
CREATE TRIGGER price_step_no_delete BEFORE DELETE ON price_step BEGIN
  SELECT RAISE(ABORT, 'price_step is append only');
END
--;
CREATE TRIGGER price_list_kept BEFORE UPDATE ON price_list WHEN NEW.source <> OLD.source OR NEW.id <> OLD.id BEGIN
  SELECT RAISE(ABORT, 'a price list keeps its source');
END
--;
CREATE TRIGGER price_takeover_given BEFORE UPDATE ON price_takeover
WHEN OLD.approved_by IS NOT NULL OR NEW.asked_by <> OLD.asked_by OR NEW.list_id <> OLD.list_id
BEGIN
  SELECT RAISE(ABORT, 'leave is given once');
END
