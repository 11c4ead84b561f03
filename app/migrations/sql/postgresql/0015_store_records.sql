-- What was printed by, loaded or photographed is never edited; a record that must be kept is never deleted.
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.label_design_version FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.trace_link FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.disposal_photo FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_delete BEFORE DELETE ON app.acceptance FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_delete BEFORE DELETE ON app.acceptance_line FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_delete BEFORE DELETE ON app.disposal FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_delete BEFORE DELETE ON app.disposal_line FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_delete BEFORE DELETE ON app.stock_count FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_delete BEFORE DELETE ON app.count_line FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_delete BEFORE DELETE ON app.upkeep_round FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_delete BEFORE DELETE ON app.upkeep_line FOR EACH ROW EXECUTE FUNCTION app.deny();
