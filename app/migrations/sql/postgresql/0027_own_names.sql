-- Who did a step is written with the step, by that person, and stays: with psql a store keeper could put
-- another name under the approval of a transfer that was long over. The services write it in this way;
-- these triggers hold for every other program. The owner (migrations, demo) is exempt.

-- First argument the column of the state ('' where there is none), second the columns with names, third
-- what else is written with a step alone. A name is the own one; with a state, all change with it only.
CREATE FUNCTION app.own_names() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_old jsonb := to_jsonb(OLD);
  v_new jsonb := to_jsonb(NEW);
  v_me text := app.my_person()::text;
  c text;
BEGIN
  IF app.is_program() THEN
    RETURN NEW;
  END IF;
  FOREACH c IN ARRAY string_to_array(TG_ARGV[1], ' ') LOOP
    IF (v_new ->> c) IS DISTINCT FROM (v_old ->> c) AND (v_new ->> c) <> coalesce(v_me, '') THEN
      RAISE EXCEPTION 'everybody signs with the own name' USING ERRCODE = '42501';
    END IF;
  END LOOP;
  IF TG_ARGV[0] <> '' AND (v_new ->> TG_ARGV[0]) = (v_old ->> TG_ARGV[0]) THEN
    FOREACH c IN ARRAY string_to_array(TG_ARGV[1] || ' ' || TG_ARGV[2], ' ') LOOP
      IF (v_new ->> c) IS DISTINCT FROM (v_old ->> c) THEN
        RAISE EXCEPTION 'what a step wrote stays' USING ERRCODE = '42501';
      END IF;
    END LOOP;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER names BEFORE UPDATE ON app.transfer FOR EACH ROW EXECUTE FUNCTION app.own_names('status',
  'confirmed_by approved_by sent_by accepted_by',
  'confirmed_at approved_at sent_at arrived_at mode carrier record_no sent_temperature arrived_temperature note');
CREATE TRIGGER names BEFORE UPDATE ON app.statement FOR EACH ROW EXECUTE FUNCTION app.own_names('status',
  'confirmed_by audited_by', 'confirmed_at audited_at');
CREATE TRIGGER names BEFORE UPDATE ON app.disposal FOR EACH ROW EXECUTE FUNCTION app.own_names('status',
  'approved_by done_by', 'approved_at done_at method witness_one witness_two supervisor');
CREATE TRIGGER names BEFORE UPDATE ON app.stock_count FOR EACH ROW EXECUTE FUNCTION app.own_names('status',
  'submitted_by approved_by', 'submitted_at approved_at');
CREATE TRIGGER names BEFORE UPDATE ON app.requisition FOR EACH ROW EXECUTE FUNCTION app.own_names('', 'submitted_by', '');
CREATE TRIGGER names BEFORE UPDATE ON app.recall FOR EACH ROW EXECUTE FUNCTION app.own_names('status',
  'closed_by', 'closed_at report');
CREATE TRIGGER names BEFORE UPDATE ON app.upkeep_round FOR EACH ROW EXECUTE FUNCTION app.own_names('status',
  'done_by', 'done_at');
CREATE TRIGGER names BEFORE UPDATE ON app.expiry_action FOR EACH ROW EXECUTE FUNCTION app.own_names('status',
  'closed_by', 'closed_at');
CREATE TRIGGER names BEFORE UPDATE ON app.price_request FOR EACH ROW EXECUTE FUNCTION app.own_names('status',
  'first_by second_by', 'org_id no item_id old_price platform_before evidence valid_from reason asked_at first_at '
  'second_at answer new_price_id');
CREATE TRIGGER names BEFORE UPDATE ON app.negotiation_member FOR EACH ROW EXECUTE FUNCTION app.own_names('',
  'confirmed_by', '');
CREATE TRIGGER names BEFORE UPDATE ON app.pledge_supplement FOR EACH ROW EXECUTE FUNCTION app.own_names('status',
  'decided_by', 'decided_at answer');
