"""Quotes by Excel: what comes back changed is refused by row and reason, and nothing is taken."""

from __future__ import annotations

import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from app.adapters.quote_xlsx import FIXED, QuoteHead, read_quote, write_quote
from app.domain.bidding.sheet_key import read_key
from app.domain.ids import new_op
from app.services.negotiation.comparison import comparison
from app.services.negotiation.sheets import SheetIn, import_sheets, write_sheets
from app.services.negotiation.trail import prove, trail
from tests.conftest import FixedClock
from tests.factories import KANGZE, Site
from tests.services.negotiation.helpers import Deal, invited

HEAD = QuoteHead("题", "YJ1", "1", "康泽", "2026-10-14 12:00")


def sheet_of(deal: Deal, folder: Path) -> Path:
    """The running round's sheet as the supplier downloads it."""
    made = write_sheets(*deal.site.as_("kangze_sales"), deal.id, folder)
    assert [one.supplier_id for one in made] == [KANGZE]
    return Path(made[0].path)


def filled(path: Path, prices: dict[int, str], **changes: object) -> Path:
    """The sheet written again with prices typed in; `changes` is what somebody tampers with."""
    found = read_quote(path)
    rows = []
    for row in found.rows:
        fixed = list(row.fixed)
        if changes.get("cell") and row.fixed[0] == "1":
            fixed[int(str(changes["cell"]))] = "9999"
        rows.append((tuple(fixed), (prices.get(int(row.fixed[0]), ""), "", "")))
    if changes.get("drop"):
        rows.pop()
    if changes.get("twice"):
        rows.append(rows[0])
    if changes.get("foreign"):
        rows.append((("77", *rows[0][0][1:]), ("1.00", "", "")))
    assert len(rows[0][0]) == FIXED
    write_quote(path, HEAD, str(changes.get("key", found.key)), rows)
    return path


def take(deal: Deal, path: Path, login: str = "kangze_sales") -> SheetIn:
    return import_sheets(*deal.site.as_(login), deal.id, [(new_op(), path)])[0]


def test_a_filled_sheet_comes_in_sealed_and_proved(
    site: Site, clock: FixedClock, tmp_path: Path
) -> None:
    deal = invited(site, clock)
    deal.start()
    path = filled(sheet_of(deal, tmp_path), {1: "3.80", 2: "5.9", 3: "放弃"})

    made = take(deal, path)
    assert made.problems == ()
    assert (made.lines, made.version) == (3, 1)
    sealed = trail(*site.as_("lead_buyer"), deal.id)
    assert [(one.supplier, one.file, one.proved) for one in sealed] == [("康泽", "", None)]

    deal.pass_deadline()
    deal.open()
    found = comparison(*site.as_("lead_buyer"), deal.id)
    assert [found.price(0, at) for at in range(3)] == [Decimal("3.80"), Decimal("5.90"), None]
    proved = trail(*site.as_("lead_buyer"), deal.id, proofs=True)
    assert [(one.file, one.proved) for one in proved] == [(path.name, True)]
    assert [one.holds for one in prove(*site.as_("lead_buyer"), deal.id)] == [True]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"cell": 6}, {"quote.changed"}),  # the volume, so that a price looks better
        ({"cell": 2}, {"quote.changed"}),  # the name
        ({"drop": True}, {"quote.missing"}),
        ({"twice": True}, {"quote.twice"}),
        ({"foreign": True}, {"quote.foreign"}),
        ({"key": "YILIAN-QUOTE-1|YJ1|1"}, {"quote.key"}),
        ({"key": ""}, {"quote.form"}),
    ],
)
def test_a_tampered_sheet_is_refused(
    sqlite_site: Site,
    clock: FixedClock,
    tmp_path: Path,
    changes: dict[str, object],
    codes: set[str],
) -> None:
    deal = invited(sqlite_site, clock)
    deal.start()
    path = filled(sheet_of(deal, tmp_path), {1: "3.80"}, **changes)

    made = take(deal, path)

    assert {problem.code for problem in made.problems} == codes
    assert not made.taken
    assert trail(*sqlite_site.as_("kangze_sales"), deal.id) == ()


