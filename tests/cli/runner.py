"""Runs `yilian` inside the test's process, as one of the people of a `Site`."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from unittest import mock

from app import cli
from app.services.db import Database
from tests.factories import Site


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
        return _run(site, login, *arguments, env=env)


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