CREATE TRIGGER names BEFORE UPDATE ON app.payment FOR EACH ROW EXECUTE FUNCTION app.own_names('', 'filed_by', '');
CREATE TRIGGER names BEFORE UPDATE ON app.payment_line FOR EACH ROW EXECUTE FUNCTION app.own_names('', 'answered_by', '');
CREATE TRIGGER names BEFORE UPDATE ON app.fixed_pack FOR EACH ROW EXECUTE FUNCTION app.own_names('',
  'issued_by received_by', '');

-- A request to write off is what the approver looked at: its lines come with it, and the amount (which
-- decides who approves) is said once.
CREATE FUNCTION app.amount_said_once() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.amount <> OLD.amount AND OLD.amount <> 0 AND NOT app.is_program() THEN
    RAISE EXCEPTION 'the amount is that of the lines' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER amount_kept BEFORE UPDATE ON app.disposal FOR EACH ROW EXECUTE FUNCTION app.amount_said_once();
CREATE TRIGGER with_paper AFTER INSERT ON app.disposal_line REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION app.lines_with_paper('disposal', 'disposal_id', 'to_approve');

-- States are those that there are.
CREATE FUNCTION app.known_state() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.status = ANY (string_to_array(TG_ARGV[0], ' ')) OR app.is_program() THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'no such state' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER known_state BEFORE INSERT OR UPDATE ON app.pack FOR EACH ROW EXECUTE FUNCTION app.known_state(
  'in_stock issued consumed broken lost returned voided');
CREATE TRIGGER known_state BEFORE INSERT OR UPDATE ON app.pack_request FOR EACH ROW EXECUTE FUNCTION app.known_state(
  'open filled cancelled');
CREATE TRIGGER known_state BEFORE INSERT OR UPDATE ON app.recall FOR EACH ROW EXECUTE FUNCTION app.known_state(
  'active closed');
CREATE TRIGGER known_state BEFORE INSERT OR UPDATE ON app.upkeep_round FOR EACH ROW EXECUTE FUNCTION app.known_state(
  'open done');
CREATE TRIGGER known_state BEFORE INSERT OR UPDATE ON app.expiry_action FOR EACH ROW EXECUTE FUNCTION app.known_state(
  'open done cancelled');
CREATE TRIGGER known_state BEFORE INSERT OR UPDATE ON app.invoice FOR EACH ROW EXECUTE FUNCTION app.known_state(
  'open void');
CREATE TRIGGER known_state BEFORE INSERT OR UPDATE ON app.group_order FOR EACH ROW EXECUTE FUNCTION app.known_state(
  'collecting signing active done cancelled');
REVOKE ALL ON FUNCTION app.own_names(), app.amount_said_once(), app.known_state() FROM PUBLIC;

-- Only what the steps of a transfer and of a write-off write.
REVOKE UPDATE ON app.transfer FROM yilian_store, yilian_buy;
GRANT UPDATE (status, version, confirmed_at, confirmed_by, approved_at, approved_by, sent_at, sent_by, mode, carrier,
  record_no, sent_temperature, arrived_at, arrived_temperature, accepted_by, closed_at, note) ON app.transfer
  TO yilian_store, yilian_buy;
REVOKE UPDATE ON app.disposal FROM yilian_store;
GRANT UPDATE (status, version, amount, approved_at, approved_by, done_at, done_by, method, witness_one, witness_two,
  supervisor) ON app.disposal TO yilian_store;
REVOKE UPDATE ON app.pack_request FROM yilian_store;
GRANT UPDATE (packs, filled, status, source_pack_id, closed_at) ON app.pack_request TO yilian_store;

-- A lot is known to the whole group. A supplier that wrote one with a wrong expiry, under a number that a
-- competitor's goods will come with, would have those refused at the door; it needs none.
DROP POLICY insert_supply ON app.lot;
REVOKE INSERT ON app.lot FROM yilian_supply;
