"""`yilian --op NUMBER …`: whatever a command does is done once, however often it is sent."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.models.platform import Operation
from tests.cli.runner import Ran, run
from tests.factories import EAST, GOODS, Site
from tests.services.test_consumption import receive

ANOTHER = str(uuid4())
PERIOD = ("2027 年抗菌药议价", "--from", "2027-01-01", "--to", "2028-01-01")
CASES = {
    "a place": ("east_store", "place", "add", "KS-NK", "内科病区"),
    "a negotiation": ("lead_buyer", "negotiate", "create", *PERIOD),
    "a count": ("east_store", "count", "start"),
    "a limit": ("lead_admin", "setting", "approval", "--org", "0", "--store", "5000"),
}


def operations(site: Site) -> int:
    with site.owner.read() as session:
        return session.scalar(select(func.count()).select_from(Operation)) or 0


def sent(site: Site, op: str, login: str, *words: str) -> Ran:
    return run(site, login, "--json", "--op", op, *words)


@pytest.mark.parametrize("words", CASES.values(), ids=CASES)
def test_the_same_number_is_done_once_and_answers_as_before(
    site: Site, words: tuple[str, ...]
) -> None:
    op = str(uuid4())
    first = sent(site, op, *words)
    assert first.code == 0, first.err
    there = operations(site)
    again = sent(site, op, *words)
    assert (again.code, again.out) == (0, first.out), again.err
    assert operations(site) == there


def test_a_second_thing_of_the_same_command_has_its_own_number(site: Site) -> None:
    receive(site, EAST, {"K1": (40, date(2027, 9, 30))})
    no = run(site, "east_store", "--json", "count", "start").json()["no"]
    op, pack = str(uuid4()), f"(01){GOODS[0].gtin}(17)270930(10)K1"
    for _sent_twice in range(2):
        assert sent(site, op, "east_store", "count", "scan", no, pack, f"2*{pack}").code == 0
    (line,) = run(site, "east_store", "--json", "count", "show", no).json()
    assert line["counted"] == 3 * GOODS[0].factor


def test_other_content_under_a_used_number_is_refused_and_told_what_it_was(site: Site) -> None:
    op = str(uuid4())
    assert sent(site, op, "east_store", "place", "add", "KS-NK", "内科病区").code == 0
    other = sent(site, op, "east_store", "place", "add", "KS-WK", "外科病区")
    assert (other.code, other.error()["code"]) == (1, "operation.reused")
    assert "那一次有效" in other.error()["text"]
    thing = sent(site, op, "east_store", "count", "start")
    assert (thing.code, thing.error()["code"]) == (1, "operation.reused")


def test_a_number_that_is_none_and_one_that_is_not_needed(site: Site) -> None:
    before = operations(site)
    wrong = sent(site, "7", "east_store", "place", "add", "KS-NK", "内科病区")
    assert (wrong.code, wrong.error()["code"]) == (1, "cli.op")
    read = run(site, "east_store", "--op", ANOTHER, "place", "list")
    assert read.code == 0
    assert "没有用到 --op" in read.err
    assert operations(site) == before


def test_every_operation_of_the_command_line_can_be_numbered() -> None:
    """A command that makes its own number would be done twice."""
    rooms = Path(__file__).parents[2] / "app" / "cli"
    numbering = {path.name for path in rooms.glob("*.py") if "new_op" in path.read_text("utf-8")}
    assert numbering == {"operation.py"}
