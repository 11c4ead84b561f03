-- Who operated is read one case at a time, by somebody of the store or the audit of that member,
-- and every reading stands in the audit trail. No login can select from the table, so that nobody
-- can count by doctor (统方), not even with psql.
CREATE FUNCTION api.case_doctor(p_org bigint, p_document bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_doctor text;
BEGIN
  IF NOT (p_org = ANY (app.my_orgs('store')) OR p_org = ANY (app.my_orgs('audit'))) THEN
    RAISE EXCEPTION 'not allowed' USING ERRCODE = '42501';
  END IF;
  SELECT d.doctor INTO v_doctor FROM app.case_doctor d
   WHERE d.org_id = p_org AND d.document_id = p_document;
  PERFORM api.audit(p_org, 0, 'case.doctor', 'consumption', p_document, '{}');
  RETURN v_doctor;
END $$;
