"""`yilian trigger`: when a supplier's goods are payable, by item or category."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.context import Cli, cli
from app.cli.operation import op_id
from app.cli.scope import item_id, org_id, org_ids
from app.domain.consumption.triggers import Trigger
from app.domain.days import typed_day
from app.domain.errors import DomainError
from app.i18n import N_, _
from app.services.consumption.terms import EndRule, SetRule, end_rule, rules, set_rule

app = typer.Typer()
OrgOption = Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))]


@app.command("list", help=_("结算时点：每家供应商平常的约定，和品规、类别的例外"))
def list_rules(org: OrgOption = "all") -> None:
    """List the triggers agreed."""
    run = cli()
    run.emit(
        rules(*run.signed_in(), org_ids(run, org)),
        {
            "org": _("机构"), "supplier": _("供应商"), "scope": _("货品"), "label": _("结算时点"),
            "valid_from": _("生效"), "valid_to": _("停用"), "state": _("状态"),
            "rule_id": _("编号"),
        },
        empty=_("还没有约定，都是用后结算。"),
        words={"state": {"now": N_("在用"), "later": N_("未到日期"), "past": N_("已停用")}},
    )  # fmt: skip


@app.command("set", help=_("约定一个品规或一类货品什么时候结算"))
def set_(
    supplier: Annotated[str, typer.Argument(help=_("供应商编号或名称"))],
    trigger: Annotated[
        Trigger, typer.Argument(help=_("receipt 入库、issue 出库、consumption 用后"))
    ],
    item: Annotated[str, typer.Option(help=_("品规编码"))] = "",
    category: Annotated[
        str, typer.Option(help=_("类别：drug、tcm、consumable、reagent、high_value"))
    ] = "",
    start: Annotated[str, typer.Option("--from", help=_("从哪天起；不填为今天"))] = "",
    org: OrgOption = "",
) -> None:
    """Agree a trigger."""
    run = cli()
    command = SetRule(
        op_id(), org_id(run, org), _supplier(run, supplier), trigger,
        item_id(run, item) if item else 0, category, typed_day(start) if start else None,
    )  # fmt: skip
    rule = set_rule(*run.signed_in(), command)
    run.say(_("已约定，编号 {id}。之前的货仍按原来的约定算。", id=rule))
    if run.as_json:
        run.emit({"id": rule})


@app.command("end", help=_("停用一条约定，恢复供应商平常的结算时点"))
def end(
    rule: Annotated[int, typer.Argument(help=_("编号，见 trigger list"))],
    last: Annotated[str, typer.Option("--last", help=_("最后一天；不填为昨天"))] = "",
    org: OrgOption = "",
) -> None:
    """End a rule."""
    run = cli()
    day = typed_day(last) if last else None
    end_rule(*run.signed_in(), EndRule(op_id(), org_id(run, org), rule, day))
    run.say(_("已停用。"))


def _supplier(run: Cli, text: str) -> int:
    from app.services.prices.listing import suppliers

    for row in suppliers(*run.signed_in()):
        if text in {row.code, row.name, row.short_name}:
            return row.id
    raise DomainError("supplier.unknown", _("没有供应商 {text}。请填编号或名称。", text=text))
