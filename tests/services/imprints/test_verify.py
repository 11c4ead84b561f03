"""`verify` and `doctor` name what another program did to prices, awards, statements and duties."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.domain import imprints as law
from app.domain.errors import NotAllowedError
from app.domain.ids import new_id
from app.models.imprint import Imprint
from app.models.party import Maker, Person
from app.services import anchors, audit
from app.services.imprints import proof, touched, watch
from app.services.imprints.words import tell
from app.services.platform import doctor, proofs
from tests.cli.runner import run
from tests.factories import EAST, LEAD, Site
from tests.services.imprints.another_program import another_program


def deed(site: Site, statement: str) -> None:
    """What another program does."""
    with another_program(site.owner) as line:
        assert line.execute(text(statement)).rowcount > 0


@given(st.text(max_size=20), st.integers(-(2**62), 2**62), st.binary(max_size=9))
def test_rows_with_other_values_have_other_texts(words: str, number: int, data: bytes) -> None:
    one = law.said((words, number, None, data))
    assert law.said((words, number, "NULL", data)) != one
    assert law.said((f"{words},", number, None, data)) != one
    assert law.said((words, number + 1, None, data)) != one
    assert law.said((words, str(number), None, data)) != one


@pytest.mark.parametrize("words", ["plain", "it's", "a\nb\\n", "'',NULL", "中文\t", ""])
def test_both_databases_write_the_text_of_the_law(site: Site, words: str) -> None:
    with site.owner.write() as session:
        session.add(Maker(id=77, name=words, short_name="s", aliases=[words]))
        session.add(Person(id=78, login=f"{words}!", name=words, org_id=EAST))
    with site.owner.read() as session:
        body = "\n".join(session.scalars(select(Imprint.body)).all())
        aliases = session.scalar(text("SELECT aliases FROM maker WHERE id = 77"))
    row = law.digest(law.said((77, words, "s", None, aliases)))
    assert f"{row} - 77" in body.split("\n")


def test_a_key_with_a_line_break_stays_on_its_line(site: Site) -> None:
    key = "a\n=price(id)\\n"
    with site.owner.write() as session:
        session.execute(
            text("INSERT INTO setting (org_id, key, value) VALUES (0, :key, '1')"), {"key": key}
        )
    assert proof.examine(site.owner).strange == ()
    with another_program(site.owner) as line:
        line.execute(text("UPDATE setting SET value = '2' WHERE key = :key"), {"key": key})
    (found,) = proof.examine(site.owner).strange
    assert (found.table, found.kind) == ("setting", proof.CHANGED)


def test_a_duty_that_nobody_gave_is_named(site: Site) -> None:
    person = site.actor("east_store").person_id
    deed(site, f"INSERT INTO duty_grant (org_id, person_id, duty) VALUES (0, {person}, 'admin')")
    told = run(site, "lead_admin", "verify")
    assert told.code == 1
    assert "职责 系统管理" in told.out
    assert "不是在本程序里录入的" in told.out
    check = doctor.examine(site.db("lead_admin"))[-1]
    assert (check.ok, "职责" in check.text) == (False, True)


def test_a_change_is_told_with_who_wrote_it_last(site: Site) -> None:
    db, actor = site.as_("lead_buyer")
    with db.write() as session:
        audit.record(session, actor, LEAD, "price.list", ("price_list", 5), {})
        session.execute(
            text(
                "INSERT INTO price_list (id, code, title, source)"
                " VALUES (5, 'PL-9', '秋季', 'adhoc')"
            )
        )
    deed(site, "UPDATE price_list SET title = '冬季' WHERE id = 5")
    (line,) = tell(site.db("lead_admin")).strange
    assert "价格表 PL-9" in line
    assert actor.name in line


def test_writing_over_it_does_not_hide_what_was_done(site: Site) -> None:
    deed(site, "UPDATE maker SET name = 'A' WHERE id = (SELECT min(id) FROM maker)")
    with site.owner.write() as session:
        session.execute(text("UPDATE maker SET short_name = 'B' WHERE name = 'A'"))
    assert [one.kind for one in proof.examine(site.owner).strange] == [proof.BETWEEN]


def test_a_row_put_in_and_written_over_is_told(site: Site) -> None:
    deed(site, "INSERT INTO maker (id, name, short_name, aliases) VALUES (99, 'A', 'A', '[]')")
    with site.owner.write() as session:
        session.execute(text("UPDATE maker SET short_name = 'B' WHERE id = 99"))
    assert [one.kind for one in proof.examine(site.owner).strange] == [proof.BETWEEN]


def test_the_first_word_counts_whatever_the_statement_does_on_conflict(site: Site) -> None:
    again = (
        "INSERT INTO setting (org_id, key, value) VALUES (0, 'k', '{}')"
        " ON CONFLICT (org_id, key) DO UPDATE SET value = excluded.value"
    )
    for values in ((1,), (2, 3), (4, 4)):
        with site.owner.write() as session:
            for value in values:
                session.execute(text(again.format(value)))
        assert proof.examine(site.owner).strange == (), values


def test_a_row_that_comes_back_changed_and_a_key_that_moves_are_no_strangers(site: Site) -> None:
    with site.owner.write() as session:
        session.add(Maker(id=71, name="甲", short_name="甲", aliases=[]))
        session.add(Maker(id=72, name="乙", short_name="乙", aliases=[]))
    again = "INSERT INTO maker (id, name, short_name, aliases) VALUES (72, '丙', '丙', '[]')"
    name = "UPDATE maker SET name = '{}' WHERE id = 73"
    words = "UPDATE setting SET key = '{}' WHERE key = '{}'"  # no number: the row stays the same
    for statements in (
        ("INSERT INTO setting (org_id, key, value) VALUES (0, 'a', '1')",),
        (words.format("b", "a"),),
        (words.format("c", "b"), "INSERT INTO setting (org_id, key, value) VALUES (0, 'b', '2')"),
        ("DELETE FROM maker WHERE id = 72", again),
        ("UPDATE maker SET id = 73 WHERE id = 72",),
        ("DELETE FROM maker WHERE id = 73", "UPDATE maker SET id = 73 WHERE id = 71"),
        (name.format("丁"), name.format("甲")),
    ):
        with site.owner.write() as session:
            for statement in statements:
                session.execute(text(statement))
        assert proof.examine(site.owner).strange == (), statements


def test_what_was_taken_back_leaves_nothing(site: Site) -> None:
    before = proof.examine(site.owner)
    with pytest.raises(IntegrityError):
        _half_a_change(site)
    assert proof.examine(site.owner) == before
    with site.owner.write() as session:
        session.add(Maker(id=70, name="后来", short_name="后", aliases=[]))
    assert proof.examine(site.owner).strange == ()


UNIT = "INSERT INTO item_unit (item_id, factor, name, level) VALUES ({}, {}, '{}', 'middle')"
GROUPS = (
    (UNIT.format(101, 501, "箱"), UNIT.format(101, 502, "件")),
    ("UPDATE item_unit SET name = '大箱' WHERE factor = 501",),
    ("DELETE FROM item_unit WHERE factor = 502", UNIT.format(102, 502, "件")),
    ("UPDATE item_unit SET item_id = 103 WHERE factor = 502 AND item_id = 102",),
    ("UPDATE item_unit SET factor = 503 WHERE factor = 502", UNIT.format(103, 502, "只")),
    ("UPDATE item_unit SET name = '一' WHERE item_id = 103",
     "UPDATE item_unit SET name = '二' WHERE item_id = 103"),
    ("DELETE FROM item_unit WHERE item_id = 103",),
    (UNIT.format(103, 1, "粒"), "DELETE FROM item_unit WHERE item_id = 101",
     UNIT.format(101, 7, "排")),
    (UNIT.format(101, 8, "排"), "DELETE FROM item_unit WHERE item_id = 101"),
)  # fmt: skip
"""Steps with an item's units, each in one unit of work."""


