-- A sealed file is never edited or taken away: another version of the order has its own.
CREATE TRIGGER sealed_paper_no_update BEFORE UPDATE ON sealed_paper
BEGIN SELECT RAISE(ABORT, 'sealed_paper is append only'); END
--;
CREATE TRIGGER sealed_paper_no_delete BEFORE DELETE ON sealed_paper
BEGIN SELECT RAISE(ABORT, 'sealed_paper is append only'); END
--;
CREATE TRIGGER sealed_paper_no_replace BEFORE INSERT ON sealed_paper
WHEN EXISTS (SELECT 1 FROM sealed_paper WHERE org_id = NEW.org_id AND order_id = NEW.order_id
  AND version = NEW.version AND kind = NEW.kind AND (seq = NEW.seq OR party = NEW.party))
BEGIN SELECT RAISE(ABORT, 'sealed_paper is append only'); END
