-- The ledger's promises on SQLite: append-only, chained, balances in the same transaction, never
-- below zero. Statements are separated by a line that holds only "--;".

CREATE TRIGGER ledger_check BEFORE INSERT ON ledger BEGIN
  SELECT RAISE(ABORT, 'ledger is append only')
    WHERE EXISTS (SELECT 1 FROM ledger WHERE org_id = NEW.org_id AND seq = NEW.seq)
       OR EXISTS (SELECT 1 FROM ledger WHERE org_id = NEW.org_id AND op_id = NEW.op_id AND line = NEW.line);
  SELECT RAISE(ABORT, 'ledger chain is broken')
    WHERE NOT EXISTS (SELECT 1 FROM chain_head WHERE org_id = NEW.org_id AND chain = 'ledger'
                        AND seq = NEW.seq - 1 AND hash = NEW.prev_hash);
  SELECT RAISE(ABORT, 'unknown place')
    WHERE NOT EXISTS (SELECT 1 FROM place WHERE org_id = NEW.org_id AND id = NEW.from_place)
       OR NOT EXISTS (SELECT 1 FROM place WHERE org_id = NEW.org_id AND id = NEW.to_place);
END
--;
CREATE TRIGGER ledger_take AFTER INSERT ON ledger
WHEN (SELECT holds_stock FROM place WHERE org_id = NEW.org_id AND id = NEW.from_place) = 1 BEGIN
  UPDATE balance SET qty = qty - NEW.qty
   WHERE org_id = NEW.org_id AND place_id = NEW.from_place AND item_id = NEW.item_id
     AND lot_id = NEW.lot_id AND owner_id = NEW.owner_id AND qty >= NEW.qty;
  SELECT RAISE(ABORT, 'no stock') WHERE changes() = 0;
END
--;
CREATE TRIGGER ledger_put AFTER INSERT ON ledger
WHEN (SELECT holds_stock FROM place WHERE org_id = NEW.org_id AND id = NEW.to_place) = 1 BEGIN
  INSERT INTO balance (org_id, place_id, item_id, lot_id, owner_id, qty)
  VALUES (NEW.org_id, NEW.to_place, NEW.item_id, NEW.lot_id, NEW.owner_id, NEW.qty)
  ON CONFLICT (org_id, place_id, item_id, lot_id, owner_id) DO UPDATE SET qty = qty + excluded.qty;
END
--;
CREATE TRIGGER ledger_head AFTER INSERT ON ledger BEGIN
  UPDATE chain_head SET seq = NEW.seq, hash = NEW.hash
   WHERE org_id = NEW.org_id AND chain = 'ledger';
END
--;
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger BEGIN
  SELECT RAISE(ABORT, 'ledger is append only');
END
--;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger BEGIN
  SELECT RAISE(ABORT, 'ledger is append only');
END
--;
CREATE TRIGGER audit_check BEFORE INSERT ON audit BEGIN
  SELECT RAISE(ABORT, 'audit is append only')
    WHERE EXISTS (SELECT 1 FROM audit WHERE org_id = NEW.org_id AND seq = NEW.seq);
  SELECT RAISE(ABORT, 'audit chain is broken')
    WHERE NOT EXISTS (SELECT 1 FROM chain_head WHERE org_id = NEW.org_id AND chain = 'audit'
                        AND seq = NEW.seq - 1 AND hash = NEW.prev_hash);
END
--;
CREATE TRIGGER audit_head AFTER INSERT ON audit BEGIN
  UPDATE chain_head SET seq = NEW.seq, hash = NEW.hash
   WHERE org_id = NEW.org_id AND chain = 'audit';
END
--;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN
  SELECT RAISE(ABORT, 'audit is append only');
END
--;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN
  SELECT RAISE(ABORT, 'audit is append only');
END
--;
CREATE TRIGGER signature_no_update BEFORE UPDATE ON signature BEGIN
  SELECT RAISE(ABORT, 'signature is append only');
END
--;
CREATE TRIGGER signature_no_delete BEFORE DELETE ON signature BEGIN
  SELECT RAISE(ABORT, 'signature is append only');
END
--;
CREATE TRIGGER signature_once BEFORE INSERT ON signature BEGIN
  SELECT RAISE(ABORT, 'signature is append only')
    WHERE EXISTS (SELECT 1 FROM signature WHERE org_id = NEW.org_id AND doc_kind = NEW.doc_kind
                    AND doc_id = NEW.doc_id AND version = NEW.version AND party = NEW.party);
END
--;
CREATE TRIGGER item_change_no_update BEFORE UPDATE ON item_change BEGIN
  SELECT RAISE(ABORT, 'item_change is append only');
END
--;
CREATE TRIGGER item_change_no_delete BEFORE DELETE ON item_change BEGIN
  SELECT RAISE(ABORT, 'item_change is append only');
END
--;
CREATE TRIGGER price_span_insert BEFORE INSERT ON price BEGIN
  SELECT RAISE(ABORT, 'price overlap')
    WHERE EXISTS (SELECT 1 FROM price p WHERE p.item_id = NEW.item_id
      AND p.supplier_id = NEW.supplier_id AND p.org_id = NEW.org_id AND p.id <> NEW.id
      AND (NEW.valid_to IS NULL OR p.valid_from < NEW.valid_to)
      AND (p.valid_to IS NULL OR NEW.valid_from < p.valid_to));
END
--;
CREATE TRIGGER price_span_update BEFORE UPDATE ON price BEGIN
  SELECT RAISE(ABORT, 'price is append only')
    WHERE NEW.unit_price <> OLD.unit_price OR NEW.price_factor <> OLD.price_factor
       OR NEW.item_id <> OLD.item_id OR NEW.supplier_id <> OLD.supplier_id
       OR NEW.org_id <> OLD.org_id OR NEW.valid_from <> OLD.valid_from
       OR NEW.list_id <> OLD.list_id OR NEW.id <> OLD.id;
  SELECT RAISE(ABORT, 'price overlap')
    WHERE EXISTS (SELECT 1 FROM price p WHERE p.item_id = NEW.item_id
      AND p.supplier_id = NEW.supplier_id AND p.org_id = NEW.org_id AND p.id <> NEW.id
      AND (NEW.valid_to IS NULL OR p.valid_from < NEW.valid_to)
      AND (p.valid_to IS NULL OR NEW.valid_from < p.valid_to));
END
