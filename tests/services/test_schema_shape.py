"""`verify` and `doctor` name rules and tables that another program took away, changed or put in."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from sqlalchemy import text

from app.services import schema_shape
from app.services.db import Database, sqlite_engine
from app.services.platform import backup, doctor
from tests.cli.runner import run
from tests.databases import Databases
from tests.factories import Site

EVIL = "CREATE TRIGGER evil AFTER INSERT ON audit BEGIN UPDATE price SET unit_price = 1; END"
COPY = (
    "ALTER TABLE duty_grant RENAME TO gone",
    "CREATE TABLE duty_grant AS SELECT * FROM gone",
    "DROP TABLE gone",
)
DEEDS = {
    ("DROP TRIGGER ledger_no_update",): "「台账」的规则 ledger_no_update 被去掉了",
    (EVIL,): "「操作记录」的规则 evil 不是本程序的，会跟着每一步操作改数据",
    (
        "DROP TRIGGER bid_no_delete",
        "CREATE TRIGGER bid_no_delete BEFORE DELETE ON bid BEGIN SELECT 1; END",
    ): "「bid」的规则 bid_no_delete 被改过",
    ("ALTER TABLE person ADD COLUMN note TEXT",): "数据表「人员」被改过",
    COPY: "数据表「职责」被改过",
    ("DROP TABLE daily_dose",): "数据表「限定日剂量」被去掉了",
    ("CREATE TABLE mine (a)",): "数据表「mine」不是本程序的",
    ("CREATE VIEW mine AS SELECT * FROM bid",): "视图「mine」不是本程序的",
    ("DROP INDEX ix_price_list_id_item_id",): "「价格」的索引 ix_price_list_id_item_id 被去掉了",
}


def change(site: Site, *statements: str) -> None:
    with site.owner.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT" if site.is_sqlite else "SELECT 1")
        if site.is_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        for statement in statements:
            connection.exec_driver_sql(statement)
        if site.is_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
            connection.exec_driver_sql("BEGIN")
        connection.commit()


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed[0][:30])
def test_what_another_program_did_to_the_rules_is_named(
    sqlite_site: Site, deed: tuple[str, ...]
) -> None:
    site = sqlite_site
    assert run(site, "lead_admin", "verify").code == 0
    change(site, *deed)
    told = run(site, "lead_admin", "verify")
    assert told.code == 1
    assert f"{DEEDS[deed]}。请查明是谁改的。" in told.out
    (check,) = [one for one in doctor.examine(site.owner) if one.name == "数据结构"]
    assert not check.ok


def test_rows_of_a_copy_of_a_table_are_held_against_the_imprints(sqlite_site: Site) -> None:
    change(sqlite_site, *COPY, "UPDATE duty_grant SET duty = 'admin' WHERE duty = 'store'")
    told = run(sqlite_site, "lead_admin", "verify").out
    assert "职责 系统管理" in told
    assert "不是在本程序里录入的" in told


def test_rows_whose_table_is_gone_are_told_still(sqlite_site: Site) -> None:
    change(sqlite_site, "DROP TABLE item_unit")
    told = run(sqlite_site, "lead_admin", "verify")
    assert told.code == 1
    assert "数据表「品规单位」被去掉了" in told.out
    assert "品规单位 YP-000105 盐酸哌替啶注射液：被删掉了" in told.out


def test_a_table_that_is_gone_stops_the_rest_in_words(sqlite_site: Site) -> None:
    change(sqlite_site, "DROP TABLE member_order_version")
    told = run(sqlite_site, "lead_admin", "verify")
    assert told.code == 1
    assert "数据表「member_order_version」被去掉了" in told.out
    assert "其余的核对不下去" in told.out
    checks = {one.name: one for one in doctor.examine(sqlite_site.owner)}
    assert "核对不下去" in checks["单据与报价"].text
    assert checks["库存与台账"].ok


def test_what_sqlite_itself_does_to_a_file_is_no_change(
    sqlite_site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    site = sqlite_site
    away_and_back = ("maker RENAME TO firm", "firm RENAME TO maker")  # puts it in quotes
    change(site, "ANALYZE", "VACUUM", "REINDEX", *(f"ALTER TABLE {one}" for one in away_and_back))
    schema_shape._ours.cache_clear()
    with caplog.at_level(logging.INFO):
        assert schema_shape.strange(site.owner) == ()
    assert "upgrade" not in caplog.text  # nobody has upgraded anything
    made = backup.back_up(site.owner, tmp_path / "kept")
    backup.restore(Path(made.file), tmp_path / "back.db")
    back = Database(sqlite_engine(str(tmp_path / "back.db")))
    assert schema_shape.strange(back) == ()
    back.close()


def test_rules_that_the_owner_of_a_server_switched_off_are_named(databases: Databases) -> None:
    with databases.site("postgresql") as site:
        assert schema_shape.strange(site.db("lead_admin")) == ()
        with site.owner.write() as session:
            session.execute(text("ALTER TABLE ledger DISABLE TRIGGER no_change"))
            session.execute(text("DROP TRIGGER imprint_update ON price"))
        told = schema_shape.strange(site.db("lead_admin"))
    assert any("「台账」的规则 no_change 被停用了" in line for line in told)
    assert any("「价格」的规则 imprint_update 被去掉了" in line for line in told)
