"""A case code brings its packs, once; trace files of suppliers in the forms they come in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from xlsxwriter import Workbook

from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.receiving.outcome import Outcome, Tone
from app.domain.receiving.reading import read
from app.domain.receiving.scanning import Moment, scan
from app.domain.receiving.work import Session as Counting
from app.models.receiving import TraceCode
from app.services.receiving.lookup import BindCode, bind_code, look_up
from app.services.receiving.receive import receive
from app.services.receiving.trace_files import LoadedTraces, LoadTraces, holds_traces, load_traces
from tests.cli.runner import run
from tests.deliveries import AMOXICILLIN, AT, command, note, opened
from tests.factories import EAST, TODAY, Site

PACKS = [f"8134567{n:013d}" for n in range(1, 6)]
BUNDLES = [f"8134568{n:013d}" for n in range(1, 3)]
CASE = f"8134569{1:013d}"
HEAD = "追溯码,上级码,批号,有效期至,生产日期\n"
ROWS = [
    *((pack, BUNDLES[0]) for pack in PACKS[:3]),
    *((pack, BUNDLES[1]) for pack in PACKS[3:]),
    *((bundle, CASE) for bundle in BUNDLES),
]
XML = f"""<?xml version="1.0" encoding="utf-8"?>
<Document><Events><Event Name="Relation"><Relation productCode="8134567">
<Batch batchNo="K260318" madeDate="2026-03-01" validateDate="2028-02-29">
{"".join(f'<Code curCode="{code}" packLayer="1" parentCode="{up}" flag="0"/>' for code, up in ROWS)}
</Batch></Relation></Event></Events></Document>"""


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    """A trace file as a sheet of text."""
    path = tmp_path / "codes.csv"
    lines = [f"{code},{up},K260318,2028-02,2026-03-01\n" for code, up in ROWS]
    path.write_text(HEAD + "".join(lines), encoding="utf-8")
    return path


def load(site: Site, path: Path) -> LoadedTraces:
    return load_traces(*site.as_("east_store"), LoadTraces(new_op(), EAST, path))


def bind(site: Site) -> None:
    reading = read(PACKS[0], TODAY)
    bind_code(*site.as_("east_store"), BindCode(new_op(), EAST, AMOXICILLIN, reading, 24))


def take(site: Site, state: Counting, *codes: str) -> tuple[Counting, list[Outcome]]:
    """Scan one after the other, ten seconds apart."""
    db, actor = site.as_("east_store")
    told: list[Outcome] = []
    for number, code in enumerate(codes):
        reading = read(code, TODAY)
        found = look_up(db, actor, EAST, reading, (AMOXICILLIN,))
        state, one = scan(state, reading, found, Moment(AT + timedelta(seconds=10 * number), TODAY))
        told.append(one)
    return state, told


def test_a_case_brings_its_packs_once_and_its_packs_never_again(site: Site, csv: Path) -> None:
    assert load(site, csv) == LoadedTraces(5, 3, 0)
    assert load(site, csv) == LoadedTraces(5, 3, 7)
    bind(site)
    made = note(site, {AMOXICILLIN: 5})
    state, told = take(
        site, Counting(opened(site, made).work), PACKS[0], CASE, PACKS[3], CASE, BUNDLES[1]
    )
    assert [one.tone for one in told] == [Tone.HIT, Tone.HIT, *[Tone.WARN] * 3]
    assert "另 1 盒先前已单独扫过，这次加 4 盒" in told[1].detail
    assert f"已随整箱 {BUNDLES[1]}" in told[2].detail or f"已随整箱 {CASE}" in told[2].detail
    assert "都已逐盒扫过" in told[4].detail
    entry = state.work.entries[0]
    assert (entry.accepted, entry.lot_no, str(entry.expiry)) == (5 * 24, "K260318", "2028-02-29")
    receive(*site.as_("east_store"), command(made, state.work.entries))
    with site.owner.read() as session:
        assert set(session.scalars(select(TraceCode.code))) == {*PACKS, CASE}
    again = note(site, {AMOXICILLIN: 5})
    state, told = take(site, Counting(opened(site, again).work), PACKS[4], BUNDLES[0], CASE)
    assert {one.code for one in told} == {"trace.known"}
    assert "城东" in told[0].detail
    assert "库管" in told[0].detail or "东" in told[0].detail
    assert PACKS[0] in told[1].detail or PACKS[1] in told[1].detail
    assert state.work.entries[0].accepted == 0


def test_the_same_relations_in_every_form_and_a_pack_in_two_cases_is_refused(
    sqlite_site: Site, csv: Path, tmp_path: Path
) -> None:
    (tmp_path / "codes.xml").write_text(XML, encoding="utf-8")
    with Workbook(tmp_path / "codes.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["小码", "中码", "大码", "批号"])
        for number, pack in enumerate(PACKS):
            sheet.write_row(number + 1, 0, [pack, BUNDLES[number >= 3], CASE, "K260318"])
    ran = run(
        sqlite_site, "east_store", "--json", "delivery", "traces", str(tmp_path / "codes.xml")
    )
    assert ran.json() == {"packs": 5, "cases": 3, "known": 0}
    for name in ("codes.csv", "codes.xlsx"):
        assert holds_traces(tmp_path / name)
        done = load(sqlite_site, tmp_path / name)
        assert (done.packs, done.known) == (5, 7)
    csv.write_text(f"{HEAD}{PACKS[0]},{BUNDLES[1]},K1,,\n", encoding="utf-8")
    with pytest.raises(DomainError, match="以前登记在箱") as caught:
        load(sqlite_site, csv)
    assert caught.value.problems[0].row == 2


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (f"{PACKS[0]},123,,,\n", "不是追溯码"),
        (f"{PACKS[0]},{PACKS[0]},,,\n", "上级码和追溯码相同"),
        (f"{PACKS[0]},{CASE},K1,20 years,\n", "不是日期"),
        (f"{PACKS[0]},{CASE},,,\n{PACKS[0]},{BUNDLES[0]},,,\n", "两个上级码"),
        (f"{PACKS[0]},,,,\n", "没有装箱关系"),
    ],
)
def test_rows_that_cannot_be_are_named(sqlite_site: Site, csv: Path, rows: str, words: str) -> None:
    csv.write_text(HEAD + rows, encoding="utf-8")
    with pytest.raises(DomainError, match=words):
        load(sqlite_site, csv)


def test_xml_that_declares_entities_is_not_read(sqlite_site: Site, tmp_path: Path) -> None:
    path = tmp_path / "bad.xml"
    path.write_text('<!DOCTYPE a [<!ENTITY b "c">]><a/>', encoding="utf-8")
    with pytest.raises(DomainError, match="不像追溯码文件"):
        load(sqlite_site, path)
    path.write_text("<a><b></a>", encoding="utf-8")
    with pytest.raises(DomainError, match="读不通"):
        load(sqlite_site, path)
