-- Run once in each new database by the server's superuser, before it is migrated. Nobody but the
-- product's logins may connect, nobody may make temporary tables, large objects or objects in
-- public, and nobody may hold advisory locks (a way to stop others that row security cannot see).
DO $$
DECLARE
  v_function regprocedure;
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO yilian_login, yilian_owner', current_database());
  FOR v_function IN
    SELECT p.oid::regprocedure FROM pg_proc p
     WHERE p.pronamespace = 'pg_catalog'::regnamespace
       AND (p.proname ~ '^pg_(try_)?advisory_' OR p.proname ~ '^lo_' OR p.proname IN ('loread', 'lowrite'))
  LOOP
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', v_function);
  END LOOP;
END $$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- People define nothing. Who is in a group role may say DROP OWNED BY it, which takes away every right that the
-- whole group has in this database; no right stands against that, so an event trigger does. It also refuses
-- GRANT, COMMENT, default privileges and whatever else defines things. Owner and superuser are exempt.
CREATE OR REPLACE FUNCTION public.yilian_people_define_nothing() RETURNS event_trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles p ON p.oid = m.member
      WHERE g.rolname = 'yilian_login' AND p.rolname = session_user) THEN
    RAISE EXCEPTION 'people define nothing' USING ERRCODE = '42501';
  END IF;
END $$;
REVOKE ALL ON FUNCTION public.yilian_people_define_nothing() FROM PUBLIC;
DROP EVENT TRIGGER IF EXISTS yilian_people_define_nothing;
CREATE EVENT TRIGGER yilian_people_define_nothing ON ddl_command_start
  EXECUTE FUNCTION public.yilian_people_define_nothing();
