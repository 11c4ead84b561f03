"""Two people at the same moment: calls that start together, and commits that meet."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import ModuleType
from typing import Any, TypeAlias

import pytest

from app.domain.errors import DomainError, EnvironmentProblem
from app.services.db import Database
from app.services.stock import posting
from tests.factories import Site

LONGEST_WAIT = 0.4
"""Seconds for which a commit waits for one that may be held up by it."""
Deed: TypeAlias = tuple[str, Callable[..., Any], Any]
"""Login, verb, command."""
_POSTED = (posting, "_post_postgresql")


def race(*calls: Callable[[], object]) -> list[object]:
    """What came of calls that start at the same moment: answers and refusals, in their order."""
    results: list[object] = [None] * len(calls)
    gate = threading.Barrier(len(calls))

    def run(place: int, call: Callable[[], object]) -> None:
        gate.wait()
        try:
            results[place] = call()
        except DomainError as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=one) for one in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def at_once(site: Site, *deeds: Deed) -> list[object]:
    """What came of deeds of (login, verb, command) that meet; of refusals the code."""
    ways = [(site.connect(login), site.actor(login)) for login, _verb, _command in deeds]
    calls = [
        partial(verb, *way, command)
        for way, (_login, verb, command) in zip(ways, deeds, strict=True)
    ]
    with meeting():
        came = race(*calls)
    for db, _actor in ways:
        db.close()
    return [one.code if isinstance(one, DomainError) else one for one in came]


@contextmanager
def meeting(people: int = 2) -> Iterator[None]:
    """Nobody commits before all are about to, unless one waits for the other to commit.

    So every one has looked at what was there before any of them wrote: the worst moment, each
    time, instead of once in a thousand runs.
    """
    commit, gate = Database._commit, threading.Barrier(people)

    def together(self: Database, session: Any) -> None:
        with suppress(threading.BrokenBarrierError):
            gate.wait(LONGEST_WAIT)
        commit(self, session)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "_commit", together)
        yield


def in_between(
    site: Site, first: Deed, second: Deed, after: tuple[ModuleType, str] = _POSTED
) -> list[object]:
    """What came of two deeds; the second begins once the first has done a step, or begins to end.

    The first goes on when the second is done, or waits for it: the worst moment for a ring, in
    which each waits for the other until the server throws one of them out.

    Args:
        site: A group on a server.
        first: Login, verb and command.
        second: The same of the other.
        after: The step, as a module and the name of a function in it; else rows are posted.
    """
    ways = [(site.connect(login), site.actor(login)) for login, _verb, _command in (first, second)]
    calls = [
        partial(verb, *way, command)
        for way, (_login, verb, command) in zip(ways, (first, second), strict=True)
    ]
    came: list[object] = [None, None]
    other = threading.Thread(target=_tell, args=(came, 1, calls[1]))
    mine, step = threading.current_thread(), getattr(*after)

    def then_the_other(*what: Any) -> Any:
        done = step(*what)
        if threading.current_thread() is mine and not other.ident:
            other.start()
            other.join(LONGEST_WAIT)
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(*after, then_the_other)
        _tell(came, 0, calls[0])
    assert other.ident, f"the first never came to {after[1]}: {came[0]}"
    other.join()
    for db, _actor in ways:
        db.close()
    return came


def _tell(came: list[object], place: int, call: Callable[[], object]) -> None:
    try:
        came[place] = call()
    except (DomainError, EnvironmentProblem) as error:
        came[place] = error
