"""The daily backup: when it is due, and which old ones may go.

The window runs it while it is open; a backup counts only when it was proved (`backup.back_up`).
Kept are the newest ones, and the last of each month for a year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Final

from app.domain.days import ZONE
from app.services.db import Database
from app.services.platform import backup
from app.services.platform.drafts import digest_file

_NAME: Final = re.compile(r"yilian-(\d{8})-(\d{6})-\d{3}\.(?:db|dump)")
_MONTHS: Final = 12


def made_at(file: Path) -> datetime | None:
    """When a backup of ours was made, by its name; None for any other file."""
    found = _NAME.fullmatch(file.name)
    if found is None:
        return None
    return datetime.strptime(found[1] + found[2], "%Y%m%d%H%M%S").replace(tzinfo=ZONE)


def backups(folder: Path) -> tuple[tuple[datetime, Path], ...]:
    """The backups in a folder, newest first; empty when there is no such folder."""
    if not folder.is_dir():
        return ()
    pairs = ((made_at(file), file) for file in folder.iterdir())
    return tuple(sorted(((at, file) for at, file in pairs if at), reverse=True))


def is_due(folder: Path, today: date) -> bool:
    """Whether no backup was made today."""
    return all(at.date() != today for at, _file in backups(folder))


def superfluous(made: Iterable[datetime], keep: int, today: date) -> tuple[datetime, ...]:
    """Which backups may go: all but the newest `keep` and the last of each of twelve months.

    What was made while the clock ran ahead stays, and counts for nothing.

    >>> superfluous([], 30, date(2026, 10, 14))
    ()
    """
    newest_first = sorted((at for at in made if at.date() <= today), reverse=True)
    first = today.year * 12 + today.month - _MONTHS
    months: set[int] = set()
    gone = []
    for place, at in enumerate(newest_first):
        month = at.year * 12 + at.month
        last_of_month = month not in months
        months.add(month)
        if place >= keep and not (last_of_month and month > first):
            gone.append(at)
    return tuple(gone)


def daily(
    db: Database,
    folder: Path,
    keep: int,
    report: backup.Report | None = None,
    now: datetime | None = None,
) -> backup.Backup | None:
    """Back up unless today's backup is there; then take superfluous ones away.

    It is named by the moment at which it was found due: begun at midnight, it would else be the
    next day's, and be taken for one of a clock that runs ahead.
    """
    at = now or datetime.now(ZONE)
    today = at.date()
    if not is_due(folder, today):
        return None
    made = backup.back_up(db, folder, report, at)
    files = dict(backups(folder))
    for at in superfluous(files, max(1, keep), today):
        files[at].unlink(missing_ok=True)
        digest_file(files[at]).unlink(missing_ok=True)
    return made
