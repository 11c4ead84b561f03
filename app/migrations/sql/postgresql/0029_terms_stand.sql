-- What bids are compared with stands from the first round on, and a round runs until it is opened: with
-- psql the lead's buyer could rewrite the prices of before, or count the project one round on, which
-- stopped every bid of the round that was running. The owner (demo) is exempt.
CREATE FUNCTION app.reference_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  l app.negotiation_reference := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
  IF NOT app.is_program() AND EXISTS (SELECT 1 FROM app.negotiation n
      WHERE n.org_id = l.org_id AND n.id = l.negotiation_id AND n.round > 0) THEN
    RAISE EXCEPTION 'what bids are compared with stands from the first round on' USING ERRCODE = '42501';
  END IF;
  RETURN l;
END $$;
CREATE TRIGGER reference_rules BEFORE INSERT OR UPDATE OR DELETE ON app.negotiation_reference
  FOR EACH ROW EXECUTE FUNCTION app.reference_rules();

CREATE FUNCTION app.round_runs() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.round <> OLD.round AND NOT app.is_program() AND EXISTS (SELECT 1 FROM app.negotiation_round r
      WHERE r.org_id = NEW.org_id AND r.negotiation_id = NEW.id AND r.opened_at IS NULL) THEN
    RAISE EXCEPTION 'a round runs until it is opened' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER round_runs BEFORE UPDATE ON app.negotiation FOR EACH ROW EXECUTE FUNCTION app.round_runs();
REVOKE ALL ON FUNCTION app.reference_rules(), app.round_runs() FROM PUBLIC;
