"""Every verb of the services, asked by strangers: nobody writes what is not theirs to write.

The verbs are found, not listed: every public function that takes the database and who acts. Their
commands are made up from the types, about the house of East. A person of another member, a
supplier and a colleague who may only read ask for each; what they are told may differ, but the
file stays as it was. A new verb is asked as soon as it is written.
"""

from __future__ import annotations

import dataclasses
import enum
import importlib
import inspect
import pkgutil
import sqlite3
import types
import typing
from collections import abc
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import NoResultFound

import app.services
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, EnvironmentProblem, NotAllowedError
from app.domain.ids import new_op
from app.services.db import Database
from app.services.negotiation.invitations import dossiers
from app.services.prices.listing import price_lists
from tests.databases import Backend
from tests.factories import EAST, KANGZE, RUIHE, Site, make_world
from tests.faults.bookings import fill

OWN_TO_EVERYBODY = {"app.services.importing.said_columns.say"}
"""What the columns of one's own sheets mean, remembered for the own organisation."""
HARMLESS = (ValueError, LookupError, AttributeError, TypeError, NoResultFound)
"""A made-up value that makes no sense breaks a verb where it is read, before it writes."""
SAMPLES: dict[object, object] = {
    bool: True,
    str: "x1",
    bytes: b"x",
    object: "x",
    Decimal: Decimal(1),
    date: date(2026, 10, 14),
    datetime: datetime(2026, 10, 14, 8, tzinfo=UTC),
    Path: Path("no-such-file.xlsx"),
}
Verb = Callable[..., object]
_NOTHING = [inspect.Parameter("nothing", inspect.Parameter.POSITIONAL_ONLY)]


def verbs() -> Iterator[tuple[str, Verb, list[tuple[str, object]]]]:
    """Name, function and further parameters of every verb; the demo writes as its owner."""
    for module in pkgutil.walk_packages(app.services.__path__, "app.services."):
        if ".demo" in module.name:
            continue
        for name, found in inspect.getmembers(
            importlib.import_module(module.name), inspect.isfunction
        ):
            if name.startswith("_") or found.__module__ != module.name:
                continue
            hints = typing.get_type_hints(found)
            first, *rest = inspect.signature(found).parameters.values() or _NOTHING
            kinds = [hints.get(one.name) for one in (first, *rest[:1])]
            if kinds == [Database, Actor]:
                needed = [one for one in rest[1:] if one.default is inspect.Parameter.empty]
                plain = [one for one in needed if one.kind is not inspect.Parameter.VAR_KEYWORD]
                yield f"{module.name}.{name}", found, [(x.name, hints[x.name]) for x in plain]


def made(kind: Any, name: str = "") -> Any:
    """A value of the type, about East where it says an organisation."""
    if kind in SAMPLES:
        return SAMPLES[kind]
    if kind is UUID:
        return new_op()
    if kind is int:
        return EAST if "org" in name or name in {"member", "lead"} else 1
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return next(iter(kind))
    if dataclasses.is_dataclass(kind):
        return made_of_parts(kind)
    return made_of_many(typing.get_origin(kind), typing.get_args(kind), name)


def made_of_parts(kind: Any) -> Any:
    """A command: its organisation is East, what may be left out is left out."""
    hints = typing.get_type_hints(kind, localns={"Second": object})
    return kind(
        **{
            part.name: made(hints[part.name], part.name)
            for part in dataclasses.fields(kind)
            if "org" in part.name
            or (part.default, part.default_factory) == (dataclasses.MISSING, dataclasses.MISSING)
        }
    )


def made_of_many(origin: Any, parts: tuple[Any, ...], name: str) -> Any:
    """Several values, one of several types, or nothing where nothing will do."""
    if origin in {typing.Union, types.UnionType}:
        return None if type(None) in parts else made(parts[0], name)
    if origin is tuple and parts[1:] != (...,):
        return tuple(made(one, name) for one in parts)
    if origin in {tuple, set, frozenset, list, abc.Sequence, abc.Collection, abc.Iterable}:
        many = {set: set, frozenset: frozenset, tuple: tuple}.get(origin, list)
        return many([EAST if parts[0] is int else made(parts[0], name)])
    if origin in {dict, abc.Mapping}:
        return {}
    if origin is abc.Callable:
        return lambda *_all: None
    return made(origin, name) if dataclasses.is_dataclass(origin) else types.SimpleNamespace()


@pytest.fixture
def filled(sqlite_backend: Backend) -> Iterator[Site]:
    """The small group with papers of many kinds at East."""
    site = Site(sqlite_backend.db, make_world(sqlite_backend.db), sqlite_backend.connect)
    fill(site)
    yield site
    site.close()


@pytest.mark.parametrize("who", ["west_store", "ruihe_sales", "east_head"])
def test_no_verb_lets_a_stranger_write(
    filled: Site, who: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # what a stranger may read, a stranger may export
    db, person = filled.as_(who)
    mine = frozenset({(Duty.READ, EAST)})  # a colleague of the house who may only read
    actor = dataclasses.replace(person, grants=mine) if who == "east_head" else person
    looking = sqlite3.connect(str(filled.owner.engine.url.database))
    told: dict[str, list[str]] = {"refused": [], "wrote": [], "asked": []}

    for name, verb, parameters in verbs():
        before = looking.execute("PRAGMA data_version").fetchone()
        try:
            verb(db, actor, *(made(kind, word) for word, kind in parameters))
        except NotAllowedError:
            told["refused"].append(name)
        except (DomainError, EnvironmentProblem, *HARMLESS):
            pass
        told["asked"].append(name)
        if looking.execute("PRAGMA data_version").fetchone() != before:
            told["wrote"].append(name)
    looking.close()

    assert set(told["wrote"]) <= OWN_TO_EVERYBODY
    assert len(told["asked"]) > 500
    assert len(told["refused"]) > len(told["asked"]) // 3


def test_a_supplier_sees_its_own_papers_and_lists_only(site: Site) -> None:
    shown = {login: dossiers(*site.as_(login)) for login in ("lead_buyer", "ruihe_sales")}
    assert {row.supplier_id for row in shown["lead_buyer"]} == {KANGZE, RUIHE}
    assert {row.supplier_id for row in shown["ruihe_sales"]} == {RUIHE}
    every = {one.id: one.prices for one in price_lists(*site.as_("lead_buyer"))}
    own = {one.id: one.prices for one in price_lists(*site.as_("ruihe_sales"))}
    assert 0 < sum(own.values()) < sum(every.values())
    assert all(own.values())
