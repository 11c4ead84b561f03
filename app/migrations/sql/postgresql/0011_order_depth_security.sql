-- Approvers act in person; an answer is written by api.answer; a batch belongs to who exports.
DO $$
DECLARE
  t text;
BEGIN
  CALL app.show('requisition_approval', 'org_id = ANY MINE OR (SELECT app.group_duty(''sign''))');
  CALL app.allow('requisition_approval', 'sign', 'INSERT', 'person_id = (SELECT app.my_person())
    AND ((level = ''member'' AND org_id = ANY MINE) OR (level = ''group'' AND FOR_GROUP))');
  CALL app.allow('requisition_approval', 'buy', 'INSERT', 'person_id = (SELECT app.my_person())
    AND level = ''group'' AND decision = ''returned'' AND FOR_GROUP');
  FOREACH t IN ARRAY ARRAY['requisition', 'requisition_line'] LOOP
    EXECUTE format('CREATE POLICY read_group_head ON app.%I FOR SELECT TO yilian_sign USING ((SELECT app.group_duty(''sign'')))', t);
  END LOOP;
  CALL app.allow('requisition', 'sign', 'UPDATE', 'org_id = ANY MINE OR FOR_GROUP', 'status, version, returned');
  FOREACH t IN ARRAY ARRAY['order_answer', 'order_answer_line'] LOOP
    CALL app.show(t, format('org_id = ANY MINE OR EXISTS (SELECT 1 FROM app.member_order o
      WHERE o.org_id = %1$I.org_id AND o.id = %1$I.order_id)', t));
  END LOOP;
  CALL app.show('pledge_supplement', 'org_id = ANY MINE OR (SELECT app.group_duty(''buy'')) OR (SELECT app.group_duty(''sign''))');
  CALL app.allow('pledge_supplement', 'buy', 'INSERT', 'FOR_GROUP');
  CALL app.allow('pledge_supplement', 'sign', 'UPDATE', 'FOR_GROUP', 'status, decided_at, decided_by, answer, applied');
  CREATE POLICY read_group_head ON app.pledge FOR SELECT TO yilian_sign USING ((SELECT app.group_duty('sign')));
  CALL app.allow('pledge', 'sign', 'UPDATE', 'FOR_GROUP', 'cap');
  FOREACH t IN ARRAY ARRAY['platform_batch', 'platform_record'] LOOP
    CALL app.show(t, 'org_id = ANY MINE');
    CALL app.allow(t, 'buy store settle supply sign', 'INSERT', 'org_id = ANY MINE');
  END LOOP;
  CALL app.allow('platform_record', 'buy store settle supply sign', 'UPDATE', 'org_id = ANY MINE', 'digest, batch');
END $$;
GRANT SELECT, INSERT ON app.order_answer, app.order_answer_line TO yilian_ledger;
GRANT SELECT ON app.member_order_line TO yilian_ledger;
CREATE POLICY functions ON app.order_answer TO yilian_ledger USING (true) WITH CHECK (true);
CREATE POLICY functions ON app.order_answer_line TO yilian_ledger USING (true) WITH CHECK (true);
CREATE POLICY functions ON app.member_order_line FOR SELECT TO yilian_ledger USING (true);
REVOKE ALL ON FUNCTION app.approval_level(bigint, bigint), app.requisition_rules(), app.pledge_rules(),
  app.supplement_rules(), api.answer(bigint, bigint, bigint, bytea, jsonb, text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.approval_level(bigint, bigint) TO yilian_login;
ALTER FUNCTION api.answer(bigint, bigint, bigint, bytea, jsonb, text, bigint) OWNER TO yilian_ledger;
GRANT EXECUTE ON FUNCTION api.answer(bigint, bigint, bigint, bytea, jsonb, text, bigint) TO yilian_sign;
