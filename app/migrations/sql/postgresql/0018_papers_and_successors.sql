-- A paper of goods is part of the acceptance record: never edited, never deleted.
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.goods_paper FOR EACH ROW EXECUTE FUNCTION app.deny();
