"""Backup and restore, each with a proof: a copy counts only when it opens and adds up.

SQLite is copied through its online backup interface while others go on working; the live file is
never opened or copied by hand, because closing a handle would drop SQLite's locks. PostgreSQL is
dumped with pg_dump. A restore goes into a new file or database; nothing is overwritten.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import func, select

from app.adapters import local_files
from app.domain.days import ZONE
from app.domain.errors import DomainError, EnvironmentProblem, Problem
from app.i18n import N_, _
from app.models.platform import Audit
from app.models.stock import Ledger
from app.services import schema
from app.services.db import Database, local_time, sqlite_engine
from app.services.db_errors import DAMAGED, translate
from app.services.platform import damage, drafts, proofs, server_dump, storage
from app.services.platform.drafts import sha256_of

Report = proofs.Report
_SIGN: Final = b"SQLite format 3\0"
_HEAD: Final = 100
_LARGEST: Final = 65_536
"""The size of a page that has no room in its two bytes."""
_PAGES: Final = 2_000
_OTHER: Final = N_("请换另一份备份，并联系维护人员。")
_OWN: Final = N_(
    "现在的数据有损坏，这次备份不算数。请先不要记账，联系维护人员，用最近一份好备份恢复。"
)


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
        last: When the last entry of the trail was written; None when there is none.
    """

    file: str
    bytes: int
    sha256: str
    schema_version: str
    ledger_rows: int
    seal: str
    last: datetime | None


def back_up(
    db: Database, folder: Path, report: Report | None = None, at: datetime | None = None
) -> Backup:
    """Copy the whole database into a new file in `folder`, and prove the copy.

    A dump is proved as a restore; here the server's own data are, before it counts: that every
    table is in it, that nothing is gone that rows refer to, the books and the chains.

    Args:
        db: The database.
        folder: Where the new file goes.
        report: Called with how much of a local file is copied.
        at: The moment that its name tells; now, if it is left out.

    Raises:
        EnvironmentProblem: Not enough space, not writable, or pg_dump is not there.
        DomainError: The copy does not add up (`backup.proof`), so neither do the data; it is kept
            for inspection, for a day at least.
    """
    local_files.make_folder(folder)
    drafts.sweep(folder, "yilian-*.part*")
    stamp = f"{at or datetime.now(ZONE):%Y%m%d-%H%M%S-%f}"[:-3]
    if not db.is_sqlite:
        file = folder / f"yilian-{stamp}.dump"
        draft = file.with_suffix(".part")
        with drafts.draft_of(file, draft, keep_refused=True):
            _dump(db, draft)
            made = _described(db, draft, prove(db, _OWN))
    else:
        file = folder / f"yilian-{stamp}.db"
        draft = file.with_suffix(".part")
        _check_space(db, folder)
        with drafts.draft_of(file, draft, keep_refused=True):
            _copy(db, draft, report)
            made = _proved(draft, _OWN)
    drafts.keep_digest(file, made.sha256)
    return replace(made, file=str(file))


def restore(source: Path, target: Path) -> Backup:
    """Bring a SQLite backup back as a new file, proved before it gets its name.

    Raises:
        DomainError: The target exists, or something is left of a file of that name; the source is
            no backup of ours, or it does not add up.
        EnvironmentProblem: The backup is newer than this program, the target is a network drive
            or cannot be written.
    """
    if target.exists():
        raise DomainError(
            "restore.exists",
            _("文件 {file} 已经有了，没有动它。请恢复到一个新文件名。", file=target),
        )
    if not source.is_file():
        raise DomainError("restore.missing", _("没有找到备份文件 {file}。", file=source))
    storage.refuse_network_drive(target)
    drafts.refuse_live(source)
    drafts.refuse_remains(target)
    local_files.make_folder(target.parent)
    drafts.sweep(target.parent, f"{target.name}.*.part*")
    draft = target.with_name(f"{target.name}.{uuid4().hex}.part")
    with drafts.draft_of(target, draft):
        shutil.copyfile(source, draft)
        drafts.check_digest(source, sha256_of(draft))
        _check_length(draft, source)
        _check_ours(draft, source)
        made = _proved(draft)
    return replace(made, file=str(target))


def _dump(db: Database, draft: Path) -> None:
    """All of the server's data; a part of them is no backup."""
    try:
        server_dump.dump(db.engine.url, draft)
    except DomainError as refusal:
        if refusal.code != "backup.tool" or not (found := damage.unread(db)):
            raise
        raise _incomplete(found) from refusal
    if absent := damage.missing(db, server_dump.tables(draft)):
        raise _incomplete([_("数据表 {table} 不见了", table=one) for one in sorted(absent)])
    try:
        gone = damage.gone(db) or damage.torn_off(db)
    except EnvironmentProblem as problem:
        if problem.code not in DAMAGED:
            raise
        raise _not_whole(_OWN) from problem
    if gone:
        raise _incomplete(gone)


