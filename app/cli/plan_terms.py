"""`yilian plan fix | fixed | term | terms`: people's numbers, and how suppliers deliver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from app.cli.context import Cli, cli
from app.cli.operation import op_id
from app.cli.scope import item_id, org_id
from app.domain.errors import DomainError
from app.domain.money import price
from app.domain.replenish.by_hand import KINDS, ByHand, Kind
from app.domain.replenish.successor import Successor
from app.i18n import _
from app.services.item_lookup import find_items
from app.services.replenishment.numbers import (
    EndNumber,
    NumberRow,
    SetNumber,
    end_number,
    numbers,
    set_number,
)
from app.services.replenishment.successors import (
    EndSuccessor,
    SetSuccessor,
    end_successor,
    set_successor,
    successors,
)
from app.services.replenishment.supply_terms import SetSupply, set_supply, supply_rows
from app.services.scan_rules import read

app = typer.Typer()

OrgOption = Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))]
ItemArgument = Annotated[str, typer.Argument(help=_("统一编码、69 码或医保编码"))]


@dataclass(frozen=True, slots=True)
class FixedLine:
    """A person's number; quantities in packs."""

    code: str
    name: str
    spec: str
    kind: str
    figures: str
    unit: str
    reason: str
    until: str
    set_by: str
    state: str


@app.command("fix", help=_("人工定数：上下限、最低存量或预计月用量，写明原因和截止日"))
def fix(
    item: ItemArgument,
    low: Annotated[int, typer.Option("--min", help=_("下限（盒）；不写上限时为最低存量"))] = -1,
    high: Annotated[int, typer.Option("--max", help=_("上限（盒）"))] = -1,
    monthly: Annotated[int, typer.Option("--monthly", help=_("预计 30 天用多少（盒）"))] = -1,
    reason: Annotated[str, typer.Option("--reason", help=_("为什么"))] = "",
    until: Annotated[str, typer.Option("--until", help=_("最后一天，如 2026-12-31"))] = "",
    end: Annotated[bool, typer.Option("--end", help=_("取消人工定数，回到计算"))] = False,
    org: OrgOption = "",
) -> None:
    """Set or take back a planner's number."""
    run = cli()
    db, actor = run.signed_in()
    where, wanted = org_id(run, org), item_id(run, item)
    if end:
        end_number(db, actor, EndNumber(op_id(), where, wanted))
        run.say(_("已取消人工定数，下次计算用算出来的数。"))
        return
    from app.cli.formulary import day

    pack = find_items(db, actor, read(db, item))[0].pack_factor
    number = _number((low, high, monthly), pack, ByHand(Kind.LEVELS, reason, until=day(until)))
    set_number(db, actor, SetNumber(op_id(), where, wanted, number))
    run.say(_("已记下，下次计算就用。"))
    if run.as_json:
        run.emit([_line(row) for row in numbers(db, actor, where) if row.item_id == wanted])


def _number(figures: tuple[int, int, int], pack: int, rest: ByHand) -> ByHand:
    """What the options say; raises `DomainError` where they say nothing or two things."""
    low, high, monthly = figures
    if monthly >= 0 and max(low, high) < 0:
        return ByHand(Kind.MONTHLY, rest.reason, monthly=monthly * pack, until=rest.until)
    if monthly < 0 <= low and high < 0:
        return ByHand(Kind.FLOOR, rest.reason, low=low * pack, until=rest.until)
    if monthly < 0 <= high:
        least = max(low, 0) * pack
        return ByHand(Kind.LEVELS, rest.reason, least, high * pack, until=rest.until)
    raise DomainError(
        "by_hand.kind",
        _("请写一种定数：--min 和 --max（上下限）、只写 --min（最低存量）或 --monthly（月用量）。"),
    )


@app.command("fixed", help=_("现有的人工定数，先到期的在前"))
def fixed(org: OrgOption = "") -> None:
    """List planner's numbers."""
    run = cli()
    run.emit(
        [_line(row) for row in numbers(*run.signed_in(), org_id(run, org))],
        {
            "code": _("编码"), "name": _("品名"), "spec": _("规格"), "kind": _("种类"),
            "figures": _("数"), "unit": _("单位"), "reason": _("原因"), "until": _("截止"),
            "set_by": _("谁定的"), "state": _("状态"),
        },
        empty=_("没有人工定数，全部按计算。"),
    )  # fmt: skip


def _line(row: NumberRow) -> FixedLine:
    number, pack = row.number, row.pack_factor
    figures = {
        Kind.LEVELS: f"{number.low / pack:g}–{number.high / pack:g}",
        Kind.FLOOR: f"≥ {number.low / pack:g}",
        Kind.MONTHLY: f"{number.monthly / pack:g}",
    }[number.kind]
    return FixedLine(
        code=row.code,
        name=row.name,
        spec=row.spec,
        kind=_(KINDS[number.kind]),
        figures=figures,
        unit=row.pack_unit,
        reason=number.reason,
        until=number.until.isoformat() if number.until else _("长期"),
        set_by=row.set_by,
        state=_("已到期") if row.over else _("在用"),
    )


