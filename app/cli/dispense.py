"""`yilian dispense`: import the hospital's dispensing, list the imports, take one back."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.context import cli
from app.cli.imports import (
    Encoding,
    File,
    Mapping,
    Marked,
    Preview,
    Remember,
    SkipRefused,
    mapping_of,
    stop_at,
)
from app.cli.operation import OpOption, op_id
from app.cli.places import place_id
from app.cli.scope import org_id, org_ids, signed_in_at
from app.i18n import _

app = typer.Typer()
OrgOption = Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))]


@app.command("import", help=_("导入 HIS 发药文件：发药记为消耗，退药退回原批号、原库位"))
def import_file(
    path: File,
    org: OrgOption = "",
    place: Annotated[str, typer.Option(help=_("从哪个库位发出：编码或名称；不填为主库"))] = "",
    preview: Preview = False,
    skip_refused: SkipRefused = False,
    mapping: Mapping = None,
    encoding: Encoding = "",
    remember: Remember = False,
    marked: Marked = None,
    op: OpOption = "",
) -> None:
    """Import a dispensing file."""
    from app.services.consumption import dispense
    from app.services.consumption.dispense_rows import FIELDS, KIND
    from app.services.importing.marked import marked_copy
    from app.services.importing.said_columns import SayColumns, say

    run = cli()
    db, actor, where = signed_in_at(run, org)
    store = place_id(where, place)
    said = mapping_of(mapping, FIELDS)
    wanted = dispense.DispenseImport(path, where, store, said, encoding)
    with run.progress(_("读取文件")) as report:
        plan = dispense.preview(db, actor, wanted, report)
    if remember and said:
        say(db, actor, SayColumns(KIND, path, said, encoding), FIELDS)
    if marked is not None:
        marked_copy(plan, path, marked)
        run.say(_("带标记的表：{path}", path=marked))
    if stop_at(plan, preview, skip_refused):
        return
    command = dispense.ApplyDispense(op_id(op), where, plan, store)
    with run.progress(_("导入中")) as report:
        done = dispense.apply(db, actor, command, report)
    if not done.added:
        run.say(_("这些发药都登记过，没有重复记账。"))
    run.emit(done, {"batch_id": _("导入号"), "added": _("登记"), "refused": _("跳过")})


@app.command("list", help=_("发药导入记录"))
def list_batches(org: OrgOption = "") -> None:
    """List dispensing imports."""
    from app.services.consumption.dispense_undo import batches

    run = cli()
    run.emit(
        batches(*run.signed_in(), org_ids(run, org)),
        {
            "batch_id": _("导入号"), "org": _("机构"), "file_name": _("文件"), "at": _("时间"),
            "person": _("经办"), "given": _("发药行"), "returned": _("退药行"),
            "undone": _("已撤销"),
        },
        empty=_("还没有导入过发药。"),
    )  # fmt: skip


@app.command("undo", help=_("撤销一次发药导入：货回到原批号、原库位，文件可以再导"))
def undo_batch(
    batch: Annotated[int, typer.Argument(help=_("导入号"))],
    reason: Annotated[str, typer.Option(help=_("理由"))],
    org: OrgOption = "",
    op: OpOption = "",
) -> None:
    """Take an import back."""
    from app.services.consumption.dispense_undo import UndoDispense, undo

    run = cli()
    db, actor = run.signed_in()
    command = UndoDispense(op_id(op), org_id(run, org), batch, reason)
    written = undo(db, actor, command)
    run.say(_("已撤销，写了 {n} 张冲销单。", n=written))
    if run.as_json:
        run.emit({"documents": written})
