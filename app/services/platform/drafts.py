"""Copies of a database under a name of their own, until they are proved."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from app.adapters import durable, local_files
from app.domain.errors import DomainError
from app.i18n import _
from app.services.db_errors import translate

_BESIDE: Final = ("-wal", "-shm", "-journal")
_HELD: Final = ("-wal", "-journal")
"""What SQLite would take for a part of a file of that name."""
_SHORT: Final = 1_000
_DAY: Final = 86_400


@contextmanager
def draft_of(file: Path, draft: Path, *, keep_refused: bool = False) -> Iterator[None]:
    """The draft takes the name of the file when all is well; else nothing of it is left.

    Args:
        file: The name it gets in the end.
        draft: What is written meanwhile, a name that nobody else uses.
        keep_refused: A draft that the proof refused stays, to be looked into.

    Raises:
        EnvironmentProblem: It cannot be written.
    """
    try:
        with translate():
            yield
        durable.take_name(draft, file)
    except DomainError:
        if not keep_refused:
            _remove(draft)
        raise
    except OSError as error:
        _remove(draft)
        raise local_files.unwritten(file, error) from error
    except BaseException:
        _remove(draft)
        raise


def refuse_remains(file: Path) -> None:
    """Refuse a name beside which something is left of a database that was called so.

    SQLite would take these for the new file's own last moves, and mix two databases.
    """
    if rest := _beside(file):
        raise DomainError(
            "restore.remains",
            _(
                "{file} 旁边还留着旧数据的 {rest}，里面可能有没并进去的记录，没有恢复。"
                "请恢复到另一个文件名，或先把它移到别处。",
                file=file, rest=rest,
            ),
        )  # fmt: skip


def refuse_live(file: Path) -> None:
    """Refuse a file that is in use: its last moves lie beside it, and would be left out."""
    if rest := _beside(file):
        raise DomainError(
            "restore.live",
            _(
                "{file} 正在使用，或没有正常关闭：旁边的 {rest} 里还有记录，没有恢复。"
                "它不是备份，请直接打开它，或选备份文件夹里的备份。",
                file=file, rest=rest,
            ),
        )  # fmt: skip


def _beside(file: Path) -> str:
    names = (file.with_name(f"{file.name}{end}") for end in _HELD)
    return next((one.name for one in names if one.exists() and one.stat().st_size), "")


def sha256_of(file: Path) -> str:
    """The digest of a file that nobody has open."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest_file(backup: Path) -> Path:
    """Where the digest of a backup is kept, as ``sha256sum`` reads it."""
    return backup.with_name(f"{backup.name}.sha256")


def keep_digest(backup: Path, digest: str) -> None:
    """Keep the digest beside the backup: nothing else would tell a byte of it that goes bad."""
    local_files.write(digest_file(backup), f"{digest}  {backup.name}\n".encode("ascii"))


def check_digest(backup: Path, digest: str) -> None:
    """Refuse a backup that is not what was kept of it; one without a digest is taken as it is."""
    kept = digest_file(backup)
    if kept.is_file() and local_files.read(kept, _SHORT)[: len(digest)] != digest.encode():
        raise DomainError(
            "backup.proof",
            _(
                "{file} 和备份时留下的校验码不一致：存放或复制时坏了，没有恢复。"
                "请重新复制，或换另一份备份。",
                file=backup,
            ),
        )


def sweep(folder: Path, pattern: str) -> None:
    """Take away drafts that a sudden end left behind: nobody writes one for a day."""
    oldest = time.time() - _DAY
    for file in folder.glob(pattern):
        with suppress(OSError):
            if file.stat().st_mtime < oldest:
                file.unlink()


def _remove(draft: Path) -> None:
    for beside in ("", *_BESIDE):
        with suppress(OSError):
            draft.with_name(f"{draft.name}{beside}").unlink()
