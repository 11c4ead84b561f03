-- The root of a day: written once by whoever comes first, over the heads of all chains as they are
-- at that moment. A client sees the own heads only; so the server computes it, from the same bytes
-- as app/domain/anchors.py.
CREATE FUNCTION api.anchor() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_day date := (now() AT TIME ZONE 'Asia/Shanghai')::date;
  v_at bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  v_previous bytea;
  v_leaves bytea;
BEGIN
  IF app.my_person() IS NULL AND NOT pg_has_role(session_user, 'yilian_owner', 'MEMBER') THEN
    RAISE EXCEPTION 'not allowed' USING ERRCODE = '42501';
  END IF;
  IF EXISTS (SELECT 1 FROM app.anchor WHERE org_id = 0 AND day = v_day) THEN
    RETURN;
  END IF;
  SELECT root INTO v_previous FROM app.anchor WHERE org_id = 0 ORDER BY day DESC LIMIT 1;
  v_previous := coalesce(v_previous, decode(repeat('00', 32), 'hex'));
  WITH heads AS (SELECT org_id, chain, seq, hash FROM app.chain_head),
  kept AS (
    INSERT INTO app.anchor_head (org_id, day, chain, seq, hash)
    SELECT org_id, v_day, chain, seq, hash FROM heads)
  SELECT string_agg(sha256(convert_to(concat_ws('|', org_id, chain, seq, encode(hash, 'hex')), 'UTF8')), ''::bytea
                    ORDER BY org_id, chain COLLATE "C")
    INTO v_leaves FROM heads;
  v_leaves := coalesce(v_leaves, ''::bytea);
  INSERT INTO app.anchor (org_id, day, at, previous, root, leaves)
  VALUES (0, v_day, v_at, v_previous,
    sha256(v_previous || convert_to(to_char(v_day, 'YYYY-MM-DD'), 'UTF8') || v_leaves), v_leaves);
EXCEPTION WHEN unique_violation THEN
  RETURN;  -- somebody was first in this very moment
END $$;
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.anchor FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON app.anchor FOR EACH STATEMENT EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.anchor_head FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON app.anchor_head FOR EACH STATEMENT EXECUTE FUNCTION app.deny();
INSERT INTO app.release (version, min_client, at)
VALUES ('0016', '0016', (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