def _incomplete(found: Sequence[str]) -> DomainError:
    words = _("数据库有损坏，没有备份成：{first}。{advice}", first=found[0], advice=damage.advice())
    return DomainError("backup.damaged", words, problems=[Problem("", one) for one in found[1:]])


def last_entry(db: Database) -> datetime | None:
    """When the last entry of the trail was written, in the members' zone; how far the data go."""
    with db.read() as session:
        last = session.scalar(select(func.max(Audit.at)))
    return None if last is None else local_time(last)


def _proved(draft: Path, advice: str = "") -> Backup:
    db = Database(sqlite_engine(str(draft)))
    try:
        chains = prove(db, advice)
        _leave_wal(db)
        return _described(db, draft, chains)
    finally:
        db.close()


def prove(db: Database, advice: str = "") -> tuple[proofs.ChainProof, ...]:
    """The chains of a sound database.

    Args:
        db: The database.
        advice: What to do when it is not sound; usually to take another backup.

    Raises:
        DomainError: Its pages, its balances or its chains are not whole.
    """
    try:
        return _prove(db, advice or _OTHER)
    except EnvironmentProblem as problem:
        if problem.code not in DAMAGED:
            raise
        raise _not_whole(advice or _OTHER) from problem


def _not_whole(advice: str, answer: str = "") -> DomainError:
    """What SQLite answers says nothing to a person: it stands under 详情."""
    words = _("这份数据不完整，有损坏。{advice}", advice=_(advice))
    problems = [Problem("backup.pages", answer)] if answer else []
    return DomainError("backup.proof", words, problems=problems)


def _prove(db: Database, advice: str) -> tuple[proofs.ChainProof, ...]:
    """The three proofs read side by side."""
    with ThreadPoolExecutor(3, "proof") as readers:
        pages = readers.submit(_pages, db)
        sums, walks = readers.submit(proofs.reconcile, db), readers.submit(proofs.chains, db)
        if (answer := pages.result()) != "ok":  # first: with broken pages the others trip over
            raise _not_whole(advice, answer)
        differences, chains = sums.result(), walks.result()
    broken = [one for one in chains if not one.whole]
    if differences or broken:
        raise DomainError(
            "backup.proof",
            _(
                "这份数据对不上账：{stock} 处库存与台账不符，{chains} 家机构的台账被改动过。"
                "{advice}",
                stock=len(differences),
                chains=len(broken),
                advice=_(advice),
            ),
        )
    return chains


def _pages(db: Database) -> str:
    """What SQLite says of its pages; a server looks after its own."""
    return proofs.pages(db) if db.is_sqlite else "ok"


def _described(db: Database, file: Path, chains: tuple[proofs.ChainProof, ...]) -> Backup:
    with db.read() as session:
        rows = session.scalar(select(func.count()).select_from(Ledger)) or 0
    last = last_entry(db)
    seal = proofs.group_seal(chains)
    version = schema.version(db)
    db.close()
    return Backup(str(file), file.stat().st_size, sha256_of(file), version, rows, seal, last)


def _copy(db: Database, draft: Path, report: Report | None) -> None:
    """All pages into a new file, each written once: a draft needs no journal until it is whole."""
    target_db = Database(sqlite_engine(str(draft)))

    def step(_status: int, remaining: int, total: int) -> None:
        if report is not None:
            report(total - remaining, total)

    try:
        with db.engine.connect() as source, target_db.engine.connect() as target:
            ends: list[Any] = [one.connection.driver_connection for one in (source, target)]
            ends[1].execute("PRAGMA journal_mode=OFF")
            ends[1].execute("PRAGMA synchronous=OFF")
            ends[0].backup(ends[1], pages=_PAGES, progress=step)
    finally:
        target_db.close()


def _leave_wal(db: Database) -> None:
    """Make the copy one single file."""
    db.engine.dispose()  # the proofs read side by side: only one connection may change the journal
    with db.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
        connection.exec_driver_sql("BEGIN")


def _check_ours(draft: Path, source: Path) -> None:
    foreign = DomainError(
        "restore.foreign",
        _("{file} 不是本程序的备份，没有恢复。请选 .db 备份文件。", file=source),
    )
    db = Database(sqlite_engine(str(draft)))
    try:
        if not schema.version(db):
            raise foreign
        with translate(), db.engine.connect() as connection:
            schema.refuse_newer(connection)
    except EnvironmentProblem as problem:
        if problem.code == "schema.newer":
            raise
        raise foreign from problem
    finally:
        db.close()


def _check_length(draft: Path, source: Path) -> None:
    """The first page says how many there are; what is cut off would be read as empty."""
    with draft.open("rb") as stream:
        head = stream.read(_HEAD)
    page, pages = int.from_bytes(head[16:18]), int.from_bytes(head[28:32])
    told = head.startswith(_SIGN) and head[24:28] == head[92:96]  # else it does not say
    if told and draft.stat().st_size != (_LARGEST if page == 1 else page) * pages:
        raise DomainError(
            "backup.proof",
            _("{file} 不完整，可能没有复制完。请重新复制，或换另一份备份。", file=source),
        )


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