@pytest.fixture(params=[1, 2, 20_000])
def in_parts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A group is told once, also where its rows are in several parts of the walk."""
    monkeypatch.setattr(touched, "_PART", request.param)


@pytest.mark.usefixtures("in_parts")
def test_rows_of_a_group_come_go_and_move_and_are_known(site: Site) -> None:
    for statements in GROUPS:
        with site.owner.write() as session:
            for statement in statements:
                session.execute(text(statement))
        assert proof.examine(site.owner).strange == (), statements


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE item_unit SET name = '只' WHERE item_id = 101 AND factor = 1",
        "DELETE FROM item_unit WHERE item_id = 101 AND factor = 1",
        UNIT.format(101, 501, "箱"),
    ],
)
def test_writing_over_a_group_does_not_hide_what_was_done(site: Site, change: str) -> None:
    deed(site, change)
    assert {one.table for one in proof.examine(site.owner).strange} == {"item_unit"}
    with site.owner.write() as session:
        session.execute(text("UPDATE item_unit SET name = name || '!' WHERE item_id = 101"))
    # on a server each row has its own digest: what was taken out is gone still
    told = proof.GONE if change.startswith("DELETE") and not site.is_sqlite else proof.BETWEEN
    assert [one.kind for one in proof.examine(site.owner).strange] == [told]


def test_of_a_whole_table_some_rows_are_told_and_how_many_there_are(site: Site) -> None:
    with site.owner.write() as session:
        session.add_all(
            Maker(id=n, name=f"厂{n}", short_name="x", aliases=[]) for n in range(60, 85)
        )
    deed(site, "UPDATE maker SET short_name = 'y' WHERE id BETWEEN 60 AND 79")
    told = tell(site.owner).strange
    assert len(told) == 20  # so many are named one by one
    deed(site, "UPDATE maker SET short_name = 'z' WHERE id BETWEEN 60 AND 84")
    told = tell(site.owner).strange
    assert [line.endswith("和保存的不一样") for line in told] == [False] * 3 + [True]
    assert "还有 22 条" in told[-1]


@pytest.mark.usefixtures("in_parts")
@pytest.mark.parametrize("ahead", [False, True])
def test_an_import_is_noted_as_a_whole(sqlite_site: Site, *, ahead: bool) -> None:
    """Also where a row of another computer has a number from the future."""
    site = sqlite_site
    maker = "INSERT INTO maker (id, name, short_name, aliases) VALUES ({}, '{}', 'x', '[]')"
    first = new_id()
    if ahead:
        with site.owner.write() as session:
            session.execute(text(maker.format(2**62, "将来")))
    with site.owner.write() as session:
        line = session.connection()
        with watch.noted_at_once(line, ("maker", "item_unit"), first):
            for statement in (
                maker.format(first, "甲"), maker.format(first + 1, "乙"),
                f"UPDATE maker SET name = '丁' WHERE id = {first}",
                f"DELETE FROM maker WHERE id = {first + 1}",
                UNIT.format(101, 501, "箱"), UNIT.format(101, 502, "件"),
                "DELETE FROM item_unit WHERE factor = 501",
            ):  # fmt: skip
                session.execute(text(statement))
    assert proof.examine(site.owner).strange == ()
    with site.owner.read() as session:
        body = session.scalars(select(Imprint.body).order_by(Imprint.seq.desc())).first()
    assert [line.split(" ")[-1] for line in str(body).split("\n")].count("101") == 1
    with site.owner.write() as session:
        session.execute(text(maker.format(8, "戊")))
    assert proof.examine(site.owner).strange == ()


def _half_a_change(site: Site) -> None:
    with site.owner.write() as session:
        session.execute(text("UPDATE maker SET name = name || '!'"))
        session.execute(text("UPDATE maker SET short_name = NULL"))


def test_what_somebody_accepted_is_told_as_since_when(site: Site) -> None:
    deed(site, "DELETE FROM duty_grant WHERE duty = 'store'")
    assert run(site, "lead_admin", "verify").code == 1
    with pytest.raises(NotAllowedError):
        proof.accept(*site.as_("east_store"), ("duty_grant",))
    told = run(site, "lead_admin", "verify", "--settled")
    assert told.code == 0
    again = run(site, "lead_admin", "verify")
    assert again.code == 0
    assert "重新留存" in again.out
    assert site.actor("lead_admin").name in again.out


def test_imprints_are_a_chain_with_a_root(site: Site) -> None:
    anchors.make(site.db("lead_admin"))
    assert all(one.whole for one in proofs.chains(site.owner))
    with another_program(site.owner) as line:
        if site.is_sqlite:
            for name in ("imprint_no_update", "imprint_no_delete"):
                line.execute(text(f"DROP TRIGGER {name}"))
        else:
            line.execute(text("ALTER TABLE imprint DISABLE TRIGGER USER"))
        line.execute(text("UPDATE imprint SET body = replace(body, ' - ', ' -  ') WHERE seq = 1"))
    broken = [one for one in proofs.chains(site.owner) if not one.whole]
    assert [(one.org_id, one.chain, one.broken_at) for one in broken] == [(0, "imprint", 1)]


def test_a_small_share_finds_the_same(site: Site) -> None:
    deed(site, "UPDATE item SET approval_no = 'X' WHERE id = (SELECT min(id) FROM item)")
    deed(site, "DELETE FROM item_code WHERE id = (SELECT min(id) FROM item_code)")
    whole, shared = proof.examine(site.owner), proof.examine(site.owner, share=3)
    assert len(whole.strange) >= 2
    assert set(shared.strange) == set(whole.strange)
    assert shared.rows == whole.rows


def test_on_a_server_only_auditors_of_the_lead_look(site: Site) -> None:
    for login in ("east_store", "kangze_sales", "lead_buyer"):
        found = proof.examine(site.db(login))
        assert found.readable == site.is_sqlite, login
        assert tell(site.db(login)).good
        assert all(one.whole for one in proofs.chains(site.db(login)))
