"""温湿度, 养护, photographs, limits, and the papers of the store."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.adapters.pdf.table_pdf import table_pdf
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.papers import TablePaper
from app.domain.stock.upkeep import Finding, UpkeepState
from app.services.counting import climate_log, limit, upkeep
from app.services.counting.climate_log import LoadedLog, LoadLog
from app.services.counting.disposal import (
    Ask,
    Carry,
    Decide,
    Goods,
    ask,
    carry,
    decide,
    disposals,
)
from app.services.counting.papers import count_paper, disposal_paper
from app.services.counting.photos import AddPhoto, add_photo, photo, photos
from app.services.counting.temperature import Measure, measure
from app.services.counting.upkeep_papers import climate_paper, controlled_paper, upkeep_paper
from app.services.home.kinds import Kind, Urgency, WorkItem
from app.services.home.work import work
from tests.cli.runner import run
from tests.factories import EAST, KANGZE, TODAY, Site
from tests.transfer_world import BOX, DRUG, INSULIN, PETHIDINE, stock

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


def words_of(paper: TablePaper) -> str:
    with pypdfium2.PdfDocument(table_pdf(paper)) as document:
        return "".join(page.get_textpage().get_text_bounded() for page in document)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Ten hours of a logger, every twenty minutes, two hours missing, one reading too warm."""
    path = tmp_path / "logger.csv"
    lines = ["记录时间,温度(℃),湿度(%RH)\n"]
    for minute in range(0, 600, 20):
        if not 120 < minute < 240:
            warm = "9.6" if minute == 300 else "4.5"
            lines.append(f"{TODAY} {minute // 60:02d}:{minute % 60:02d},{warm},55\n")
    path.write_text("".join(lines), encoding="gb18030")
    return path


def test_a_loggers_file_comes_in_once_and_its_faults_are_seen(site: Site, log: Path) -> None:
    db, actor = site.as_("east_store")
    place = site.world.bins[EAST]
    command = LoadLog(new_op(), EAST, place, log, "TH-03")
    with site.owner.write() as session:
        session.execute(text("UPDATE place SET storage = 'cold' WHERE id = :id"), {"id": place})
    with pytest.raises(DomainError, match="1 条超出 2–8"):
        climate_log.load_log(db, actor, command)
    told = LoadLog(new_op(), EAST, place, log, "TH-03", "压缩机化霜，已移到备用冰箱")
    assert climate_log.load_log(db, actor, told) == LoadedLog(25, 0, 1, 1)
    assert climate_log.load_log(db, actor, told) == LoadedLog(25, 0, 1, 1)
    again = LoadLog(new_op(), EAST, place, log, "TH-03", "压缩机化霜，已移到备用冰箱")
    assert climate_log.load_log(db, actor, again) == LoadedLog(0, 25, 1, 1)
    found = climate_log.place_log(db, actor, (EAST, place), TODAY, TODAY)
    assert (len(found.readings), found.outside) == (25, 1)
    assert [gap.minutes for gap in found.gaps] == [120]
    page = words_of(climate_paper(db, actor, (EAST, place), (TODAY, TODAY)))
    assert "4.5" in page
    assert "120 分钟没有记录" in page
    log.write_text("时间,温度\n昨天,4\n2026-10-14 08:00,热\n", encoding="utf-8")
    with pytest.raises(DomainError, match="没有读入") as caught:
        climate_log.load_log(db, actor, LoadLog(new_op(), EAST, place, log))
    assert [one.row for one in caught.value.problems] == [2, 3]


