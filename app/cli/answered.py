"""Commands with a number: sent again in the same words they say what they said, and do nothing.

`follow` stands before every command of the tree, so that none has to think of it. What was said is
looked for when the person has signed in (`Cli.actor`), before anything is read.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from functools import partial, wraps
from pathlib import Path
from typing import Any, Final, TextIO
from uuid import UUID

import typer
from typing_extensions import override

from app.cli.context import Cli, cli
from app.cli.operation import read_op
from app.domain.errors import DomainError
from app.i18n import language
from app.services.answers import Answer, Words, carried_out, keep, kept
from app.services.operations import digest_of, worded

_WRITTEN: Final = frozenset({"out", "pdf", "zpl", "marked", "to"})
"""Names of options with a file that the command writes; what is in others is part of its words."""


def follow(command: Any, path: tuple[str, ...] = ()) -> None:
    """Let this command and all below it answer as before when they are sent again."""
    below: Mapping[str, Any] = getattr(command, "commands", {})
    if not below:
        command.callback = _followed(path, command.callback)
    for name, one in below.items():
        follow(one, (*path, name))


def _followed(path: tuple[str, ...], command: Callable[..., Any]) -> Callable[..., None]:
    @wraps(command)
    def run(**given: Any) -> None:
        current = cli()
        if given.get("op"):
            current.op = read_op(given["op"])
        work = partial(command, **given)
        if current.op is None:
            work()
        else:
            _numbered(current, current.op, _words(path, given), work)

    return run


def _numbered(run: Cli, number: UUID, words: Words, work: Callable[[], Any]) -> None:
    form = f"{'json' if run.as_json else 'text'} {language()}"
    heard = _Heard(sys.stdout)
    run.met = partial(_say_again, run, (number, words, form), heard)
    with worded(words.digest) as told:
        try:
            with redirect_stdout(heard):
                work()
        except DomainError:
            if told.kinds or not heard.instead:
                heard.pass_on()
                raise
    run.numbered = len(told.kinds)
    if heard.instead and not told.kinds:
        run.numbered = 1
        heard.say_instead(_carried_out(run, heard.instead))
    heard.pass_on()
    if told.kinds and heard.known:
        keep(*run.signed_in(), number, words, Answer(told.kinds[0], form, heard.getvalue()))


def _say_again(run: Cli, asked: tuple[UUID, Words, str], heard: _Heard) -> None:
    """Leave with what was said under the number; nothing where that was never kept."""
    run.met, heard.known = None, True
    number, words, form = asked
    try:
        text = kept(*run.signed_in(), number, words, form)
    except DomainError as reused:
        run.reused = reused  # what only reads may be asked all the same
        return
    if text is not None:
        run.numbered += 1
        typer.echo(text, nl=False)
        raise typer.Exit
    heard.instead = carried_out(*run.signed_in(), number, words)


def _carried_out(run: Cli, text: str) -> str:
    if not run.as_json:
        return f"{text}\n"
    return json.dumps({"code": "operation.done", "text": text}, ensure_ascii=False) + "\n"


def _words(path: tuple[str, ...], given: Mapping[str, Any]) -> Words:
    """What was typed, and what is in the files that it names to be read."""
    said = {name: value for name, value in given.items() if name != "op"}
    read = {
        str(file): hashlib.sha256(file.read_bytes()).hexdigest()
        for name, value in said.items()
        for file in (value if isinstance(value, list) else [value])
        if name not in _WRITTEN and isinstance(file, Path) and file.is_file()
    }
    return Words(digest_of((path, {name: _plain(value) for name, value in said.items()})), read)


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return None if value is None else str(value)


class _Heard(io.StringIO):
    """What is said; it is passed on as it comes, unless there may be something to say instead.

    Attributes:
        known: Whether the person has signed in.
        instead: What to say if the command finds nothing to do; empty for one that is new.
    """

    def __init__(self, on: TextIO) -> None:
        super().__init__()
        self._on = on
        self.known = False
        self.instead = ""

    @override
    def write(self, text: str, /) -> int:
        if not self.instead:
            self._on.write(text)
        return super().write(text)

    @override
    def flush(self) -> None:
        self._on.flush()

    def say_instead(self, text: str) -> None:
        """Drop what was said."""
        self.truncate(0)
        self.seek(0)
        super().write(text)

    def pass_on(self) -> None:
        """Say what waited."""
        if self.instead:
            self._on.write(self.getvalue())
