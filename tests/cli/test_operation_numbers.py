"""`yilian --op NUMBER …`: whatever a command does is done once, however often it is sent.

Every command that any test runs through `tests.cli.runner` is sent again there; here is what that
rests on.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import typer
from sqlalchemy import func, select

from app import cli
from app.cli.answered import follow
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
    "rules of a list": ("lead_admin", "setting", "catalogue", "--kinds", "3", "--codes", "refuse"),
    "a limit of write-offs": ("lead_admin", "count", "limit", "500", "--org", "0"),
    "a second counter": ("lead_admin", "count", "recount", "other", "--org", "0"),
    "a trigger": ("east_head", "trigger", "set", "9001", "receipt", "--item", "YP-000101"),
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
    assert sent(site, op, "east_store", "place", "list").code == 0, "reading does nothing twice"
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


def test_a_step_is_answered_as_before_though_the_paper_has_gone_on(site: Site) -> None:
    """Its version is another by then, and so are its state and what it may be asked."""
    receive(site, EAST, {"K1": (40, date(2027, 9, 30))})
    no = run(site, "east_store", "--json", "count", "start").json()["no"]
    op = str(uuid4())
    submit = ("count", "submit", no, "--rest-is-zero")
    first = run(site, "east_store", "--op", op, *submit)
    assert (first.code, "复盘" in first.out) == (0, True), first.err
    assert run(site, "east_store", "count", "cancel", no, "--note", "明天再盘一次").code == 0
    again = run(site, "east_store", "--op", op, *submit)
    assert (again.code, again.out) == (0, first.out), again.err
    other = sent(site, op, "east_store", *submit, "--note", "换了说法")
    assert (other.code, other.error()["code"]) == (1, "operation.reused")
    assert "那一次有效" in other.error()["text"]


def test_an_answer_in_another_form_is_put_together_anew(site: Site) -> None:
    op = str(uuid4())
    words = ("place", "add", "KS-NK", "内科病区")
    first = run(site, "east_store", "--op", op, *words)
    there = operations(site)
    told = sent(site, op, "east_store", *words)
    assert (first.code, told.code) == (0, 0), told.err
    assert told.out != first.out
    assert operations(site) == there
    assert run(site, "east_store", "--op", op, *words).out == first.out


def test_a_file_is_part_of_the_words(site: Site, tmp_path: Path) -> None:
    receive(site, EAST, {"K1": (40, date(2027, 9, 30))})
    op, codes = str(uuid4()), tmp_path / "codes.txt"
    pack = f"(01){GOODS[0].gtin}(17)270930(10)K1"
    use = ("consume", "scan", "--file", str(codes))
    codes.write_text(pack, encoding="utf-8")
    first = run(site, "east_store", "--op", op, *use)
    assert first.code == 0, first.err
    codes.write_text(f"2*{pack}", encoding="utf-8")
    other = sent(site, op, "east_store", *use)
    assert (other.code, other.error()["code"]) == (1, "operation.reused")
    codes.unlink()
    again = run(site, "east_store", "--op", op, *use)
    assert (again.code, again.out) == (0, first.out), "put away since"


def test_a_refusal_is_no_answer(site: Site) -> None:
    receive(site, EAST, {"K1": (40, date(2027, 9, 30))})
    op = str(uuid4())
    use = ("consume", "scan", f"(01){GOODS[0].gtin}(17)270930(10)K2")
    assert sent(site, op, "east_store", *use).code == 1
    receive(site, EAST, {"K2": (40, date(2027, 9, 30))})
    assert sent(site, op, "east_store", *use).code == 0


def test_every_operation_of_the_command_line_can_be_numbered() -> None:
    """A command that makes its own number, or lets a service make one, would be done twice."""
    rooms = Path(__file__).parents[2] / "app"
    numbering = {
        str(path.relative_to(rooms))
        for room in ("cli", "services")
        for path in (rooms / room).rglob("*.py")
        if "new_op()" in path.read_text("utf-8") and "demo" not in path.parts
    }
    assert numbering == {
        "cli/operation.py",
        "services/awards/enforce.py",  # of a price list that is made within another operation
        "services/sealing/trial.py",  # a new authority each time, for demonstrations only
    }


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    below = getattr(command, "commands", {})
    if not below:
        yield path, command
    for name, one in below.items():
        yield from leaves(one, (*path, name))


def called(path: Path) -> dict[str, set[str]]:
    """Function of a module → the names that it uses."""
    tree = ast.parse(path.read_text("utf-8"))
    return {
        part.name: {name.id for name in ast.walk(part) if isinstance(name, ast.Name)}
        | {name.attr for name in ast.walk(part) if isinstance(name, ast.Attribute)}
        for part in ast.walk(tree)
        if isinstance(part, ast.FunctionDef)
    }


def used(name: str, uses: dict[str, set[str]]) -> set[str]:
    found, left = {name}, [name]
    while left:
        more = uses.get(left.pop(), set()) - found
        found |= more
        left += more
    return found


def test_every_command_that_numbers_what_it_does_is_answered_again() -> None:
    """Each is followed, and signs in: there it is looked up what was said under its number."""
    numbering = 0
    for word in cli.REGISTRY:
        tree = typer.main.get_command(cli.build(word))
        before = {path: command.callback for path, command in leaves(tree)}
        follow(tree)
        for path, command in leaves(tree):
            assert command.callback is not before[path], path
            bare = inspect.unwrap(command.callback)
            names = used(bare.__name__, called(Path(inspect.getfile(bare))))
            if "op_id" in names:
                numbering += 1
                assert names & {"signed_in", "actor", "signed_in_at"}, path
    assert numbering > 150
