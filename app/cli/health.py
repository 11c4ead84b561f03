"""`yilian backup`, `restore`, `doctor`, `reconcile`, `verify`: safe copies and proofs."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from app import paths
from app.adapters import local_files
from app.cli.context import Cli, cli
from app.domain import anchors as law
from app.domain.errors import DomainError
from app.domain.orders.signing import Party
from app.domain.sealing import SealCheck
from app.i18n import _
from app.services import anchors, schema_shape
from app.services.db import DBAPIError, local_time
from app.services.imprints import proof as imprints
from app.services.imprints.words import tell
from app.services.platform import (
    backup as backups,
    damage,
    doctor as doctors,
    proofs,
    schedule,
    server_dump,
)
from app.services.platform.chain_words import broken_words
from app.services.platform.kept import changed_papers
from app.services.platform.proofs_named import difference_words, named_chains, named_differences
from app.services.witness import Witness, forget, look, words

app = typer.Typer()
_MOST: Final = 100


@app.command(help=_("备份整个库，并当场验证备份能打开、对得上账"))
def backup(
    to: Annotated[Path | None, typer.Option(help=_("放到哪个文件夹"))] = None,
    daily: Annotated[
        bool, typer.Option("--daily", help=_("今天还没有才备份，并清掉多余的旧备份（定时任务用）"))
    ] = False,
    keep: Annotated[
        int, typer.Option(min=1, help=_("--daily 留最近几份，另留一年里每月最后一份"))
    ] = 30,
) -> None:
    """Back up with proof."""
    run, folder = cli(), to or paths.backups()
    with run.progress(_("备份")) as report:
        if daily:
            made = schedule.daily(run.db(), folder, keep, report)
        else:
            made = backups.back_up(run.db(), folder, report)
    if made is None:
        run.say(_("{folder} 里已有今天的备份，没有再做。", folder=folder))
        return
    run.emit(made, _backup_titles())


def _backup_titles() -> dict[str, str]:
    return {
        "file": _("文件"), "bytes": _("字节"), "sha256": "SHA-256",
        "schema_version": _("数据版本"), "ledger_rows": _("台账行数"), "seal": _("各链合成的指纹"),
        "last": _("最后一笔记录"),
    }  # fmt: skip


@app.command(help=_("把备份恢复成一个新文件（或服务器上的新库），恢复完先验证"))
def restore(
    source: Annotated[Path, typer.Argument(help=_("备份文件"))],
    to: Annotated[str, typer.Argument(help=_("新文件名；.dump 备份填新库名"))],
    admin: Annotated[
        str, typer.Option(envvar="YILIAN_SERVER_ADMIN", help="postgresql://postgres@host/postgres")
    ] = "",
) -> None:
    """Restore into a new file or a new database, with proof."""
    run = cli()
    if source.suffix != ".dump":
        run.emit(backups.restore(source, Path(to)), _backup_titles())
        return
    if not admin:
        raise DomainError(
            "restore.admin", _("恢复服务器备份要超级用户的地址。请加 --admin postgresql://…。")
        )
    server_dump.restore(admin, source, to, backups.prove).close()
    run.say(_("已恢复成数据库 {name}，账对上了。", name=to))


@app.command(help=_("体检：文件、版本、库存与台账、改动痕迹、磁盘"))
def doctor() -> None:
    """Examine the database; exit code 1 when something has to be done."""
    run = cli()
    with run.progress(_("体检")) as report:
        found = doctors.examine(run.unchecked_db(), report)
    run.emit(found, {"name": _("项目"), "ok": _("正常"), "text": _("结果")})
    if not all(one.ok for one in found):
        raise typer.Exit(1)


@app.command(help=_("对账：每处库存与台账逐项核对"))
def reconcile() -> None:
    """Prove that balances equal the ledger; exit code 1 when they differ."""
    run = cli()
    differences = proofs.reconcile(run.db())
    run.emit(
        named_differences(run.db(), differences),
        {
            "org": _("机构"),
            "place": _("库位"),
            "item": _("品规"),
            "lot_no": _("批次"),
            "owner": _("货主"),
            "balance_text": _("库存"),
            "ledger_text": _("台账"),
        },
        empty=_("库存与台账一致。"),
    )
    if differences:
        raise typer.Exit(1)


@app.command(help=_("查改动痕迹：重算台账与操作记录链；给出 PDF 文件时，验它的电子章"))
def verify(
    file: Annotated[Path | None, typer.Argument(help=_("盖过电子章的 PDF"))] = None,
    printed: Annotated[
        list[str] | None, typer.Option(help=_("核对纸质单据页脚上的指纹，可给多个"))
    ] = None,
    settled: Annotated[
        bool, typer.Option("--settled", help=_("已查明原因（如恢复了备份），从现在起重新留存"))
    ] = False,
) -> None:
    """Recompute the hash chains, or check the seals of a PDF; exit code 1 when not whole."""
    run = cli()
    if file is not None:
        _verify_paper(run, file)
        return
    if printed:
        _verify_printed(run, printed)
        return
    if found := damage.unread(run.db()):
        run.say(_("数据库有损坏，其余的没有核对："))
        for line in found[:_MOST]:
            run.say(line)
        run.say(damage.advice())
        raise typer.Exit(1)
    shape = schema_shape.strange(run.db())
    _tell(run, shape)
    try:
        good = _verify_content(run, settled=settled)
    except DBAPIError:
        if not shape:
            raise
        run.say(_("数据表被改成这样，其余的核对不下去。请用最近的备份恢复。"))
        good = False
    if shape or not good:
        raise typer.Exit(1)


def _verify_content(run: Cli, *, settled: bool) -> bool:
    """Chains, balances, roots, papers, and what the imprints know; whether all are good."""
    with run.progress(_("核验")) as report, ThreadPoolExecutor(1, "proof") as reader:
        balances = reader.submit(proofs.reconcile, run.db())  # the database adds while we hash
        found = proofs.chains(run.db(), report)
        differences = balances.result()
    run.emit(
        named_chains(run.db(), found),
        {
            "org": _("机构"),
            "chain": _("链"),
            "rows": _("行数"),
            "broken_at": _("断在第几行（0 为完好）"),
            "head": _("末行指纹"),
        },
        empty=_("还没有台账。"),
        words={"chain": anchors.CHAINS},
    )
    run.say(_("集团指纹：{seal}", seal=proofs.group_seal(found)))
    _tell(run, broken_words(run.db(), found))
    _tell(run, [difference_words(one) for one in named_differences(run.db(), differences)])
    outside = _verify_anchors(run, settled=settled)
    with run.progress(_("核验")) as report:
        papers = changed_papers(run.db(), report)
    _tell(run, [_("{no}：{words}", no=one.no, words=one.words) for one in papers])
    told = _verify_rows(run, settled=settled)
    whole = all(one.whole for one in found)
    return not differences and not papers and told and outside and whole


def _tell(run: Cli, lines: Sequence[str]) -> None:
    """What another program did, line by line."""
    for line in lines[:_MOST]:
        run.say(_("{line}。请查明是谁改的。", line=line))
    if len(lines) > _MOST:
        run.say(_("还有 {n} 处", n=len(lines) - _MOST))


def _verify_anchors(run: Cli, *, settled: bool) -> bool:
    """The books against the daily roots and against what this computer saw last."""
    db, witness = run.db(), Witness(paths.heads(), run.where())
    if settled:
        forget(witness)
    seen = look(db, witness)
    roots = anchors.check(db)
    for one in roots:
        if not one.good:
            run.say(_("日根 {day}：{words}。", day=one.day.isoformat(), words=one.words))
    if seen:
        run.say(words(seen))
    elif roots:
        last = roots[-1]
        run.say(_("日根 {n} 个，最近 {root}", n=len(roots), root=print_root(last)))
    return not seen and all(one.good for one in roots)


def _verify_rows(run: Cli, *, settled: bool) -> bool:
    """Prices, awards, statements, catalogue and duties against what the program left of them."""
    with run.progress(_("核验")):
        found = imprints.examine(run.db())
        told = tell(run.db(), found)
    _tell(run, told.strange)
    for note in told.notes:
        run.say(note)
    if not settled or told.good:
        return told.good
    imprints.accept(*run.signed_in(), sorted({one.table for one in found.strange}))
    run.say(_("已按现在的内容重新留存，这件事会一直留在记录里。"))
    return True


def print_root(one: anchors.AnchorProof) -> str:
    """The root as papers show it."""
    return law.print_root(one.day, bytes.fromhex(one.root))


def _verify_printed(run: Cli, printed: list[str]) -> None:
    found = [PrintedCheck(one, anchors.check_printed(run.db(), one)) for one in printed]
    run.emit(found, {"printed": _("纸上的指纹"), "good": _("和现在的记录一致")})
    if not all(one.good for one in found):
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class PrintedCheck:
    """A fingerprint off a paper, and whether the books still have it."""

    printed: str
    good: bool


def _verify_paper(run: Cli, file: Path) -> None:
    from app.services.sealing.checking import check_file

    found = check_file(*run.signed_in(), local_files.read(file))
    run.emit(
        found if run.as_json else [_seal_words(one) for one in found.seals],
        {
            "field": _("位置"),
            "person": _("签章人"),
            "organisation": _("机构"),
            "at": _("时间"),
            "good": _("可信"),
            "words": _("结果"),
        },
        empty=_("这个文件没有电子章。"),
    )
    if found.order_no:
        same = _("和系统留存的 {no} 完全一致。", no=found.order_no)
        old = _("这是 {no} 较早的一份，之后又盖过章或改过版。", no=found.order_no)
        run.say(same if found.newest else old)
    if not found.good:
        raise typer.Exit(1)


def _seal_words(seal: SealCheck) -> dict[str, object]:
    at = local_time(seal.sealed_at).strftime("%Y-%m-%d %H:%M") if seal.sealed_at else ""
    return {
        "field": Party(seal.field) if seal.field in set(Party) else seal.field,
        "person": seal.holder.person,
        "organisation": seal.holder.organisation,
        "at": at,
        "good": seal.good,
        "words": seal.words,
    }
