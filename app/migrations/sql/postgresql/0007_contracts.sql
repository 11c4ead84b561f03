-- A sealed file is never edited or taken away: another version of the order has its own.
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.sealed_paper
  FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON app.sealed_paper
  FOR EACH STATEMENT EXECUTE FUNCTION app.deny();
