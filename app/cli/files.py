"""Files that a command is given."""

from __future__ import annotations

from pathlib import Path

from app.domain.errors import EnvironmentProblem
from app.i18n import _


def read_file(file: Path) -> bytes:
    """The content of a file, or what to do when it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        words = _("打不开 {file}。请看路径对不对。", file=file)
        raise EnvironmentProblem("file.read", words) from error