def test_a_months_upkeep_from_list_to_paper(site: Site) -> None:
    stock(site, EAST, DRUG, 6 * BOX)
    stock(site, EAST, INSULIN, 10)
    db, actor = site.as_("east_store")
    numbers = upkeep.make_rounds(db, actor, upkeep.MakeRounds(new_op(), EAST))
    assert len(numbers) == 2
    assert upkeep.make_rounds(db, actor, upkeep.MakeRounds(new_op(), EAST)) == ()
    heads = {one.storage: one for one in upkeep.rounds(db, actor, (EAST,))}
    cold = heads["cold"]
    line = upkeep.CheckLine(new_op(), EAST, cold.id, (1,), Finding.BAD)
    with pytest.raises(DomainError, match="写明看到了什么"):
        upkeep.check(db, actor, line)
    end = upkeep.EndRound(new_op(), EAST, cold.id, cold.version)
    with pytest.raises(DomainError, match="还有 1 行没看"):
        upkeep.end(db, actor, end)
    upkeep.check(
        db, actor,
        upkeep.CheckLine(new_op(), EAST, cold.id, (1,), Finding.BAD, "瓶口渗漏", "已隔离，待报损"),
    )  # fmt: skip
    upkeep.end(db, actor, end)
    upkeep.end(db, actor, end)
    with pytest.raises(ConflictError, match="已完成"):
        upkeep.check(db, actor, upkeep.CheckLine(new_op(), EAST, cold.id, (1,), Finding.OK))
    row = next(one for one in upkeep.rounds(db, actor, (EAST,)) if one.id == cold.id)
    assert (row.state, row.faults) == (UpkeepState.DONE, 1)
    page = words_of(upkeep_paper(db, actor, EAST, cold.id))
    assert "瓶口渗漏" in page
    assert row.no in page


def test_photographs_and_the_value_limit_of_a_write_off(site: Site) -> None:
    lot = stock(site, EAST, DRUG, 6 * BOX)
    db, actor = site.as_("east_store")
    goods = Goods(site.world.bins[EAST], DRUG, lot, EAST, 2 * BOX)
    number = ask(db, actor, Ask(new_op(), EAST, (goods,), "damaged", "运输中压坏"))
    assert add_photo(db, actor, AddPhoto(new_op(), EAST, number, "压坏.exe", PNG)) == 1
    with pytest.raises(DomainError, match="已经附过"):
        add_photo(db, actor, AddPhoto(new_op(), EAST, number, "再来.png", PNG))
    with pytest.raises(DomainError, match="按内容识别"):
        add_photo(db, actor, AddPhoto(new_op(), EAST, number, "a.png", b"MZ"))
    (kept,) = photos(db, actor, EAST, number)
    assert photo(db, actor, EAST, kept.id) == ("压坏.png", PNG)
    (row,) = disposals(db, actor, (EAST,))
    assert "压坏.png" in words_of(disposal_paper(db, actor, EAST, number))
    limit.save_limit(*site.as_("lead_admin"), limit.SaveLimit(new_op(), 0, Decimal(5)))
    step = Decide(new_op(), EAST, number, row.version)
    with pytest.raises(NotAllowedError, match="超过库管审批上限"):
        decide(*site.as_("east_second"), step)
    decide(*site.as_("east_head"), step)


def test_what_must_be_kept_cannot_be_deleted(site: Site) -> None:
    lot = stock(site, EAST, DRUG, 6 * BOX)
    db, actor = site.as_("east_store")
    goods = Goods(site.world.bins[EAST], DRUG, lot, EAST, BOX)
    ask(db, actor, Ask(new_op(), EAST, (goods,), "damaged", "运输中压坏"))
    upkeep.make_rounds(db, actor, upkeep.MakeRounds(new_op(), EAST))
    for table in ("disposal_line", "disposal", "upkeep_line", "upkeep_round"):
        with pytest.raises((DBAPIError, DomainError)), site.owner.write() as session:
            session.execute(text(f"DELETE FROM {table}"))


