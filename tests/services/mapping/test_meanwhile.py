"""What somebody decides stands, whatever is done to the whole list at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.services.mapping import load as loading, run as running
from app.services.mapping.decide import Decided, SetAside, set_aside
from app.services.mapping.load import ApplyList, LoadList, apply, preview
from app.services.mapping.run import RunMatch, run
from tests.conftest import FixedClock
from tests.databases import Databases
from tests.factories import EAST, Site
from tests.races import in_between
from tests.services.mapping.lists import ROWS, lines, load, match, write_list

ME, OTHER = "east_store", "east_second"


@pytest.fixture
def server(databases: Databases, clock: FixedClock, tmp_path: Path) -> Iterator[Site]:
    """A member with a list, on PostgreSQL: a file has one writer at a time anyway."""
    with databases.site("postgresql", clock) as made:
        load(made, tmp_path)
        yield made


def aside(site: Site) -> SetAside:
    return SetAside(new_op(), EAST, lines(site)["D002"].id)


def test_a_row_is_decided_while_the_list_is_matched(server: Site) -> None:
    deeds = (ME, run, RunMatch(new_op(), EAST)), (OTHER, set_aside, aside(server))
    matched, decided = in_between(server, *deeds, after=(running, "insert_rows"))
    assert not isinstance(matched, Exception)
    assert isinstance(decided, Decided)
    assert lines(server)["D002"].status == "none"


def test_a_row_is_decided_while_the_list_is_loaded_anew(server: Site, tmp_path: Path) -> None:
    match(server)
    rows = [row.replace("5mg*28片", "5mg*14片") for row in ROWS]
    plan = preview(*server.as_(ME), LoadList(write_list(tmp_path, rows), EAST))
    whole = ApplyList(new_op(), EAST, plan)
    deeds = (ME, apply, whole), (OTHER, set_aside, aside(server))
    loaded, decided = in_between(server, *deeds, after=(loading, "_fill"))
    assert not isinstance(loaded, Exception)
    refused = isinstance(decided, DomainError) and decided.code == "mapping.changed"
    assert refused or isinstance(decided, Decided)
    assert lines(server)["D002"].status == ("pending" if refused else "none")
