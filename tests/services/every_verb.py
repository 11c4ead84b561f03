"""Every verb of the services, found and not listed, and a command for it made up from its types."""

from __future__ import annotations

import dataclasses
import enum
import importlib
import inspect
import pkgutil
import types
import typing
from collections import abc
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import app.services
from app.domain.duties import Actor
from app.domain.ids import new_op
from app.services.db import Database
from tests.factories import EAST, KANGZE

SAMPLES: dict[object, object] = {
    bool: True,
    bytes: b"%PDF-1.7",
    object: "x",
    Decimal: Decimal(1),
    date: date(2026, 10, 14),
    datetime: datetime(2026, 10, 14, 8, tzinfo=UTC),
    Path: Path("no-such-file.xlsx"),
}
REASONS = {"reason", "note", "why", "words", "title"}
REASON = "一句写得清清楚楚的理由，够长了"
PLACES = {"item_id": 101, "supplier_id": KANGZE, "person_id": 1, "place_id": 1, "lot_id": 1}
"""Numbers that are no paper's."""
_NOTHING = [inspect.Parameter("nothing", inspect.Parameter.POSITIONAL_ONLY)]


@dataclasses.dataclass(frozen=True)
class Verb:
    """A public function of the services that takes the database and who acts.

    Attributes:
        name: Module and function, without ``app.services.``.
        call: The function.
        kinds: Type of each further parameter that is needed.
        named: Those of them that are given by name only.
    """

    name: str
    call: Callable[..., object]
    kinds: dict[str, Any]
    named: frozenset[str]

    @property
    def room(self) -> str:
        """The package that it stands in."""
        return self.name.partition(".")[0]

    @property
    def saves(self) -> bool:
        """Whether it is sent under an operation's id."""
        return any(
            kind is UUID
            or (
                dataclasses.is_dataclass(kind)
                and any(part.name == "op_id" for part in dataclasses.fields(kind))
            )
            for kind in self.kinds.values()
        )


def verbs() -> Iterator[Verb]:
    """Every verb; the demo's are left out, as it writes as the owner."""
    start = "app.services."
    for module in pkgutil.walk_packages(app.services.__path__, start):
        if ".demo" in module.name:
            continue
        for name, found in inspect.getmembers(
            importlib.import_module(module.name), inspect.isfunction
        ):
            if name.startswith("_") or found.__module__ != module.name:
                continue
            if inspect.isgeneratorfunction(inspect.unwrap(found)):
                continue  # what verbs have in common, for use with `with`
            hints = typing.get_type_hints(found)
            first, *rest = inspect.signature(found).parameters.values() or _NOTHING
            if [hints.get(one.name) for one in (first, *rest[:1])] != [Database, Actor]:
                continue
            needed = [
                one for one in rest[1:] if one.default is one.empty and one.kind < one.VAR_KEYWORD
            ]
            named = frozenset(one.name for one in needed if one.kind is one.KEYWORD_ONLY)
            kinds = {one.name: hints[one.name] for one in needed}
            yield Verb(f"{module.name}.{name}".removeprefix(start), found, kinds, named)


class Maker:
    """Makes up what a verb asks for: about the house of East, and about its papers.

    Args:
        papers: Package → the number of a paper that its verbs are about; or the name of a value
            → the number of a paper, wherever it is asked for.
    """

    def __init__(self, papers: Mapping[str, int]) -> None:
        self._papers = papers
        self._paper = 1

    def ask(self, verb: Verb, db: Database, actor: Actor) -> object:
        """Call the verb as somebody."""
        self._paper = self._papers.get(verb.room, 1)
        values = {name: self._made(kind, name) for name, kind in verb.kinds.items()}
        named = {name: values.pop(name) for name in verb.named}
        return verb.call(db, actor, *values.values(), **named)

    def _made(self, kind: Any, name: str = "") -> Any:
        if kind in SAMPLES:
            return SAMPLES[kind]
        if kind in {UUID, str, int}:
            return self._plain(kind, name)
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            return next(iter(kind))
        if dataclasses.is_dataclass(kind):
            return self._of_parts(kind)
        return self._of_many(typing.get_origin(kind), typing.get_args(kind), name)

    def _plain(self, kind: type, name: str) -> object:
        if kind is UUID:
            return new_op()
        if kind is str:
            return REASON if name in REASONS else "x1"
        return self._number(name)

    def _number(self, name: str) -> int:
        if "org" in name or name in {"member", "lead"}:
            return EAST
        if name == "id" or name.endswith("_id"):
            return PLACES.get(name, self._papers.get(name, self._paper))
        return 0 if name == "version" else 1  # whichever version there is, where that will do

    def _of_parts(self, kind: Any) -> Any:
        """A command: what may be left out is left out, but for its house and its reason."""
        hints = typing.get_type_hints(kind, localns={"Second": object})
        return kind(
            **{
                part.name: self._made(hints[part.name], part.name)
                for part in dataclasses.fields(kind)
                if "org" in part.name
                or part.name in REASONS
                or (part.default, part.default_factory)
                == (dataclasses.MISSING, dataclasses.MISSING)
            }
        )

    def _of_many(self, origin: Any, parts: tuple[Any, ...], name: str) -> Any:
        """Several values, one of several types, or nothing where nothing will do."""
        if origin in {typing.Union, types.UnionType}:
            return None if type(None) in parts else self._made(parts[0], name)
        if origin is tuple and parts[1:] != (...,):
            house_and_paper = EAST, self._paper
            one_each = (self._made(one, name) for one in parts)
            return house_and_paper if parts == (int, int) else tuple(one_each)
        if origin in {tuple, set, frozenset, list, abc.Sequence, abc.Collection, abc.Iterable}:
            many = {set: set, frozenset: frozenset, tuple: tuple}.get(origin, list)
            return many([self._made(parts[0], name.removesuffix("s"))])
        if origin in {dict, abc.Mapping}:
            return {}
        if origin is abc.Callable:
            return lambda *_all: None
        return (
            self._made(origin, name)
            if dataclasses.is_dataclass(origin)
            else types.SimpleNamespace()
        )
