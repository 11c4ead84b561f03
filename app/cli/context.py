"""What a command needs: the database, who acts, and how to answer (table or JSON).

A command asks for it with `cli()`; nothing is opened, and no service loaded, before it is used:
the window starts through here too.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import UUID

import typer

from app import settings
from app.cli.terminal import visible
from app.domain.days import ZONE
from app.domain.errors import DomainError, EnvironmentProblem
from app.i18n import _
from app.logs import start_logging, stop_logging
from app.paths import is_server

if TYPE_CHECKING:
    from rich.progress import Progress

    from app.domain.duties import Actor
    from app.services.db import Database

_PATIENCE = 30.0
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d)?")
"""A moment as `plain` writes it; people are shown day and minute, scripts all of it."""
Report = Callable[[int, int], None]
"""Called with (done, total) while long work goes on."""


class Window(Protocol):
    """Opens the window; handed in by `app.__main__`, because the command line knows no Qt."""

    def __call__(self, *, address: str, login: str, demo: bool, seconds: int) -> int:
        """Run until the window is closed (or after `seconds`, for trials); the exit code."""


@dataclass(slots=True)
class Cli:
    """One run of the command line.

    Attributes:
        address: What `--db` gave; empty means the one of the settings.
        login: What `--as` gave; empty means the one that signed in last.
        as_json: Whether answers and errors are JSON.
        verbose: Whether the log holds debug lines.
        window: Opens the window.
        op: The number that `--op` gave to what this run does.
        numbered: How many things the run has numbered, and in the end how many it has done.
        met: Called when the person has signed in: a run that is sent again ends there.
        reused: The refusal of whatever it numbers, where its number was used for other words.
    """

    address: str = ""
    login: str = ""
    as_json: bool = False
    verbose: bool = False
    window: Window | None = None
    op: UUID | None = None
    numbered: int = field(default=0, init=False)
    met: Callable[[], None] | None = field(default=None, init=False)
    reused: DomainError | None = field(default=None, init=False)
    _db: Database | None = field(default=None, init=False)
    _actor: Actor | None = field(default=None, init=False)

    def where(self) -> str:
        """The database's address; raises `DomainError` when none is known."""
        address = self.address or settings.load().database
        if not address:
            raise DomainError(
                "cli.no_database",
                _("还没有选数据库。请加 --db 文件，或先运行 yilian init 或 yilian demo。"),
            )
        return address

    def who(self) -> str:
        """The login; raises `DomainError` when none is known."""
        login = self.login or settings.load().login
        if not login:
            raise DomainError(
                "cli.no_login", _("还没有说以谁的账号操作。请加 --as 账号，放在命令前面。")
            )
        return login

    def db(self) -> Database:
        """The database, opened on first use; on a server as the person who acts."""
        return self._open(check=True)

    def unchecked_db(self) -> Database:
        """As `db`, of any schema version: for upgrades and examinations."""
        return self._open(check=False)

    def _open(self, *, check: bool) -> Database:
        from app.bootstrap import open_database

        if self._db is None:
            address = self.where()
            login = self.who() if is_server(address) else ""
            password = self.password(address, login) if login else None
            self._db = open_database(address, login=login, password=password, check=check)
        return self._db

    def actor(self) -> Actor:
        """The person who acts, signed in."""
        from app.bootstrap import remember_sent
        from app.services.access import actor_for
        from app.services.platform import accounts

        if self._actor is None:
            db, login = self.db(), self.who()
            if db.is_sqlite and accounts.has_password(db, login):
                self._actor = accounts.sign_in(db, login, self.password(self.where(), login))
            else:
                self._actor = actor_for(db, login)
            remember_sent(db, self.where(), login)
            self._tell_settled()
            if self.met is not None:
                self.met()
        return self._actor

    def _tell_settled(self) -> None:
        """What a run that died or lost its line had sent: saved or not."""
        from app.services.settling import settle_all

        assert self._db is not None  # noqa: S101 - called with the actor just made
        assert self._actor is not None  # noqa: S101 - called with the actor just made
        for one in settle_all(self._db, self._actor):
            typer.echo(one.words, err=True)

    def ask_after_cut(self) -> bool:
        """Reconnect for half a minute at most and say whether it was saved; True when asked."""
        self._db = self._actor = None
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            try:
                self.actor()
            except EnvironmentProblem:
                self.close()
                self._db = self._actor = None
                time.sleep(1)
            else:
                self.close()
                return True
        return False

    def signed_in(self) -> tuple[Database, Actor]:
        """Both, for ``service(*cli().signed_in(), command)``."""
        return self.db(), self.actor()

    def password(self, address: str, login: str) -> str:
        """From YILIAN_PASSWORD, from the system's key ring, or typed; never from an argument."""
        from app.services.platform import accounts

        given = os.environ.get("YILIAN_PASSWORD") or accounts.remembered(address, login)
        if given:
            return given
        if not sys.stdin.isatty():
            raise DomainError(
                "cli.no_password",
                _(
                    "账号 {login} 要密码。请设环境变量 YILIAN_PASSWORD，或在终端里运行。",
                    login=login,
                ),
            )
        return str(typer.prompt(_("密码"), hide_input=True))

    def new_password(self, login: str) -> str:
        """A password to set: from YILIAN_NEW_PASSWORD, or typed twice."""
        given = os.environ.get("YILIAN_NEW_PASSWORD")
        if given:
            return given
        if not sys.stdin.isatty():
            raise DomainError(
                "cli.no_password",
                _("要给 {login} 设密码。请设 YILIAN_NEW_PASSWORD，或在终端里运行。", login=login),
            )
        question = _("{login} 的新密码", login=login)
        return str(typer.prompt(question, hide_input=True, confirmation_prompt=True))

    def say(self, text: str) -> None:
        """A line for people; nothing with `--json`."""
        if not self.as_json:
            typer.echo(visible(text))

    def emit(
        self,
        value: object,
        columns: Mapping[str, str] | None = None,
        *,
        empty: str = "",
        words: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """Answer with a result: JSON as it is, or lines and tables for people.

        Args:
            value: A frozen result, or a sequence of frozen rows.
            columns: Field name → translated title, in the order to show; all fields otherwise.
            empty: What to say when there are no rows.
            words: Field name → kept code → untranslated words, for tables that people read.
        """
        from app.services.operations import plain

        simple = plain(value)
        if self.as_json:
            typer.echo(json.dumps(simple, ensure_ascii=False, indent=1))
        elif isinstance(simple, list):
            self._table(_worded(simple, words or {}), columns, empty or _("没有内容。"))
        elif isinstance(simple, dict):
            for name, title in (columns or {key: key for key in simple}).items():
                typer.echo(f"{title}：{_cell(simple.get(name))}")
        else:
            typer.echo(str(simple))

    def _table(self, rows: Sequence[Any], columns: Mapping[str, str] | None, empty: str) -> None:
        if not rows:
            typer.echo(empty)
            return
        from rich.console import Console
        from rich.table import Table

        titles = columns or {key: key for key in rows[0]}
        table = Table(*titles.values(), box=None, pad_edge=False, header_style="bold")
        for row in rows:
            table.add_row(*(_cell(row.get(name)) for name in titles))
        console = Console(markup=False, emoji=False, highlight=False)  # a cell is what it says
        if not console.is_terminal:
            console.width = 200
        console.print(table)

    @contextmanager
    def progress(self, title: str) -> Iterator[Report]:
        """A progress bar on stderr for long work; silent with `--json` or without a terminal."""
        if self.as_json or not sys.stderr.isatty():
            yield lambda _done, _total: None
            return
        with _bar() as bar:
            task = bar.add_task(title, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total or None)

    @contextmanager
    def steps(self) -> Iterator[Callable[[str, int, int], None]]:
        """As `progress`, for work that names its steps: a line per step without a terminal."""
        if self.as_json:
            yield lambda _what, _done, _total: None
            return
        if not sys.stderr.isatty():
            yield _step_lines()
            return
        with _bar() as bar:
            task = bar.add_task("", total=None)
            yield lambda what, done, total: bar.update(
                task, description=what, completed=done, total=total or None
            )

    def confirm(self, question: str, *, yes: bool) -> None:
        """Go on only with `--yes` or an answer; raises `DomainError` otherwise."""
        if yes or (sys.stdin.isatty() and typer.confirm(question)):
            return
        raise DomainError("cli.not_confirmed", _("没有确认，什么都没做。要直接执行请加 --yes。"))

    def close(self) -> None:
        """Give back the database."""
        if self._db is not None:
            self._db.close()


_current: ContextVar[Cli] = ContextVar("cli")


def cli() -> Cli:
    """The run of the command line that this command belongs to."""
    return _current.get()


def start(made: Cli) -> Callable[[], None]:
    """Make `made` the current run; what to call when it is over."""
    _current.set(made)
    log = start_logging(verbose=made.verbose)

    def stop() -> None:
        if made.op is not None and not made.numbered and not made.as_json:
            typer.echo(_("没有用到 --op：这个命令没有登记什么。"), err=True)
        made.close()
        stop_logging(log)

    return stop


def _worded(rows: list[Any], words: Mapping[str, Mapping[str, str]]) -> list[Any]:
    """Rows with the words of codes in their place; a code without a word stays."""
    told = {name: {code: _(word) for code, word in known.items()} for name, known in words.items()}
    return [
        row | {name: known.get(row[name], row[name]) for name, known in told.items()}
        for row in rows
    ]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "、".join(_cell(one) for one in value)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, StrEnum):
        return str(getattr(value, "label", value))  # people read words, programs read --json
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        moment = datetime.fromisoformat(value)
        here = moment if moment.tzinfo is None else moment.astimezone(ZONE)  # kept in UTC
        return f"{here:%Y-%m-%d %H:%M}"
    return visible(str(value))


def _step_lines() -> Callable[[str, int, int], None]:
    seen: set[str] = set()

    def tell(what: str, _done: int, _total: int) -> None:
        if what not in seen:
            seen.add(what)
            typer.echo(f"  · {what}", err=True)

    return tell


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
