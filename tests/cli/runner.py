"""Runs `yilian` inside the test's process, as one of the people of a `Site`.

Whatever writes is sent twice more under its number, so every command that a test runs is sent
again: as if the answer had been lost on its way, and as if the program had died when the work was
saved and no answer kept. It must change nothing, and say what it said; of a run that died at least
that it was carried out.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from unittest import mock

from sqlalchemy import func, select

from app import cli
from app.domain.ids import new_op
from app.models.platform import Audit, Operation
from app.models.stock import Ledger
from app.services import answers
from app.services.db import Database
from tests.factories import Site

_UNUSED: Final = (
    "没有用到 --op：这个命令没有登记什么。\n",
    "--op was not used: this command records nothing.\n",
)
_DONE: Final = "那一次有效"


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """The answer of a run with `--json`; where there is none, the refusal is told."""
        assert self.out, self.err
        return json.loads(self.out)

    def error(self) -> Any:
        """The refusal of a run with `--json`."""
        return json.loads(self.err)["error"]


def run(site: Site, login: str, *arguments: str, env: Mapping[str, str] | None = None) -> Ran:
    """Run a command on the site's database as `login`; global options may stand first.

    The command goes by the site's clock, like the rest of the story that it is part of.
    """
    timed = functools.partial(Database, clock=site.clock)
    with mock.patch("app.bootstrap.Database", timed):
        if "--op" in arguments:
            return _run(site, login, *arguments, env=env)
        return _sent_again(site, login, arguments, env)


def _sent_again(
    site: Site, login: str, arguments: tuple[str, ...], env: Mapping[str, str] | None
) -> Ran:
    before, words = _written(site), ("--op", str(new_op()), *arguments)
    first = _run(site, login, *words, env=env)
    there = _written(site)
    if first.code == 0 and there != before:
        again = _run(site, login, *words, env=env)
        assert (again.code, again.out) == (0, first.out), again.err
        if "account" not in arguments:  # the accounts of a file have no numbers of their own
            with mock.patch("app.cli.answered.kept", _nothing):
                again = _run(site, login, *words, env=env)
            assert again.code == 0, again.err
            assert again.out == first.out or _DONE in again.out
        assert _written(site) == there
    err = functools.reduce(lambda text, unused: text.replace(unused, ""), _UNUSED, first.err)
    return Ran(first.code, first.out, err)


def _nothing(*_asked: object) -> None:
    """What was kept of a run that died before it could keep its answer."""


def _written(site: Site) -> tuple[int, ...]:
    """How much stands in the books that everything that is done is written into."""
    done = select(func.count()).select_from(Operation).where(Operation.kind != answers.KIND)
    with site.owner.read() as session:
        rest = (select(func.count()).select_from(table) for table in (Audit, Ledger))
        return tuple(session.scalar(count) or 0 for count in (done, *rest))


def _run(site: Site, login: str, *arguments: str, env: Mapping[str, str] | None) -> Ran:
    url = site.db(login).engine.url
    if site.is_sqlite:
        return bare("--db", str(url.database), "--as", login, *arguments, env=env)
    address = f"postgresql://{url.host}:{url.port}/{url.database}"
    secret = {"YILIAN_PASSWORD": str(url.password)} | dict(env or {})
    return bare("--db", address, "--as", login, *arguments, env=secret)


def bare(*arguments: str, env: Mapping[str, str] | None = None) -> Ran:
    """Run a command without a database."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with mock.patch.dict(os.environ, dict(env or {})), _redirected(out, err):
        try:
            cli.main(arguments)
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 0
    return Ran(code, out.getvalue(), err.getvalue())


@contextlib.contextmanager
def _redirected(out: io.StringIO, err: io.StringIO) -> Iterator[None]:
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        yield
