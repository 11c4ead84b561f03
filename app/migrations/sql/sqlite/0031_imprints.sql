CREATE TRIGGER imprint_check BEFORE INSERT ON imprint BEGIN
  SELECT RAISE(ABORT, 'imprint is append only')
    WHERE EXISTS (SELECT 1 FROM imprint WHERE org_id = NEW.org_id AND seq = NEW.seq);
  SELECT RAISE(ABORT, 'imprint chain is broken')
    WHERE NOT EXISTS (SELECT 1 FROM chain_head WHERE org_id = NEW.org_id AND chain = 'imprint'
                        AND seq = NEW.seq - 1 AND hash = NEW.prev_hash);
END
--;
CREATE TRIGGER imprint_head AFTER INSERT ON imprint BEGIN
  UPDATE chain_head SET seq = NEW.seq, hash = NEW.hash
   WHERE org_id = NEW.org_id AND chain = 'imprint';
END
--;
CREATE TRIGGER imprint_no_update BEFORE UPDATE ON imprint BEGIN
  SELECT RAISE(ABORT, 'imprint is append only');
END
--;
CREATE TRIGGER imprint_no_delete BEFORE DELETE ON imprint BEGIN
  SELECT RAISE(ABORT, 'imprint is append only');
END
