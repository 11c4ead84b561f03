-- Records of the store and the lead that were open as a whole: only what the program itself changes may
-- change, and what is done stays as it is.
REVOKE UPDATE ON app.recall, app.recall_lot FROM yilian_store, yilian_buy, yilian_catalogue;
GRANT UPDATE (status, closed_at, closed_by, report, version) ON app.recall TO yilian_store, yilian_buy, yilian_catalogue;
REVOKE UPDATE ON app.recall_reply, app.upkeep_line, app.upkeep_round, app.expiry_action, app.dispense_line FROM yilian_store;
GRANT UPDATE (found, secured, used, note, at, person_id) ON app.recall_reply TO yilian_store;
GRANT UPDATE (result, finding, action, checked_at, checked_by) ON app.upkeep_line TO yilian_store;
GRANT UPDATE (status, done_at, done_by, version) ON app.upkeep_round TO yilian_store;
GRANT UPDATE (status, closed_at, closed_by, version) ON app.expiry_action TO yilian_store;
REVOKE UPDATE ON app.settle_rule, app.settle_term FROM yilian_settle, yilian_buy;
GRANT UPDATE (valid_to) ON app.settle_rule TO yilian_settle, yilian_buy;
GRANT UPDATE (trigger) ON app.settle_term TO yilian_settle, yilian_buy;
REVOKE UPDATE ON app.award_objection FROM yilian_buy, yilian_sign;
GRANT UPDATE (answer, outcome, answered_at, answered_by) ON app.award_objection TO yilian_buy, yilian_sign;

-- First argument the column that tells, second what stands there as long as it is not done.
CREATE FUNCTION app.done_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT app.is_program() AND coalesce(to_jsonb(OLD) ->> TG_ARGV[0], '') <> TG_ARGV[1] THEN
    RAISE EXCEPTION 'what is done stays' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER done_stays BEFORE UPDATE ON app.recall FOR EACH ROW EXECUTE FUNCTION app.done_stays('status', 'active');
CREATE TRIGGER done_stays BEFORE UPDATE ON app.upkeep_round FOR EACH ROW EXECUTE FUNCTION app.done_stays('status', 'open');
CREATE TRIGGER done_stays BEFORE UPDATE ON app.expiry_action FOR EACH ROW EXECUTE FUNCTION app.done_stays('status', 'open');
CREATE TRIGGER done_stays BEFORE UPDATE ON app.award_objection FOR EACH ROW EXECUTE FUNCTION app.done_stays('outcome', '');
CREATE FUNCTION app.upkeep_line_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT app.is_program() AND (NEW.checked_by IS DISTINCT FROM app.my_person() OR NOT EXISTS (
      SELECT 1 FROM app.upkeep_round r WHERE r.org_id = NEW.org_id AND r.id = NEW.round_id AND r.status = 'open')) THEN
    RAISE EXCEPTION 'what is done stays, and everybody signs with the own name' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE UPDATE ON app.upkeep_line FOR EACH ROW EXECUTE FUNCTION app.upkeep_line_guard();
REVOKE ALL ON FUNCTION app.done_stays(), app.upkeep_line_guard() FROM PUBLIC;
