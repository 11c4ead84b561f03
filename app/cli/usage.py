"""Usage errors and help pages in the language of the person.

The library below knows English only: its sentences are recognised here, once for all commands,
and said in our words; a sentence that is not known is passed on as it came.
"""

from __future__ import annotations

import re
from typing import Any, Final

import typer
from typing_extensions import override

from app.cli.errors import report
from app.domain.errors import DomainError
from app.i18n import N_, _

_NAME: Final = r"'?\{?(?P<name>[^'}]+)\}?'?"
_SAYINGS: Final = (
    (
        r"No such option: (?P<name>--(db|as|json|lang|verbose))(?![\w-])",
        N_("选项 {name} 要写在命令前面，紧跟在 yilian 后面。"),
    ),
    (
        r"No such option: (?P<name>\S+) \(Possible options: (?P<known>.+)\)",
        N_("没有选项 {name}。是不是 {known}？"),
    ),
    (r"No such option: (?P<name>\S+)", N_("没有选项 {name}。")),
    (
        r"No such command '(?P<name>.+)'\. Did you mean (?P<known>.+)\?",
        N_("没有命令 {name}。是不是 {known}？"),
    ),
    (r"No such command '(?P<name>.+)'", N_("没有命令 {name}。")),
    (r"Missing command", N_("还没写要做什么。请在后面写上一个命令。")),
    (
        rf"Missing (argument|option) {_NAME}\. Choose from:\s*(?P<known>.+)",
        N_("还没写 {name}。可填：{known}。"),
    ),
    (rf"Missing (argument|option) {_NAME}", N_("还没写 {name}，这一项必填。")),
    (rf"Option {_NAME} requires", N_("选项 {name} 后面还没写值。")),
    (rf"Option {_NAME} does not take a value", N_("选项 {name} 后面不用写值。")),
    (
        r"unexpected extra argument\(?s?\)? \((?P<name>.+)\)",
        N_("多写了 {name}。有空格的内容请用引号括起来。"),
    ),
    (
        rf"Invalid value for {_NAME}: .*valid integer",
        N_("{name} 要填整数。"),
    ),
    (rf"Invalid value for {_NAME}: .*valid (number|decimal)", N_("{name} 要填数字。")),
    (
        rf"Invalid value for {_NAME}: .*is not one of (?P<known>.+?)\.?$",
        N_("{name} 只能填 {known}。"),
    ),
    (
        rf"Invalid value for {_NAME}: .*greater than or equal to (?P<known>\S+)",
        N_("{name} 不能小于 {known}。"),
    ),
    (rf"Invalid value for {_NAME}: (?P<known>.+)", N_("{name} 的值不对：{known}")),
)
_HEADINGS: Final = {
    "Arguments": N_("参数"),
    "Options": N_("选项"),
    "Commands": N_("命令清单"),
}
_PIECES: Final = {
    "[OPTIONS]": N_("[选项]"),
    "COMMAND": N_("命令"),
    "[ARGS]...": N_("[参数]…"),
}
_NOTES: Final = {
    "Show this message and exit.": N_("显示这份说明"),
    "[default: ": N_("[默认 "),
    "; default: ": N_("；默认 "),
    "[env var: ": N_("[环境变量 "),
    "[required]": N_("[必填]"),
}


def explain(message: str) -> str:
    """What the library says about a command that cannot be understood, in our words."""
    for pattern, saying in _SAYINGS:
        found = re.search(pattern, message, re.DOTALL)
        if found:
            return _(saying, **{key: _plain(text) for key, text in found.groupdict().items()})
    return _("命令写得不对：{rest}", rest=message)


def _plain(listed: str) -> str:
    """Names one after the other without the marks of a programming language."""
    return re.sub(r",\s*", "、", re.sub(r"['\"]|\s+or\s+", "", listed.strip()))


def refuse(error: typer.TyperException, *, as_json: bool) -> int:
    """Say on stderr what is wrong with the command and how it is written; the exit code."""
    context: typer.Context | None = getattr(error, "ctx", None)
    if context is not None and error.message == context.get_help():  # no words after the command
        typer.echo(error.message, err=True)
        return error.exit_code
    report(DomainError("cli.usage", explain(error.format_message())), as_json=as_json)
    if context is not None and not as_json:
        typer.echo(context.get_usage(), err=True)
        help_words = _("看说明：{command} --help", command=context.command_path)
        typer.echo(help_words, err=True)
    return error.exit_code


def speak_ours(command: Any) -> None:
    """Let the help pages of a command and of all below it have our headings."""
    command.context_class = _Context
    for below in getattr(command, "commands", {}).values():
        speak_ours(below)


class _HelpPage(typer.Context.formatter_class):  # type: ignore[valid-type,misc]  # by value
    """Writes a help page."""

    @override
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, _said(args, _PIECES), _("用法：") if prefix is None else prefix)

    @override
    def write_heading(self, heading: str) -> None:
        self.write(_("{heading}：", heading=_(_HEADINGS.get(heading, heading))) + "\n")

    @override
    def write_dl(self, rows: Any, col_max: int = 30, col_spacing: int = 2) -> None:
        said = [(first, _said(second, _NOTES)) for first, second in rows]
        super().write_dl(said, col_max, col_spacing)


class _Context(typer.Context):
    formatter_class = _HelpPage


def _said(text: str, words: dict[str, str]) -> str:
    for theirs, ours in words.items():
        text = text.replace(theirs, _(ours))
    return text
