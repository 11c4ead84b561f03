CREATE TRIGGER anchor_no_update BEFORE UPDATE ON anchor BEGIN
  SELECT RAISE(ABORT, 'anchor is append only');
END
--;
CREATE TRIGGER anchor_no_delete BEFORE DELETE ON anchor BEGIN
  SELECT RAISE(ABORT, 'anchor is append only');
END
--;
CREATE TRIGGER anchor_once BEFORE INSERT ON anchor BEGIN
  SELECT RAISE(ABORT, 'anchor is append only')
    WHERE EXISTS (SELECT 1 FROM anchor WHERE org_id = NEW.org_id AND day = NEW.day);
END
--;
CREATE TRIGGER anchor_head_no_update BEFORE UPDATE ON anchor_head BEGIN
  SELECT RAISE(ABORT, 'anchor is append only');
END
--;
CREATE TRIGGER anchor_head_no_delete BEFORE DELETE ON anchor_head BEGIN
  SELECT RAISE(ABORT, 'anchor is append only');
END
--;
CREATE TRIGGER anchor_head_once BEFORE INSERT ON anchor_head BEGIN
  SELECT RAISE(ABORT, 'anchor is append only')
    WHERE EXISTS (SELECT 1 FROM anchor_head
                   WHERE org_id = NEW.org_id AND day = NEW.day AND chain = NEW.chain);
END
--;
INSERT INTO "release" (version, min_client, at)
VALUES ('0016', '0016', CAST(strftime('%s', 'now') AS INTEGER) * 1000000)
