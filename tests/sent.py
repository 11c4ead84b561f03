"""How many statements a service sends: a paper of many lines is no more than one of few."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import event

from tests.factories import Site

_T = TypeVar("_T")


class Sent:
    """Counts the statements of each step of a person."""

    def __init__(self, site: Site, login: str) -> None:
        self._site = site
        self._login = login
        self.by_step: dict[str, int] = {}

    def step(self, name: str, work: Callable[..., _T], command: object) -> _T:
        """Do it, and keep under `name` how much was sent."""
        with self._counted(name):
            return work(*self._site.as_(self._login), command)

    @contextmanager
    def _counted(self, name: str) -> Iterator[None]:
        self.by_step[name] = 0

        def note(*_what: Any) -> None:
            self.by_step[name] += 1

        engine = self._site.db(self._login).engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", note)
