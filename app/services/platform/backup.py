"""Backup and restore, each with a proof: a copy counts only when it opens and adds up.

SQLite is copied through its online backup interface while others go on working; the live file is
never opened or copied by hand, because closing a handle would drop SQLite's locks. PostgreSQL is
dumped with pg_dump. A restore goes into a new file or database; nothing is overwritten.
"""

from __future__ import annotations

import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from app.adapters import durable, local_files
from app.domain.days import ZONE
from app.domain.errors import DomainError, EnvironmentProblem
from app.i18n import _
from app.models.stock import Ledger
from app.services import schema
from app.services.db import Database, DBAPIError, sqlite_engine
from app.services.platform import proofs, server_dump, storage

Report = proofs.Report
_PAGES: Final = 2_000


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was proved.

    Attributes:
        file: Where it lies.
        bytes: Its size.
        sha256: Of the file.
        schema_version: Of the data in it.
        ledger_rows: How many moves it holds.
        seal: One hash over all chain heads (`proofs.group_seal`).
    """

    file: str
    bytes: int
    sha256: str
    schema_version: str
    ledger_rows: int
    seal: str


def back_up(db: Database, folder: Path, report: Report | None = None) -> Backup:
    """Copy the whole database into a new file in `folder`, and prove the copy.

    Raises:
        EnvironmentProblem: Not enough space, or pg_dump is not there.
        DomainError: The copy does not add up (`backup.proof`); it is kept for inspection.
    """
    local_files.make_folder(folder)
    stamp = f"{datetime.now(ZONE):%Y%m%d-%H%M%S-%f}"[:-3]
    if not db.is_sqlite:
        file = folder / f"yilian-{stamp}.dump"
        server_dump.dump(db.engine.url, file)
        return _described(db, file, proofs.chains(db))
    file = folder / f"yilian-{stamp}.db"
    draft = file.with_suffix(".part")
    _check_space(db, folder)
    _copy(db, draft, report)
    copied = Database(sqlite_engine(str(draft)))
    try:
        chains = prove(copied)
        _leave_wal(copied)
        made = _described(copied, draft, chains)
    finally:
        copied.close()
    durable.take_name(draft, file)
    return Backup(
        str(file), made.bytes, made.sha256, made.schema_version, made.ledger_rows, made.seal
    )


def restore(source: Path, target: Path) -> Backup:
    """Bring a SQLite backup back as a new file, proved before it gets its name.

    Raises:
        DomainError: The target exists, the source is no backup of ours, or it does not add up.
        EnvironmentProblem: The backup is newer than this program, or the target is a network drive.
    """
    if target.exists():
        raise DomainError(
            "restore.exists",
            _("文件 {file} 已经有了，没有动它。请恢复到一个新文件名。", file=target),
        )
    if not source.is_file():
        raise DomainError("restore.missing", _("没有找到备份文件 {file}。", file=source))
    storage.refuse_network_drive(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".part")
    shutil.copyfile(source, draft)
    db = Database(sqlite_engine(str(draft)))
    try:
        _check_ours(db, source)
        chains = prove(db)
        _leave_wal(db)
        made = _described(db, draft, chains)
    except BaseException:
        db.close()
        draft.unlink(missing_ok=True)
        raise
    db.close()
    durable.take_name(draft, target)
    return Backup(
        str(target), made.bytes, made.sha256, made.schema_version, made.ledger_rows, made.seal
    )


def prove(db: Database) -> tuple[proofs.ChainProof, ...]:
    """The chains of a sound database; the three proofs read it side by side.

    Raises:
        DomainError: Its pages, its balances or its chains are not whole.
    """
    with ThreadPoolExecutor(3, "proof") as readers:
        pages = readers.submit(_pages, db)
        sums, walks = readers.submit(proofs.reconcile, db), readers.submit(proofs.chains, db)
        if (answer := pages.result()) != "ok":  # first: with broken pages the others trip over
            raise DomainError(
                "backup.proof", _("这份数据不完整：{answer}。请换另一份备份。", answer=answer)
            )
        differences, chains = sums.result(), walks.result()
    broken = [one for one in chains if not one.whole]
    if differences or broken:
        raise DomainError(
            "backup.proof",
            _(
                "这份数据对不上账：{stock} 处库存与台账不符，{chains} 家机构的台账被改动过。"
                "请换另一份备份，并联系维护人员。",
                stock=len(differences),
                chains=len(broken),
            ),
        )
    return chains


def _pages(db: Database) -> str:
    """What SQLite says of its pages; a server looks after its own."""
    return proofs.pages(db) if db.is_sqlite else "ok"


def sha256_of(file: Path) -> str:
    """The digest of a file that nobody has open."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _described(db: Database, file: Path, chains: tuple[proofs.ChainProof, ...]) -> Backup:
    with db.read() as session:
        rows = session.scalar(select(func.count()).select_from(Ledger)) or 0
    seal = proofs.group_seal(chains)
    version = schema.version(db)
    db.close()
    return Backup(str(file), file.stat().st_size, sha256_of(file), version, rows, seal)


def _copy(db: Database, draft: Path, report: Report | None) -> None:
    """All pages into a new file, each written once: a draft needs no journal until it is whole."""
    draft.unlink(missing_ok=True)
    source: Any = db.engine.raw_connection()
    target_db = Database(sqlite_engine(str(draft)))
    target: Any = target_db.engine.raw_connection()

    def step(_status: int, remaining: int, total: int) -> None:
        if report is not None:
            report(total - remaining, total)

    try:
        target.driver_connection.execute("PRAGMA journal_mode=OFF")
        target.driver_connection.execute("PRAGMA synchronous=OFF")
        source.driver_connection.backup(target.driver_connection, pages=_PAGES, progress=step)
    finally:
        target.close()
        source.close()
        target_db.close()


def _leave_wal(db: Database) -> None:
    """Make the copy one single file."""
    db.engine.dispose()  # the proofs read side by side: only one connection may change the journal
    with db.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
        connection.exec_driver_sql("BEGIN")


def _check_ours(db: Database, source: Path) -> None:
    foreign = DomainError(
        "restore.foreign",
        _("{file} 不是本程序的备份，没有恢复。请选 .db 备份文件。", file=source),
    )
    try:
        found = schema.version(db)
        with db.engine.connect() as connection:
            schema.refuse_newer(connection)
    except (DBAPIError, EnvironmentProblem) as error:
        raise foreign from error
    if not found:
        raise foreign


def _check_space(db: Database, folder: Path) -> None:
    size = Path(str(db.engine.url.database)).stat().st_size
    free = storage.free_bytes(folder)
    if free < 2 * size:
        raise EnvironmentProblem(
            "backup.space",
            _(
                "备份文件夹只剩 {free} MB，需要 {need} MB。请清出空间，或换一个文件夹。",
                free=free // 1_000_000,
                need=2 * size // 1_000_000 + 1,
            ),
        )