def test_another_supplier_s_sheet_is_refused(
    sqlite_site: Site, clock: FixedClock, tmp_path: Path
) -> None:
    deal = invited(sqlite_site, clock)
    deal.start()
    path = filled(sheet_of(deal, tmp_path), {1: "3.80"})

    assert {one.code for one in take(deal, path, "ruihe_sales").problems} == {"quote.other"}
    # with its own name in the key the checksum no longer fits
    key = read_key(read_quote(path).key)
    assert key is not None
    forged = filled(path, {1: "3.80"}, key=key.text.replace(key.supplier, "9002"))
    assert {one.code for one in take(deal, forged, "ruihe_sales").problems} == {"quote.checksum"}


def test_the_sheet_of_an_earlier_round_is_refused(
    sqlite_site: Site, clock: FixedClock, tmp_path: Path
) -> None:
    deal = invited(sqlite_site, clock)
    deal.start()
    path = sheet_of(deal, tmp_path)
    deal.bid(KANGZE, {1: "3.80"})
    deal.pass_deadline()
    deal.open()
    deal.start()

    made = take(deal, filled(path, {1: "3.70"}))

    assert {one.code for one in made.problems} == {"quote.old_round"}


def test_wrong_prices_and_formulas_are_named_by_cell(
    sqlite_site: Site, clock: FixedClock, tmp_path: Path
) -> None:
    deal = invited(sqlite_site, clock)
    deal.start()
    path = filled(sheet_of(deal, tmp_path), {1: "1e3", 2: "3.80001", 3: "=1+1", 4: "-1"})

    made = take(deal, path)

    assert {(one.row, one.code) for one in made.problems} == {
        (7, "quote.price"), (8, "quote.price"), (9, "quote.price"), (10, "quote.price"),
    }  # fmt: skip

    put_cell(filled(path, {1: "3.80"}), '<c r="K8"><f>1+1</f><v>2</v></c>')
    assert [(one.row, one.code) for one in take(deal, path).problems] == [(8, "quote.formula")]


def put_cell(path: Path, cell: str) -> None:
    """Put a cell, as Excel would store it, in the place of the one of its address."""
    with zipfile.ZipFile(path) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    name = "xl/worksheets/sheet1.xml"
    text = parts[name].decode()
    start = text.index(cell[: len('<c r="K8"')])
    end = start + text[start:].index("</c>") + 4 if "</c>" in text[start : start + 60] else 0
    old = text[start : end or start + text[start:].index("/>") + 2]
    parts[name] = text.replace(old, cell).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for entry, content in parts.items():
            archive.writestr(entry, content)


def test_the_buyer_enters_sheets_as_papers_after_the_opening(
    site: Site, clock: FixedClock, tmp_path: Path
) -> None:
    deal = invited(site, clock)
    deal.start()
    made = write_sheets(*site.as_("lead_buyer"), deal.id, tmp_path)
    paths = [filled(Path(one.path), {1: "3.80", 2: "5.50"}) for one in made]
    buyer = site.as_("lead_buyer")

    early = import_sheets(*buyer, deal.id, [(new_op(), path) for path in paths])
    assert {problem.code for one in early for problem in one.problems} == {"bid.sealed"}

    deal.bid(KANGZE, {1: "3.90"})
    deal.pass_deadline()
    deal.open()
    both = import_sheets(*buyer, deal.id, [(new_op(), path) for path in paths])

    assert [one.taken for one in both] == [False, True]
    assert both[0].problems[0].code == "bid.own"
    assert [one.source for one in trail(*buyer, deal.id)] == ["typed", "paper"]
    assert [one.holds for one in prove(*buyer, deal.id)] == [True]
