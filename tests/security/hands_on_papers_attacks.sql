-- Each of these must be refused: login, then one statement a line. Read by test_hands_on_papers.py.
-- lead_buyer
UPDATE app.negotiation_round SET deadline = deadline + 1;
UPDATE app.pt_meeting SET quorum = 1;
UPDATE app.pt_meeting SET day = '2026-01-01';
UPDATE app.pt_meeting SET majority_num = 1, majority_den = 9;
UPDATE app.pt_meeting SET status = 'open' WHERE id = 88;
UPDATE app.pt_meeting SET quorum = 1 WHERE id = 89;
UPDATE app.pt_meeting SET day = '2026-01-01' WHERE id = 89;
UPDATE app.pt_meeting SET majority_num = 1, majority_den = 9 WHERE id = 89;
UPDATE app.pt_attendance SET present = 0;
INSERT INTO app.pt_attendance VALUES (1, 88, 6, 1, 1);
INSERT INTO app.pt_agenda (org_id, meeting_id, seq, request_org_id, request_id, status, paper_yes, paper_no, paper_abstain, version) VALUES (1, 88, 2, 2, 82, 'waiting', 0, 0, 0, 1);
INSERT INTO app.pt_conflict VALUES (1, 88, 1, 5);
UPDATE app.item SET pack_factor = 1;
UPDATE app.item SET name = 'X';
INSERT INTO app.item_change VALUES (101, 1, 1, 99, '{}');
-- east_store
UPDATE app.reagent_kit SET expires_on = '2099-01-01';
UPDATE app.reagent_kit SET opened_by = 5;
UPDATE app.reagent_kit SET used = 100;
UPDATE app.reagent_kit SET status = 'open' WHERE id = 62;
UPDATE app.transfer_line SET returned = 8;
UPDATE app.transfer_line SET unit_price = 0;
UPDATE app.transfer_line SET unit_price = 0 WHERE transfer_id = 73;
UPDATE app.transfer SET status = 'returned' WHERE id = 71;
UPDATE app.transfer SET status = 'settled' WHERE id = 71;
INSERT INTO app.loan_settlement VALUES (2, 1, 71, 1, 'price', 8, 0, NULL, NULL, 1, app.my_person(), NULL);
INSERT INTO app.loan_settlement VALUES (2, 2, 71, 1, 'kind', 8, 0, 3, 71, 1, app.my_person(), NULL);
INSERT INTO app.loan_settlement VALUES (2, 3, 71, 1, 'net', 8, 0, 3, 72, 1, app.my_person(), NULL);
INSERT INTO app.loan_settlement VALUES (2, 4, 71, 1, 'net', 8, 0, NULL, NULL, 1, app.my_person(), NULL);
UPDATE app.transfer_lot SET accepted = 9, missing = 0;
INSERT INTO app.transfer_line (org_id, transfer_id, line, item_id, wanted, confirmed, sent, accepted, returned, unit_price, price_factor, saved) VALUES (2, 71, 2, 101, 9, 900, 0, 0, 0, 1, 1, 0);
INSERT INTO app.upkeep_line (org_id, round_id, line, place_id, item_id, lot_id, qty) VALUES (2, 95, 2, 1, 101, 0, 5);
SELECT api.lot_expiry(901, '2020-01-01', NULL);
UPDATE app.counter SET last = 9223372036854775807 WHERE kind = 'QQ';
INSERT INTO app.counter VALUES (2, 'QQ', '2027-01-01', 9223372036854775807);
UPDATE app.mapping_event SET person_id = 5;
UPDATE app.place SET id = id + 1;
INSERT INTO app.lot_hold VALUES (2, 7, 2, 'recall', NULL, 1, 99, NULL);
INSERT INTO app.consumption VALUES (2, 5, 'X', 1, '2026-10-14', 1, 99, 'scan', 'posted');
-- kangze_sales
UPDATE app.delivery SET arrived_at = 1;