@app.command("replace", help=_("换品规：旧品规的用量归到新品规，新品规从第一天就有历史"))
def replace(
    old: ItemArgument,
    new: Annotated[str, typer.Argument(help=_("换成哪个品规；配 --end 时不用写"))] = "",
    reason: Annotated[str, typer.Option("--reason", help=_("为什么"))] = "",
    ratio: Annotated[
        str, typer.Option("--ratio", help=_("折算，旧:新，最小单位，如 2:1 为旧 2 片换新 1 片"))
    ] = "1:1",
    end: Annotated[bool, typer.Option("--end", help=_("取消，旧品规的用量归回自己"))] = False,
    org: OrgOption = "",
) -> None:
    """Let an item have the history of the one that it replaces."""
    run = cli()
    db, actor = run.signed_in()
    where, before = org_id(run, org), item_id(run, old)
    if end:
        end_successor(db, actor, EndSuccessor(op_id(), where, before))
        run.say(_("已取消，下次计算各算各的。"))
        return
    units = ratio.replace("：", ":").split(":")
    if len(units) != 2 or not all(one.isascii() and one.isdigit() for one in units):  # noqa: PLR2004 - old and new
        raise DomainError("cli.ratio", _("--ratio 写成 旧:新，如 2:1。"))
    link = Successor(before, item_id(run, new), int(units[0]), int(units[1]))
    set_successor(db, actor, SetSuccessor(op_id(), where, link, reason))
    run.say(_("已记下，下次计算就用。"))


@app.command("replaced", help=_("换过的品规：谁的用量归到谁"))
def replaced(org: OrgOption = "") -> None:
    """List replaced items."""
    run = cli()
    rows = successors(*run.signed_in(), org_id(run, org))
    run.emit(
        [
            {
                "old": f"{row.old_code} {row.old_name}", "new": f"{row.new_code} {row.new_name}",
                "ratio": f"{row.link.units_old}:{row.link.units_new}", "reason": row.reason,
                "set_by": row.set_by, "set_at": f"{row.set_at:%Y-%m-%d}",
            }
            for row in rows
        ],
        {
            "old": _("旧品规"), "new": _("新品规"), "ratio": _("折算"), "reason": _("原因"),
            "set_by": _("谁定的"), "set_at": _("日期"),
        },
        empty=_("没有换过的品规。"),
    )  # fmt: skip


@app.command("term", help=_("供货约定：件装、起订数、起订额；集团合计还是各家各算"))
def term(
    supplier: Annotated[str, typer.Argument(help=_("供应商编号、名称或简称"))],
    item: Annotated[str, typer.Option("--item", help=_("只对这个品规；不写为全部"))] = "",
    case: Annotated[int, typer.Option("--case", help=_("一件多少盒；0 为按盒供货"))] = -1,
    minimum: Annotated[int, typer.Option("--min", help=_("一次至少多少盒；0 为不限"))] = -1,
    amount: Annotated[str, typer.Option("--amount", help=_("整单起订额（元）；0 为不限"))] = "",
    lead: Annotated[int, typer.Option("--lead", help=_("到货天数"))] = -1,
    review: Annotated[str, typer.Option("--review", help=_("下单日，如 0,3（0 为星期一）"))] = "",
    group: Annotated[
        bool | None, typer.Option("--group/--each", help=_("按集团合计凑整，还是各家各凑"))
    ] = None,
    org: OrgOption = "",
) -> None:
    """Say how a supplier delivers."""
    run = cli()
    db, actor = run.signed_in()
    set_supply(
        db,
        actor,
        SetSupply(
            op_id(),
            org_id(run, org),
            _supplier(run, supplier),
            item_id(run, item) if item else 0,
            lead_days=lead if lead >= 0 else None,
            review=review or None,
            case=case if case >= 0 else None,
            minimum=minimum if minimum >= 0 else None,
            minimum_amount=price(amount) if amount else None,
            for_group=group,
        ),
    )
    run.say(_("已记下，下次计算就用。"))


@app.command("terms", help=_("现有的供货约定"))
def terms(org: OrgOption = "") -> None:
    """List how suppliers deliver."""
    run = cli()
    run.emit(
        supply_rows(*run.signed_in(), org_id(run, org)),
        {
            "supplier": _("供应商"), "code": _("编码"), "name": _("品名"), "lead_days": _("到货天"),
            "review": _("下单日"), "case": _("件装"), "minimum": _("起订数"), "unit": _("单位"),
            "minimum_amount": _("起订额 元"), "for_group": _("集团合计"),
        },
        empty=_("还没有供货约定。"),
    )  # fmt: skip


def _supplier(run: Cli, text: str) -> int:
    from app.services.prices.listing import suppliers

    for row in suppliers(*run.signed_in()):
        if text in {row.code, row.name, row.short_name}:
            return row.id
    raise DomainError("party.unknown", _("没有供应商「{name}」。请核对名称。", name=text))
