"""`yilian item …`: one item shown, added, changed, its codes and its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any

import typer

from app.cli import item_papers
from app.cli.context import cli
from app.cli.operation import op_id
from app.domain import codes, expiry
from app.domain.catalogue import FLAGS, CodeDraft, ItemClass, ItemDraft, ItemStatus, Storage
from app.domain.codes import CodeSystem
from app.domain.errors import DomainError
from app.domain.typed import whole
from app.i18n import _
from app.services.catalogue.change import SavedItem
from app.services.catalogue.detail import ItemDetail, item_detail, item_id_of
from app.services.catalogue.edit import SaveItem, save_item

app = typer.Typer()
app.command("attach", help=_("给品规附图片或证件（存在数据库里）"))(item_papers.attach_file)
app.command("papers", help=_("品规的附件"))(item_papers.papers)
app.command("paper", help=_("把一个附件存成文件"))(item_papers.paper)
app.command("detach", help=_("移除一个附件"))(item_papers.remove_paper)
app.command("code", help=_("加一个编码或改它的有效期（证照换新也用它）"))(item_papers.keep_code)

Code = Annotated[str, typer.Argument(help=_("统一编码，如 YP-000101"))]
CodeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--code",
        help=_("编码，写成 系统=编码 或 系统=编码@包装数，可重复；系统如 gtin、nhsa、national"),
    ),
]
FlagOption = Annotated[
    list[str] | None, typer.Option("--flag", help=_("标记，可重复：") + "、".join(FLAGS))
]


@dataclass(frozen=True, slots=True)
class _Card:
    """An item in lines for people."""

    code: str
    name: str
    trade_name: str
    spec: str
    form: str
    maker: str
    approval_no: str
    packing: str
    storage: str
    status: str
    codes: tuple[str, ...]
    prices: tuple[str, ...]


@app.command(help=_("一个品规的全部内容"))
def show(code: Code) -> None:
    """Show one item."""
    run = cli()
    detail = _detail(code)
    if run.as_json:
        run.emit(detail)
        return
    run.emit(
        _card(detail),
        {
            "code": _("统一编码"),
            "name": _("品名"),
            "trade_name": _("商品名"),
            "spec": _("规格"),
            "form": _("剂型"),
            "maker": _("生产企业"),
            "approval_no": _("批准文号"),
            "packing": _("包装"),
            "storage": _("储存条件"),
            "status": _("状态"),
            "codes": _("编码"),
            "prices": _("价格"),
        },
    )


@app.command(help=_("一个品规改过什么、谁改的"))
def history(code: Code) -> None:
    """Show the changes of one item."""
    run = cli()
    run.emit(
        _detail(code).changes,
        {"at": _("时间"), "person": _("操作人"), "what": _("内容")},
        empty=_("还没有改动记录。"),
    )


@app.command(help=_("新增品规"))
def add(
    name: Annotated[str, typer.Option(help=_("品名（通用名）"))],
    strength: Annotated[str, typer.Option(help=_("规格，如 0.25 g"))],
    maker: Annotated[str, typer.Option(help=_("生产企业"))],
    pack: Annotated[str, typer.Option(help=_("包装，写成 24粒/盒；没有小包装时写 支"))],
    item_class: Annotated[ItemClass, typer.Option("--class", help=_("类别"))] = ItemClass.DRUG,
    form: Annotated[str, typer.Option(help=_("剂型"))] = "",
    trade_name: Annotated[str, typer.Option(help=_("商品名"))] = "",
    approval: Annotated[str, typer.Option(help=_("批准文号或注册证号"))] = "",
    case: Annotated[int, typer.Option(help=_("一件有多少最小单位；不知道就不填"))] = 0,
    storage: Annotated[Storage, typer.Option(help=_("储存"))] = Storage.NORMAL,
    code: CodeOption = None,
    flag: FlagOption = None,
    own_code: Annotated[str, typer.Option(help=_("统一编码；不填由系统编号"))] = "",
) -> None:
    """Add an item."""
    count, base, unit = _packing(pack)
    draft = ItemDraft(
        item_class=item_class,
        name=name,
        strength=strength,
        maker=maker,
        base_unit=base,
        pack_unit=unit,
        pack_factor=count,
        case_factor=case,
        form=form,
        trade_name=trade_name,
        approval_no=approval,
        storage=storage,
        flags=_flags(flag),
        codes=tuple(_code(text, count) for text in code or ()),
    )
    _saved(save_item(*cli().signed_in(), SaveItem(op_id(), draft, code=own_code)))


@app.command(help=_("修改品规：只写要改的项"))
def edit(
    item: Code,
    name: Annotated[str | None, typer.Option(help=_("品名（通用名）"))] = None,
    trade_name: Annotated[str | None, typer.Option(help=_("商品名"))] = None,
    approval: Annotated[str | None, typer.Option(help=_("批准文号或注册证号"))] = None,
    approval_to: Annotated[str | None, typer.Option(help=_("文号有效期，如 2030-12-31"))] = None,
    maker: Annotated[str | None, typer.Option(help=_("生产企业"))] = None,
    status: Annotated[ItemStatus | None, typer.Option(help=_("状态"))] = None,
    storage: Annotated[Storage | None, typer.Option(help=_("储存"))] = None,
    code: CodeOption = None,
    drop_code: Annotated[
        list[str] | None, typer.Option(help=_("去掉的编码，写成 系统=编码，可重复"))
    ] = None,
    flag: FlagOption = None,
) -> None:
    """Change an item."""
    detail = _detail(item)
    stated: dict[str, Any] = {
        "name": name,
        "trade_name": trade_name,
        "approval_no": approval,
        "approval_valid_to": _day(approval_to),
        "maker": maker,
        "status": status,
        "storage": storage,
        "flags": None if flag is None else _flags(flag),
    }
    draft = replace(detail.draft, **{key: new for key, new in stated.items() if new is not None})
    gone = {(c.system, c.code) for c in (_code(text, 1) for text in drop_code or ())}
    kept = tuple(entry for entry in draft.codes if (entry.system, entry.code) not in gone)
    more = tuple(_code(text, draft.pack_factor) for text in code or ())
    draft = replace(draft, codes=(*kept, *more))
    _saved(save_item(*cli().signed_in(), SaveItem(op_id(), draft, detail.id, detail.version)))


def _detail(code: str) -> ItemDetail:
    db, actor = cli().signed_in()
    return item_detail(db, actor, item_id_of(db, actor, code))


def _saved(saved: SavedItem) -> None:
    cli().emit(saved, {"code": _("统一编码"), "changed": _("改动")})


def _card(detail: ItemDetail) -> _Card:
    draft = detail.draft
    return _Card(
        code=detail.code,
        name=draft.name,
        trade_name=draft.trade_name,
        spec=detail.spec,
        form=draft.form,
        maker=draft.maker,
        approval_no=draft.approval_no,
        packing=detail.case_text or draft.pack_unit,
        storage=draft.storage_text or draft.storage.label,
        status=draft.status.label,
        codes=tuple(f"{row.system.label} {row.code}" for row in detail.codes),
        prices=tuple(
            f"{row.unit_price} {row.supplier} {row.valid_from}"
            + (f" – {row.valid_to}" if row.valid_to else "")
            for row in detail.prices
        ),
    )


def _packing(text: str) -> tuple[int, str, str]:
    """24粒/盒 → (24, 粒, 盒); 支 → (1, 支, 支)."""
    left, _slash, unit = text.replace(" ", "").replace("／", "/").partition("/")
    digits = left[: len(left) - len(left.lstrip("0123456789"))]
    base = left[len(digits) :]
    if not base or (digits and not unit):
        raise DomainError(
            "cli.pack", _("包装「{text}」看不懂。请写成 24粒/盒，或只写单位如 支。", text=text)
        )
    return int(digits or 1), base, unit or base


def _code(text: str, factor: int) -> CodeDraft:
    """System=code@factor; a GTIN or 追溯标识码 names the pack where no factor is given."""
    system, _equals, rest = text.partition("=")
    code, _at, stated = rest.partition("@")
    known = {one.value for one in CodeSystem}
    if system not in known or not code or (stated and not whole(stated)):
        raise DomainError(
            "cli.code",
            _(
                "编码「{text}」看不懂。请写成 gtin=6924561884074。系统可用：{known}。",
                text=text,
                known="、".join(sorted(known)),
            ),
        )
    by_pack = system in {CodeSystem.GTIN, CodeSystem.TRACE_PREFIX}
    kept = codes.validate(CodeSystem(system), code)
    return CodeDraft(CodeSystem(system), kept, whole(stated) or (factor if by_pack else 1))


def _flags(names: Sequence[str] | None) -> frozenset[str]:
    unknown = set(names or ()) - FLAGS.keys()
    if unknown:
        raise DomainError(
            "cli.flag",
            _("没有标记 {name}。可用：{known}。", name="、".join(unknown), known="、".join(FLAGS)),
        )
    return frozenset(names or ())


def _day(text: str | None) -> date | None:
    return expiry.parse(text) if text else None
