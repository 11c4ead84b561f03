-- Two small helpers that write grants and policies alike for every table of a migration; made
-- before its rules and dropped after them (`run_rules`), so that no login can ever call them.
-- In a rule, MINE stands for the organisations where the person has the duty (any duty to read).
-- It is written as an uncorrelated subquery, so that it runs once and can be an index condition.
CREATE PROCEDURE app.show(p_table text, p_rule text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE app.%I ENABLE ROW LEVEL SECURITY', p_table);
  EXECUTE format('GRANT SELECT ON app.%I TO yilian_read', p_table);
  EXECUTE format('CREATE POLICY read ON app.%I FOR SELECT TO yilian_read USING (%s)', p_table,
    replace(p_rule, 'MINE', '((SELECT app.my_orgs())::bigint[])'));
END $$;

CREATE PROCEDURE app.allow(p_table text, p_duties text, p_verbs text, p_rule text, p_columns text DEFAULT '')
LANGUAGE plpgsql AS $$
DECLARE
  v_duty text;
  v_verb text;
  v_rule text;
BEGIN
  FOREACH v_duty IN ARRAY string_to_array(p_duties, ' ') LOOP
    v_rule := replace(replace(p_rule, 'MINE', format('((SELECT app.my_orgs(%L))::bigint[])', v_duty)),
      'FOR_GROUP', format('(SELECT app.group_duty(%L))', v_duty));
    FOREACH v_verb IN ARRAY string_to_array(p_verbs, ' ') LOOP
      EXECUTE format('GRANT %s %s ON app.%I TO yilian_%s', v_verb,
        CASE WHEN v_verb = 'UPDATE' AND p_columns <> '' THEN '(' || p_columns || ')' ELSE '' END, p_table, v_duty);
      EXECUTE format('CREATE POLICY %I ON app.%I FOR %s TO yilian_%s %s', lower(v_verb) || '_' || v_duty, p_table,
        v_verb, v_duty, CASE v_verb WHEN 'INSERT' THEN 'WITH CHECK (' || v_rule || ')'
          WHEN 'DELETE' THEN 'USING (' || v_rule || ')'
          ELSE 'USING (' || v_rule || ') WITH CHECK (' || v_rule || ')' END);
    END LOOP;
  END LOOP;
END $$;
