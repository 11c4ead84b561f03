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
