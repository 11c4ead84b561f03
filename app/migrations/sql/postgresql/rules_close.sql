-- The helpers of rules_open.sql are gone once the rules of a migration stand.

DROP PROCEDURE app.show(text, text);
DROP PROCEDURE app.allow(text, text, text, text, text);
