"""Certificates and papers from disk, read whole with a limit."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.domain.errors import DomainError
from app.i18n import _

MOST: Final = 100 * 2**20


def read_file(path: Path) -> bytes:
    """The content of a file; raises `DomainError` when it is missing, closed to us or too large."""
    try:
        if path.stat().st_size > MOST:
            raise DomainError(
                "file.large", _("文件 {name} 超过 100 MB，没有读。请核对文件。", name=path.name)
            )
        return path.read_bytes()
    except OSError as error:
        raise DomainError(
            "file.unreadable", _("打不开文件 {name}。请核对路径和权限。", name=path)
        ) from error
