"""The examination: what is wrong with this database, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import DomainError, EnvironmentProblem
from app.i18n import _
from app.services import anchors, schema, schema_shape
from app.services.db import Database, DBAPIError
from app.services.db_errors import translate
from app.services.imprints.words import tell
from app.services.platform import damage, proofs, server_dump, storage
from app.services.platform.chain_words import broken_words
from app.services.platform.kept import changed_papers

SAFE_SQLITE = (3, 51, 3)
"""Older ones can corrupt a WAL file that two connections reset at the same moment."""


@dataclass(frozen=True, slots=True)
class Check:
    """One point of the examination.

    Attributes:
        name: What was looked at.
        ok: Whether it is as it should be.
        text: What was found, and what to do where it is not.
    """

    name: str
    ok: bool
    text: str


def examine(db: Database, report: proofs.Report | None = None) -> tuple[Check, ...]:
    """Look at everything; a check that cannot run counts as not ok and says why."""
    found = list(_sqlite(db) if db.is_sqlite else _server(db))
    found.append(_version(db))
    if found[-1].ok:
        with ThreadPoolExecutor(1, "proof") as reader:  # the database adds while we hash
            balances = reader.submit(_tried, db, _("库存与台账"), lambda: _balances(db))
            found += [
                _tried(db, _("改动痕迹"), lambda: _chains(db, report)),
                balances.result(),
                _tried(db, _("数据结构"), lambda: _shape(db)),
                _tried(db, _("单据与报价"), lambda: _papers(db, report)),
                _tried(db, _("内容留存"), lambda: _contents(db)),
            ]
    return tuple(found)


def _tried(db: Database, name: str, check: Callable[[], Check]) -> Check:
    """The check, or why it cannot be made: a damaged page stops only what lies on it."""
    try:
        return check()
    except EnvironmentProblem as problem:
        return Check(name, ok=False, text=problem.text)
    except DBAPIError:
        if not schema_shape.strange(db):
            raise
        return Check(name, ok=False, text=_("数据表被改过，核对不下去。请用最近的备份恢复。"))


def _read(db: Database) -> Check:
    found = damage.unread(db)
    text = _("每张表都读得出来")
    if found:
        text = _(
            "{n} 处损坏，如「{first}」。{advice}",
            n=len(found), first=found[0], advice=damage.advice(),
        )  # fmt: skip
    return Check(_("数据页"), not found, text)


def _version(db: Database) -> Check:
    try:
        version, newest = schema.version(db), schema.newest()
    except EnvironmentProblem as problem:
        return Check(_("数据版本"), ok=False, text=problem.text)
    if version == newest:
        text = _("{version}，是本程序的版本", version=version)
    else:
        text = _(
            "{version}，本程序要 {newest}。请运行 yilian migrate。",
            version=version or "—",
            newest=newest,
        )
    return Check(_("数据版本"), version == newest, text)


def _balances(db: Database) -> Check:
    differences = proofs.reconcile(db)
    text = _("一致")
    if differences:
        text = _(
            "{n} 处不一致。请停止记账，运行 yilian reconcile 看是哪几处，并联系维护人员。",
            n=len(differences),
        )
    return Check(_("库存与台账"), not differences, text)


def _chains(db: Database, report: proofs.Report | None) -> Check:
    found = proofs.chains(db, report)
    broken = broken_words(db, found)
    broken += tuple(one.words for one in anchors.check(db) if not one.good)
    text = _("{n} 条链完好，{rows} 行", n=len(found), rows=sum(one.rows for one in found))
    if broken:
        text = _(
            "{n} 处记录被改过或删过，如「{first}」。请运行 yilian verify，并与备份比对。",
            n=len(broken), first=broken[0],
        )  # fmt: skip
    return Check(_("改动痕迹"), not broken, text)


def _shape(db: Database) -> Check:
    found = schema_shape.strange(db)
    text = _("和本程序建的一样")
    if found:
        text = _(
            "{n} 处不是本程序建的样子，如「{first}」。请停止记账，运行 yilian verify 看是哪几处，"
            "用最近的备份恢复。",
            n=len(found), first=found[0],
        )  # fmt: skip
    return Check(_("数据结构"), not found, text)


def _papers(db: Database, report: proofs.Report | None) -> Check:
    found = changed_papers(db, report)
    text = _("和签署、交来、入账时一致")
    if found:
        text = _(
            "{n} 份被改过，如 {no}：{words}。请运行 yilian verify 看是哪几份。",
            n=len(found), no=found[0].no, words=found[0].words,
        )  # fmt: skip
    return Check(_("单据与报价"), not found, text)


def _contents(db: Database) -> Check:
    told = tell(db)
    text = " ".join(told.notes)
    if not told.good:
        text = _(
            "{n} 处内容不是本程序保存的样子，如「{first}」。请运行 yilian verify 看是哪几处。",
            n=len(told.strange), first=told.strange[0],
        )  # fmt: skip
    return Check(_("内容留存"), told.good, text)


def _sqlite(db: Database) -> Iterator[Check]:
    import pysqlite3

    version = tuple(int(part) for part in pysqlite3.sqlite_version.split("."))
    yield Check("SQLite", version >= SAFE_SQLITE, pysqlite3.sqlite_version)
    try:
        yield from _file(db)
    except EnvironmentProblem as problem:
        yield Check(_("文件完整性"), ok=False, text=problem.text)
    yield from _place(Path(str(db.engine.url.database)))


def _file(db: Database) -> Iterator[Check]:
    answer = proofs.pages(db)
    with translate(), db.engine.connect() as connection:
        keys = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        mode = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())
    text = _("完整")
    if answer != "ok":
        text = _("已损坏：{answer}。请用最近的备份恢复。", answer=answer)
    elif keys:
        text = _(
            "{n} 条记录引用的内容不见了，如 {table}：{parent} 里有内容被别的程序删掉。"
            "请与最近的备份比对。",
            n=len(keys), table=keys[0][0], parent=keys[0][2],
        )  # fmt: skip
    yield Check(_("文件完整性"), answer == "ok" and not keys, text)
    yield Check(_("写入方式"), mode == "wal", mode.upper())


def _place(file: Path) -> Iterator[Check]:
    try:
        storage.refuse_network_drive(file)
        yield Check(_("存放位置"), ok=True, text=_("本机磁盘"))
    except EnvironmentProblem as problem:
        yield Check(_("存放位置"), ok=False, text=problem.text)
    free = storage.free_bytes(file.resolve().parent)
    text = _("还有 {free} MB", free=free // 1_000_000)
    if free < storage.ENOUGH:
        text = _("只剩 {free} MB，记账会停下来。请清出空间。", free=free // 1_000_000)
    yield Check(_("磁盘空间"), free >= storage.ENOUGH, text)


def _server(db: Database) -> Iterator[Check]:
    yield _tried(db, _("数据页"), lambda: _read(db))
    try:
        found = server_dump.tool("pg_dump")
        yield Check(_("备份工具"), ok=True, text=found.name)
    except (DomainError, EnvironmentProblem) as problem:
        yield Check(_("备份工具"), ok=False, text=problem.text)
