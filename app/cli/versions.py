"""`yilian catalogue …`: versions, what changed since one, publishing the next."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.context import cli
from app.cli.operation import op_id
from app.cli.scope import org_id
from app.domain.days import typed_day
from app.i18n import _
from app.services.catalogue.use_ranks import rank_by_use
from app.services.catalogue.version_file import write_changes
from app.services.catalogue.versions import (
    ChangesSince,
    PublishVersion,
    changes,
    publish,
    unpublished,
    versions,
)

app = typer.Typer()


@dataclass(frozen=True, slots=True)
class _Line:
    """What became of an item, in words."""

    code: str
    name: str
    kind: str
    what: str


@app.command("versions", help=_("目录版本：编号、生效日期、改了多少品规"))
def show_versions() -> None:
    """Show the published versions."""
    run = cli()
    db, actor = run.signed_in()
    run.emit(
        versions(db, actor),
        {
            "no": _("版本"),
            "title": _("名称"),
            "effective_from": _("生效"),
            "items": _("品规数"),
            "changes": _("改动"),
            "person": _("发布人"),
            "published_at": _("发布时间"),
        },
        empty=_("还没有发布过版本。"),
    )
    if not run.as_json:
        run.say(_("上个版本以后有 {n} 个品规改动，还没发布。", n=unpublished(db, actor)))


@app.command("changes", help=_("某个版本以后改了什么：逐个品规，旧值 → 新值"))
def show_changes(
    since: Annotated[str, typer.Argument(help=_("版本号；不填为从头算起"))] = "",
    upto: Annotated[str, typer.Option(help=_("到哪个版本为止；不填含未发布的改动"))] = "",
    org: Annotated[
        str, typer.Option("--org", help=_("只看这家机构在用的品规：机构编号，own 为本机构"))
    ] = "",
    out: Annotated[Path | None, typer.Option(help=_("另存为 .xlsx 或 .csv"))] = None,
) -> None:
    """Show what changed since a version."""
    run = cli()
    member = org_id(run, "" if org == "own" else org) if org else 0
    found = changes(*run.signed_in(), ChangesSince(since, upto, member))
    if out is not None:
        write_changes(found, out)
        run.say(_("已输出 {path}。", path=out))
    if run.as_json:
        run.emit(found)
        return
    run.emit(
        [_Line(one.code, f"{one.name} {one.spec}", one.words, told(one.what)) for one in found],
        {"code": _("统一编码"), "name": _("品规"), "kind": _("结果"), "what": _("改动")},
        empty=_("没有改动。"),
    )


@app.command("publish", help=_("把还没发布的改动发布为一个版本"))
def publish_version(
    effective: Annotated[str, typer.Option("--from", help=_("从哪天起生效，如 2026-12-01"))],
    no: Annotated[str, typer.Option(help=_("版本号；不填按年月编"))] = "",
    title: Annotated[str, typer.Option(help=_("名称"))] = "",
    note: Annotated[str, typer.Option(help=_("说明"))] = "",
) -> None:
    """Publish a version."""
    run = cli()
    command = PublishVersion(op_id(), typed_day(effective), title, no, note)
    run.emit(
        publish(*run.signed_in(), command),
        {"no": _("版本"), "effective_from": _("生效"), "changes": _("改动")},
    )


@app.command("rank", help=_("按近一年的用量重排搜索结果：用得多的在前"))
def rank() -> None:
    """Rank items by use."""
    run = cli()
    run.emit({"items": rank_by_use(*run.signed_in())}, {"items": _("有用量的品规")})


def told(what: dict[str, tuple[Any, Any]]) -> str:
    """Changes in one line, as they are stored."""
    return "；".join(f"{field} {old or '—'} → {new or '—'}" for field, (old, new) in what.items())
