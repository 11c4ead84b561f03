"""`yilian item attach|papers|paper|detach|code`: pictures, papers and codes with validity."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from app.adapters import local_files
from app.cli.context import cli
from app.cli.operation import op_id
from app.domain import codes, expiry
from app.domain.catalogue import CodeDraft
from app.domain.codes import CodeSystem
from app.domain.days import typed_day
from app.domain.errors import DomainError
from app.i18n import _
from app.services.catalogue.attachments import (
    Attach,
    Detach,
    attach,
    attachments,
    content,
    detach,
)
from app.services.catalogue.detail import item_detail, item_id_of
from app.services.catalogue.edit import SaveItem, save_item

Code = Annotated[str, typer.Argument(help=_("统一编码，如 YP-000101"))]


def attach_file(
    item: Code,
    path: Annotated[Path, typer.Argument(help=_("PNG、JPEG 图片或 PDF，最大 5 MB"))],
) -> None:
    """Add a picture or paper to an item."""
    db, actor = cli().signed_in()
    data = local_files.read(path)
    item_id = item_id_of(db, actor, item)
    key = attach(db, actor, Attach(op_id(), item_id, path.name, data))
    cli().emit({"id": key}, {"id": _("附件号")})


def papers(item: Code) -> None:
    """Show the attachments of an item."""
    db, actor = cli().signed_in()
    cli().emit(
        attachments(db, actor, item_id_of(db, actor, item)),
        {
            "id": _("附件号"),
            "name": _("名称"),
            "media": _("类型"),
            "size": _("字节"),
            "at": _("时间"),
            "person": _("添加人"),
        },
        empty=_("还没有附件。"),
    )


def paper(
    attachment: Annotated[int, typer.Argument(help=_("附件号，见 yilian item papers"))],
    path: Annotated[Path, typer.Argument(help=_("存到哪个文件"))],
) -> None:
    """Save an attachment to a file."""
    data = content(*cli().signed_in(), attachment)
    if path.exists():
        raise DomainError("file.exists", _("{name} 已存在。请换一个文件名。", name=path.name))
    local_files.write(path, data)
    cli().say(_("已输出 {path}。", path=path))


def remove_paper(
    attachment: Annotated[int, typer.Argument(help=_("附件号，见 yilian item papers"))],
) -> None:
    """Take an attachment away."""
    detach(*cli().signed_in(), Detach(op_id(), attachment))
    cli().say(_("已移除。"))


def keep_code(
    item: Code,
    code: Annotated[str, typer.Argument(help=_("系统=编码，如 approval=国药准字H20266018"))],
    start: Annotated[str, typer.Option("--from", help=_("从哪天起有效；不填为一直"))] = "",
    until: Annotated[str, typer.Option("--to", help=_("从哪天起不再有效；不填为一直"))] = "",
    unit: Annotated[int, typer.Option(help=_("这个码的包装有多少最小单位"), min=1)] = 1,
) -> None:
    """Add a code with validity, or change the validity of one."""
    run = cli()
    db, actor = run.signed_in()
    system, _equals, text = code.partition("=")
    if system not in {one.value for one in CodeSystem} or not text:
        raise DomainError(
            "cli.code",
            _("编码「{text}」看不懂。请写成 gtin=6924561884074。", text=code),
        )
    kind = CodeSystem(system)
    detail = item_detail(db, actor, item_id_of(db, actor, item))
    wanted = CodeDraft(
        kind,
        codes.validate(kind, text),
        unit,
        0,
        typed_day(start) if start else None,
        expiry.parse(until) if until else None,
    )
    others = [one for one in detail.draft.codes if (one.system, one.code) != (kind, wanted.code)]
    draft = replace(detail.draft, codes=(*others, wanted))
    saved = save_item(db, actor, SaveItem(op_id(), draft, detail.id, detail.version))
    run.emit(saved, {"code": _("统一编码"), "changed": _("改动")})
