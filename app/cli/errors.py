"""What the command line says when something goes wrong, and the exit code that goes with it."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from typing import Any, Final

import typer

from app import paths
from app.cli.terminal import visible
from app.domain.errors import DomainError, EnvironmentProblem, Problem
from app.i18n import _

REFUSED: Final = 1
ENVIRONMENT: Final = 3
BUG: Final = 70
_SHOWN: Final = 30


def report(error: Exception, *, as_json: bool) -> int:
    """Say on stderr what is wrong and what to do; the exit code."""
    code, text, problems = _meaning(error)
    if as_json:
        body: dict[str, Any] = {
            "error": {"code": code, "text": text, "problems": [asdict(one) for one in problems]}
        }
        typer.echo(json.dumps(body, ensure_ascii=False), err=True)
    else:
        typer.echo(visible(text), err=True)
        for problem in problems[:_SHOWN]:
            typer.echo(visible(f"  {problem.where}{problem.text}"), err=True)
        if len(problems) > _SHOWN:
            typer.echo("  " + _("还有 {n} 处。", n=len(problems) - _SHOWN), err=True)
    if isinstance(error, DomainError):
        return REFUSED
    return ENVIRONMENT if isinstance(error, EnvironmentProblem) else BUG


def _meaning(error: Exception) -> tuple[str, str, tuple[Problem, ...]]:
    if isinstance(error, DomainError):
        return error.code, error.text, error.problems
    if isinstance(error, EnvironmentProblem):
        return error.code, error.text, ()
    logging.getLogger("app.cli").critical("unexpected error", exc_info=error)
    text = _(
        "程序出错了，这一步没有做完，已有的数据没有改动。错误已记入 {file}，请交给维护人员。",
        file=paths.logs() / "yilian.log",
    )
    return "bug", f"{text} ({type(error).__name__}: {error})", ()
