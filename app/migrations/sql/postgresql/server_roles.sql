-- Run once per server by its superuser (`yilian server init`), before any database is migrated.
-- yilian_owner owns tables and runs migrations only; yilian_ledger owns the SECURITY DEFINER
-- functions and is the only writer of ledger, balance, audit and chain heads; yilian_login is what
-- pg_hba.conf admits; each duty is a group role. Roles are made here because GRANT of one duty to
-- another needs the admin option, which the owner does not have.
DO $$
DECLARE
  v_role text;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'yilian_owner') THEN
    CREATE ROLE yilian_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
  END IF;
  FOREACH v_role IN ARRAY ARRAY['yilian_ledger', 'yilian_login', 'yilian_read', 'yilian_store', 'yilian_buy',
    'yilian_catalogue', 'yilian_sign', 'yilian_settle', 'yilian_supply', 'yilian_audit', 'yilian_admin'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = v_role) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', v_role);
    END IF;
  END LOOP;
END $$;
GRANT yilian_ledger TO yilian_owner;
GRANT yilian_read TO yilian_store, yilian_buy, yilian_catalogue, yilian_sign, yilian_settle, yilian_supply,
  yilian_audit, yilian_admin;