def test_papers_by_command(sqlite_site: Site, tmp_path: Path) -> None:
    stock(sqlite_site, EAST, DRUG, 6 * BOX)
    stock(sqlite_site, EAST, PETHIDINE, 20)

    def yilian(*arguments: str) -> str:
        done = run(sqlite_site, "east_store", *arguments)
        assert done.code == 0, done.err
        return done.out

    yilian("count", "start")
    head = run(sqlite_site, "east_store", "--json", "count", "list").json()[0]["no"]
    yilian("count", "pdf", head, "--out", str(tmp_path / "c.pdf"))
    db, actor = sqlite_site.as_("east_store")
    with pypdfium2.PdfDocument((tmp_path / "c.pdf").read_bytes()) as document:
        words = document[0].get_textpage().get_text_bounded()
    assert "盘点表（盲盘）" in words
    assert "6 盒" not in words  # blind: the book is not on the sheet
    yilian("upkeep", "ledger", "--out", str(tmp_path / "l.pdf"))
    assert "专用账册" in words_of(controlled_paper(db, actor, EAST))
    yilian("upkeep", "make")
    made = run(sqlite_site, "east_store", "--json", "upkeep", "list").json()
    for one in made:
        yilian("upkeep", "check", one["no"])
        yilian("upkeep", "finish", one["no"])
    assert count_paper(db, actor, EAST, run(
        sqlite_site, "east_store", "--json", "count", "list").json()[0]["id"]).rows  # fmt: skip


def test_a_place_out_of_range_is_told_to_the_house_and_to_nobody_else(site: Site) -> None:
    place = site.world.bins[EAST]
    stock(site, EAST, INSULIN, 2 * BOX)
    with site.owner.write() as session:
        session.execute(text("UPDATE place SET storage = 'cold' WHERE id = :id"), {"id": place})
    db, actor = site.as_("east_store")
    measure(db, actor, Measure(new_op(), EAST, place, Decimal("5.0"), 55))
    assert not told(site, "east_store")
    measure(db, actor, Measure(new_op(), EAST, place, Decimal("12.5"), 55, "移到备用冰箱"))
    (mine,) = told(site, "east_store")
    assert mine.urgency is Urgency.NOW
    assert mine.names[0].endswith("12.5 ℃")
    assert mine.special == 1
    assert told(site, "east_head") == [mine]
    assert not told(site, "west_store")
    measure(db, actor, Measure(new_op(), EAST, place, Decimal("6.0"), 55))
    (later,) = told(site, "east_store")
    assert later.urgency is Urgency.TODAY, "it is over, and the goods still want a decision"


def told(site: Site, login: str) -> list[WorkItem]:
    return [x for x in work(*site.as_(login), (EAST,)) if x.kind is Kind.CLIMATE]


def test_a_logger_with_a_wrong_year_is_refused(sqlite_site: Site, tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    path.write_text(
        f"时间,温度\n{TODAY.replace(year=TODAY.year + 10)} 08:00,20\n", encoding="utf-8"
    )
    command = LoadLog(new_op(), EAST, sqlite_site.world.bins[EAST], path)
    with pytest.raises(DomainError, match="时间在将来"):
        climate_log.load_log(*sqlite_site.as_("east_store"), command)


def test_a_return_is_signed_for_by_who_takes_the_goods(sqlite_site: Site) -> None:
    lot = stock(sqlite_site, EAST, DRUG, 6 * BOX, owner=KANGZE)
    me = sqlite_site.as_("east_store")
    goods = Goods(sqlite_site.world.bins[EAST], DRUG, lot, KANGZE, BOX)
    ask(*me, Ask(new_op(), EAST, (goods,), "near", "近效期换货", KANGZE))
    (row,) = disposals(*me, (EAST,))
    decide(*sqlite_site.as_("east_second"), Decide(new_op(), EAST, row.id, row.version))
    carry(*me, Carry(new_op(), EAST, row.id, row.version + 1))
    paper = disposal_paper(*me, EAST, row.id)
    assert [one.role for one in paper.signing] == ["申请人", "审批人", "经办人", "收货人"]
    assert all(one.at for one in paper.signing[:3])
    assert paper.signing[3].person == ""
    assert paper.rows[0][2], "the maker stands beside the goods"
