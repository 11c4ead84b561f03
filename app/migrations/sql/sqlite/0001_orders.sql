-- What somebody signed is never edited: a change is a new version.
CREATE TRIGGER member_order_version_no_update BEFORE UPDATE ON member_order_version
BEGIN SELECT RAISE(ABORT, 'member_order_version is append only'); END
--;
CREATE TRIGGER member_order_version_no_delete BEFORE DELETE ON member_order_version
BEGIN SELECT RAISE(ABORT, 'member_order_version is append only'); END
--;
CREATE TRIGGER member_order_version_no_replace BEFORE INSERT ON member_order_version
WHEN EXISTS (SELECT 1 FROM member_order_version
  WHERE org_id = NEW.org_id AND order_id = NEW.order_id AND version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'member_order_version is append only'); END
