-- Imprints (app/domain/imprints.py): what rows of the covered tables said when they were written last.
-- Triggers of each statement put down digests of the rows before and after; a constraint trigger that
-- waits for COMMIT chains them, so that the chain's head is held for that moment only, and last.
CREATE TABLE api.imprint_draft (
  deal xid8 NOT NULL,
  n bigint GENERATED ALWAYS AS IDENTITY,
  body text NOT NULL,
  PRIMARY KEY (deal, n));
ALTER TABLE api.imprint_draft ENABLE ROW LEVEL SECURITY;

-- The text of a row as SQL writes values: whole numbers, 'text', X'BYTES', NULL, commas between.
CREATE FUNCTION app.imprint_text(p_table text, p_columns text[]) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT format('concat_ws('','', %s)', string_agg(CASE
      WHEN a.atttypid IN ('int8'::regtype, 'int4'::regtype) THEN format('coalesce(r.%I::text, ''NULL'')', a.attname)
      WHEN a.atttypid = 'bytea'::regtype THEN format($e$coalesce('X''' || upper(encode(r.%I, 'hex')) || '''', 'NULL')$e$, a.attname)
      WHEN a.atttypid = 'date'::regtype THEN format($e$coalesce('''' || to_char(r.%I, 'YYYY-MM-DD') || '''', 'NULL')$e$, a.attname)
      ELSE format($e$coalesce('''' || replace(r.%I::text, '''', '''''') || '''', 'NULL')$e$, a.attname) END, ', ' ORDER BY c.n))
    FROM unnest(p_columns) WITH ORDINALITY AS c (name, n)
    JOIN pg_attribute a ON a.attrelid = format('app.%I', p_table)::regclass AND a.attname = c.name
$$;

CREATE FUNCTION app.imprint_key(p_table text) RETURNS text[] LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT array_agg(a.attname::text ORDER BY array_position(i.indkey::smallint[], a.attnum))
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::smallint[])
   WHERE i.indrelid = format('app.%I', p_table)::regclass AND i.indisprimary
$$;

-- What gives key (k) and digest (d) of the rows r of a source; the table's columns if none are named.
CREATE FUNCTION app.imprint_rows(p_table text, p_columns text[], p_source text) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT format($e$SELECT replace(replace(%s, E'\\', E'\\\\'), E'\n', E'\\n') AS k, encode(substr(sha256(convert_to(%s, 'UTF8')), 1, 24), 'base64') AS d FROM %s r$e$,
    app.imprint_text(p_table, app.imprint_key(p_table)), app.imprint_text(p_table, p_columns), p_source)
$$;

CREATE FUNCTION app.imprint_chain(p_body text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_person bigint := coalesce(app.my_person(), 0);
  v_at bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  v_seq bigint;
  v_prev bytea;
  v_hash bytea;
BEGIN
  INSERT INTO app.chain_head (org_id, chain, seq, hash) VALUES (0, 'imprint', 0, decode(repeat('00', 32), 'hex'))
  ON CONFLICT DO NOTHING;
  SELECT h.seq + 1, h.hash INTO v_seq, v_prev FROM app.chain_head h WHERE h.org_id = 0 AND h.chain = 'imprint' FOR UPDATE;
  v_hash := sha256(v_prev || convert_to(concat_ws('|', 0, v_seq, v_at, v_person, p_body), 'UTF8'));
  INSERT INTO app.imprint (org_id, seq, at, person_id, body, prev_hash, hash)
  VALUES (0, v_seq, v_at, v_person, p_body, v_prev, v_hash);
  UPDATE app.chain_head SET seq = v_seq, hash = v_hash WHERE org_id = 0 AND chain = 'imprint';
END $$;

-- Of one statement. Arguments: the section's first line, the rows new and old (app.imprint_rows).
CREATE FUNCTION app.imprint_draw() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_lines text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    EXECUTE format('SELECT string_agg(d || '' - '' || k, E''\n'') FROM (%s) x', TG_ARGV[1]) INTO v_lines;
  ELSIF TG_OP = 'DELETE' THEN
    EXECUTE format('SELECT string_agg(''- '' || d || '' '' || k, E''\n'') FROM (%s) x', TG_ARGV[2]) INTO v_lines;
  ELSE
    EXECUTE format('SELECT string_agg(coalesce(n.d, ''-'') || '' '' || coalesce(o.d, ''-'') || '' '' || coalesce(n.k, o.k), E''\n'')'
      ' FROM (%s) n FULL JOIN (%s) o ON o.k = n.k WHERE n.d IS DISTINCT FROM o.d', TG_ARGV[1], TG_ARGV[2]) INTO v_lines;
  END IF;
  IF v_lines IS NOT NULL THEN
    INSERT INTO api.imprint_draft (deal, body) VALUES (pg_current_xact_id(), TG_ARGV[0] || E'\n' || v_lines);
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION app.imprint_keep() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_body text := '';
  v_part text;
BEGIN
  FOR v_part IN
    WITH taken AS (DELETE FROM api.imprint_draft d WHERE d.deal = pg_current_xact_id() RETURNING d.n, d.body)
    SELECT t.body FROM taken t ORDER BY t.n
  LOOP
    v_body := v_body || CASE WHEN v_body = '' THEN '' ELSE E'\n' END || v_part;
    IF length(v_body) > 1000000 THEN
      PERFORM app.imprint_chain(v_body);
      v_body := '';
    END IF;
  END LOOP;
  IF v_body <> '' THEN
    PERFORM app.imprint_chain(v_body);
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER keep AFTER INSERT ON api.imprint_draft DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION app.imprint_keep();

-- Cover a table, but for the columns named; again after its columns have changed.
CREATE PROCEDURE app.imprint_cover(p_table text, p_left text[] DEFAULT '{}') LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_columns text[];
  v_head text;
  v_new text;
  v_old text;
BEGIN
  SELECT array_agg(a.attname::text ORDER BY a.attnum) INTO v_columns FROM pg_attribute a
   WHERE a.attrelid = format('app.%I', p_table)::regclass AND a.attnum > 0 AND NOT a.attisdropped
     AND a.attname <> ALL (p_left);
  v_head := format('=%s(%s)', p_table, array_to_string(v_columns, ','));
  v_new := app.imprint_rows(p_table, v_columns, 'new_rows');
  v_old := app.imprint_rows(p_table, v_columns, 'old_rows');
  EXECUTE format('DROP TRIGGER IF EXISTS imprint_insert ON app.%1$I; DROP TRIGGER IF EXISTS imprint_update ON app.%1$I;'
    ' DROP TRIGGER IF EXISTS imprint_delete ON app.%1$I', p_table);
  EXECUTE format('CREATE TRIGGER imprint_insert AFTER INSERT ON app.%I REFERENCING NEW TABLE AS new_rows'
    ' FOR EACH STATEMENT EXECUTE FUNCTION app.imprint_draw(%L, %L, %L)', p_table, v_head, v_new, v_old);
  EXECUTE format('CREATE TRIGGER imprint_update AFTER UPDATE ON app.%I REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows'
    ' FOR EACH STATEMENT EXECUTE FUNCTION app.imprint_draw(%L, %L, %L)', p_table, v_head, v_new, v_old);
  EXECUTE format('CREATE TRIGGER imprint_delete AFTER DELETE ON app.%I REFERENCING OLD TABLE AS old_rows'
    ' FOR EACH STATEMENT EXECUTE FUNCTION app.imprint_draw(%L, %L, %L)', p_table, v_head, v_new, v_old);
END $$;

-- State covered tables as they are now, empty ones too: what was known of them before is void.
CREATE FUNCTION app.imprint_anew(p_tables text[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_table text;
  v_head text;
  v_part text;
BEGIN
  FOREACH v_table IN ARRAY p_tables LOOP
    SELECT '*' || substr(split_part(encode(t.tgargs, 'escape'), E'\\000', 1), 2) INTO STRICT v_head FROM pg_trigger t
     WHERE t.tgrelid = format('app.%I', v_table)::regclass AND t.tgname = 'imprint_insert';
    PERFORM app.imprint_chain(v_head);
    FOR v_part IN EXECUTE format('SELECT string_agg(d || '' - '' || k, E''\n'') FROM'
      ' (SELECT k, d, (row_number() OVER () - 1) / 10000 AS part FROM (%s) x) y GROUP BY part ORDER BY part',
      app.imprint_rows(v_table, app.imprint_columns(v_head), format('app.%I', v_table)))
    LOOP
      PERFORM app.imprint_chain('=' || substr(v_head, 2) || E'\n' || v_part);
    END LOOP;
  END LOOP;
END $$;

CREATE FUNCTION app.imprint_columns(p_head text) RETURNS text[] LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT string_to_array(rtrim(split_part(p_head, '(', 2), ')'), ',')
$$;

-- Whoever holds the rows against the imprints sees digests only: an auditor of the lead, and the owner.
CREATE FUNCTION app.reads_imprints() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
  SELECT pg_has_role(session_user, 'yilian_owner', 'MEMBER') OR app.group_duty('audit')
$$;

CREATE FUNCTION app.imprint_now(p_head text) RETURNS TABLE (key text, digest text) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_table text := substr(split_part(p_head, '(', 1), 2);
BEGIN
  RETURN QUERY EXECUTE app.imprint_rows(v_table, app.imprint_columns(p_head), format('app.%I', v_table));
END $$;

CREATE FUNCTION api.imprints_now(p_head text) RETURNS TABLE (key text, digest text) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT app.reads_imprints() THEN
    RAISE EXCEPTION 'not allowed' USING ERRCODE = '42501';
  END IF;
  RETURN QUERY SELECT n.key, n.digest FROM app.imprint_now(p_head) n;
END $$;

CREATE FUNCTION api.imprints_anew(p_tables text[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT app.reads_imprints() THEN
    RAISE EXCEPTION 'not allowed' USING ERRCODE = '42501';
  END IF;
  PERFORM app.imprint_anew(p_tables);
END $$;

CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.imprint FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON app.imprint FOR EACH STATEMENT EXECUTE FUNCTION app.deny();
