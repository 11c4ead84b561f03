"""The newest backup of a server restored on trial: proved in a database that is thrown away.

A dump that nobody ever restored is a hope. `schedule` makes one each night; this shows that it
comes back whole, on the server it would be needed on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from app.domain.days import ZONE
from app.domain.errors import DomainError
from app.i18n import _
from app.services.db import Database
from app.services.platform import backup, proofs, schedule, server_dump

NAME: Final = "yilian_on_trial"
_LATE: Final = timedelta(hours=36)
"""A backup each night, and the time to make one."""
_AHEAD: Final = timedelta(days=1)
"""By so much the clocks of two computers never differ; what is dated later tells of nothing."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A dump that came back whole.

    Attributes:
        file: The dump.
        made_at: When it was made.
        chains: How many chains were walked.
        rows: Moves and steps in them.
        seal: One hash over all their heads (`proofs.group_seal`), as the backup told it.
    """

    file: str
    made_at: datetime
    chains: int
    rows: int
    seal: str


def dumps(folder: Path, now: datetime | None = None) -> tuple[tuple[datetime, Path], ...]:
    """The dumps of a server in a folder, newest first; without those of a clock that ran ahead."""
    until = (now or datetime.now(ZONE)) + _AHEAD
    found = schedule.backups(folder)
    return tuple((at, file) for at, file in found if file.suffix == ".dump" and at < until)


def trial(admin_url: str, folder: Path) -> Trial:
    """Restore the newest dump of a folder into a database of its own, prove it, drop it.

    Raises:
        DomainError: No dump there, or it is not whole; nothing of it stays.
        EnvironmentProblem: The server cannot be reached, or pg_restore is not on this computer.
    """
    from app.services.platform import server  # the driver is loaded where there is a server

    found = dumps(folder)
    if not found:
        raise DomainError("trial.none", _none(folder))
    made_at, file = found[0]
    walked: list[Sequence[proofs.ChainProof]] = []

    def prove(db: Database) -> None:
        walked.append(backup.prove(db))

    with server.administrator(admin_url) as connection:
        server.drop_database(connection, NAME)  # of a trial that ended suddenly
        try:
            server_dump.restore(admin_url, file, NAME, prove).close()
        finally:
            server.drop_database(connection, NAME)
    chains = tuple(walked[0])
    rows = sum(one.rows for one in chains)
    return Trial(str(file), made_at, len(chains), rows, proofs.group_seal(chains))


def overdue(folder: Path, now: datetime | None = None) -> str:
    """What is wrong with the backups in a folder, as a sentence; empty when the last is young."""
    now = now or datetime.now(ZONE)
    found = dumps(folder, now)
    if not found:
        return _none(folder)
    at, file = found[0]
    if now - at <= _LATE:
        return ""
    return _(
        "最近一份备份是 {at} 的 {file}，已过一天半。"
        "请看定时任务为什么没有做，并马上做一份：yilian backup --to {folder}。",
        at=f"{at:%Y-%m-%d %H:%M}",
        file=file.name,
        folder=folder,
    )


def _none(folder: Path) -> str:
    return _(
        "{folder} 里没有服务器的备份。请核对文件夹，或先做一份：yilian backup --to {folder}。",
        folder=folder,
    )
