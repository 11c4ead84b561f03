"""Lots and ceilings by sheet: what is taken from it, and that a repeat is told the same."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from app.adapters.sheets_out import Sheet, write
from app.domain.ids import new_op
from app.services.negotiation.lots import SetTerms, set_terms
from app.services.negotiation.queries import items
from app.services.negotiation.terms_sheet import ReadTerms, TermsRead, read_terms
from tests.cli.runner import run
from tests.conftest import FixedClock
from tests.factories import Site
from tests.services.negotiation.helpers import Deal, invited


def filled(deal: Deal, folder: Path, ceiling: str) -> Path:
    """The sheet with this ceiling for the first line and all lines in the second lot."""
    rows = [
        (one.line, one.code, 2, Decimal(ceiling) if one.line == 1 else None)
        for one in items(*deal.site.as_("lead_buyer"), deal.id)
    ]
    path = folder / f"{ceiling}.csv"
    write(path, Sheet("品规", ("行号", "统一编码", "标包", "限价"), rows))
    return path


def test_a_sheet_that_is_sent_again_is_answered_again(
    site: Site, clock: FixedClock, tmp_path: Path
) -> None:
    """What it says stands there by then, so that nothing of it differs."""
    deal = invited(site, clock)
    way = site.as_("lead_buyer")
    lines = items(*way, deal.id)
    command = ReadTerms(new_op(), deal.id, filled(deal, tmp_path, "3.90"))
    told = TermsRead(len(lines), 1)
    assert read_terms(*way, command) == told
    assert {one.lot for one in items(*way, deal.id)} == {2}
    set_terms(*way, SetTerms(new_op(), deal.id, (), ((1, Decimal("3.80")),)))
    assert read_terms(*way, command) == told
    assert items(*way, deal.id)[0].ceiling == Decimal("3.80"), "the later word holds"


def test_a_sheet_by_command_line(site: Site, clock: FixedClock, tmp_path: Path) -> None:
    deal = invited(site, clock)
    no = run(site, "lead_buyer", "--json", "negotiate", "list").json()[0]["no"]
    file = filled(deal, tmp_path, "3.90")
    done = run(site, "lead_buyer", "--json", "negotiate", "terms", no, "--file", str(file)).json()
    assert done["ceilings"] == 1
    same = run(site, "lead_buyer", "--json", "negotiate", "terms", no, "--file", str(file)).json()
    assert same == {"lots": 0, "ceilings": 0}, "another number, and nothing differs"
