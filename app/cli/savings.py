"""`yilian savings …`: what the negotiated prices saved, from real receipts or use."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import Cli, cli
from app.cli.scope import item_id, org_ids
from app.domain.days import typed_day
from app.domain.errors import DomainError
from app.domain.savings import Basis, Counted, Group, Rounding
from app.i18n import _
from app.services.savings import example as worked
from app.services.savings.export import figures, save_savings
from app.services.savings.report import Asked, SavingsReport, savings

app = typer.Typer()

FirstOption = Annotated[str, typer.Option("--from", help=_("从哪天；不填一年"))]
LastOption = Annotated[str, typer.Option("--to", help=_("到哪天（含）；不填今天"))]
OrgOption = Annotated[str, typer.Option(help=_("机构编号或简称；all 看全部"))]
CountedOption = Annotated[Counted, typer.Option(help=_("receipts 实际验收、use 实际消耗"))]
BasisOption = Annotated[
    Basis, typer.Option(help=_("last 定标前最后价、platform 挂网价、year 前一年均价"))
]
RoundingOption = Annotated[Rounding, typer.Option(help=_("全年预计取整：down、half_up、up"))]
ClassOption = Annotated[str, typer.Option("--class", help=_("drug、consumable、reagent；不填全部"))]


@app.command(help=_("合计：节约额、加权和简单下浮率、全年预计"))
def show(
    first: FirstOption = "",
    last: LastOption = "",
    org: OrgOption = "all",
    counted: CountedOption = Counted.RECEIPTS,
    basis: BasisOption = Basis.LAST,
    rounding: RoundingOption = Rounding.DOWN,
    item_class: ClassOption = "",
) -> None:
    """Show the totals with numerator and denominator."""
    run = cli()
    asked = _asked(run, (first, last, org), counted, basis, item_class, rounding)
    _tell(run, savings(*run.signed_in(), asked))


@app.command(help=_("按月、机构、类别或品规"))
def by(
    what: Annotated[str, typer.Argument(help=_("month、org、class、item"))],
    first: FirstOption = "",
    last: LastOption = "",
    org: OrgOption = "all",
    counted: CountedOption = Counted.RECEIPTS,
    basis: BasisOption = Basis.LAST,
    item_class: ClassOption = "",
) -> None:
    """Show the figures of each month, member, class or item."""
    run = cli()
    asked = _asked(run, (first, last, org), counted, basis, item_class)
    report = savings(*run.signed_in(), asked)
    found = {
        "month": report.by_month,
        "org": report.by_org,
        "class": report.by_class,
        "item": report.by_item,
    }
    if what not in found:
        raise DomainError("savings.by", _("只能按 month、org、class、item 看。请改。"))
    run.emit([_row(one) for one in found[what]], _titles(), empty=_("这段时间没有议价品规的单据。"))


@app.command(help=_("明细：每行单据的数量、基准价和来源、新价、节约额"))
def lines(
    first: FirstOption = "",
    last: LastOption = "",
    org: OrgOption = "all",
    counted: CountedOption = Counted.RECEIPTS,
    basis: BasisOption = Basis.LAST,
    month: Annotated[str, typer.Option(help=_("只看一个月，如 2026-10"))] = "",
    item: Annotated[str, typer.Option(help=_("只看一个品规"))] = "",
) -> None:
    """Show the document lines."""
    run = cli()
    days = _days(first, last)
    orgs = () if org == "all" else org_ids(run, org)
    wanted = item_id(run, item) if item else None
    asked = Asked(*days, orgs, counted, basis, month=month, item_id=wanted)
    report = savings(*run.signed_in(), asked)
    rows = [
        {
            "document": line.document, "line": line.line, "day": line.day, "org": line.org,
            "code": line.code, "name": line.name, "qty": line.qty, "factor": line.factor,
            "base_price": line.base_price, "base_source": line.base_source,
            "new_price": line.new_price, "saving": line.saving,
        }
        for line in report.lines
    ]  # fmt: skip
    run.emit(
        rows,
        {
            "document": _("单据"), "line": _("行"), "day": _("日期"), "org": _("机构"),
            "code": _("编码"), "name": _("品名"), "qty": _("数量"), "factor": _("包装系数"),
            "base_price": _("基准价"), "base_source": _("来源"), "new_price": _("新价"),
            "saving": _("节约额"),
        },
        empty=_("这段时间没有议价品规的单据。"),
    )  # fmt: skip


@app.command(help=_("报告：.xlsx（图表和全部明细）、.pdf（图表）或 .csv（明细）"))
def report(
    out: Annotated[Path, typer.Option(help=_("写到哪个文件"))],
    first: FirstOption = "",
    last: LastOption = "",
    org: OrgOption = "all",
    counted: CountedOption = Counted.RECEIPTS,
    basis: BasisOption = Basis.LAST,
    rounding: RoundingOption = Rounding.DOWN,
) -> None:
    """Write a report."""
    run = cli()
    asked = _asked(run, (first, last, org), counted, basis, "", rounding)
    path = save_savings(savings(*run.signed_in(), asked), out)
    run.say(_("已存到 {path}。", path=path))


@app.command(help=_("论文算例：4.2% ↔ 205 万、1.8% ↔ 96 万、87 万 → 208 万、314 条"))
def example(
    out: Annotated[Path | None, typer.Option(help=_("也写成报告的文件夹"))] = None,
) -> None:
    """Reproduce the papers' figures."""
    run = cli()
    titles = {"what": _("指标"), "paper": _("论文"), "computed": _("算出"), "agrees": _("相符")}
    run.emit(worked.checks(), titles)
    if out is not None:
        for name in ("savings_example.xlsx", "savings_example.pdf", "savings_example.csv"):
            run.say(_("已存到 {path}。", path=save_savings(worked.example(), out / name)))


def _asked(
    run: Cli,
    where: tuple[str, str, str],
    counted: Counted,
    basis: Basis,
    item_class: str,
    rounding: Rounding = Rounding.DOWN,
) -> Asked:
    first, last, org = where
    orgs = () if org == "all" else org_ids(run, org)
    return Asked(*_days(first, last), orgs, counted, basis, rounding, item_class)


def _days(first: str, last: str) -> tuple[date | None, date | None]:
    return typed_day(first) if first else None, typed_day(last) if last else None


def _tell(run: Cli, report: SavingsReport) -> None:
    if run.as_json:
        run.emit(
            {
                "total": _row_of(report),
                "year": report.year,
                "months": report.months,
                "figures": dict(figures(report)),
            }
        )
        return
    for caption, text in figures(report):
        run.say(f"{caption}：{text}")


def _row_of(report: SavingsReport) -> dict[str, object]:
    return _row(Group("", "", report.total))


def _row(one: Group) -> dict[str, object]:
    saved = one.saved
    return {
        "key": one.key, "name": one.name, "lines": saved.lines, "base": saved.base,
        "new": saved.new, "saving": saved.saving, "weighted": saved.weighted,
        "simple": saved.simple, "cheaper": saved.cheaper, "without": saved.without,
    }  # fmt: skip


def _titles() -> dict[str, str]:
    return {
        "name": _("名称"), "lines": _("行数"), "base": _("基准金额"), "new": _("新金额"),
        "saving": _("节约额"), "weighted": _("加权下浮率 %"), "simple": _("简单下浮率 %"),
        "cheaper": _("降价"), "without": _("无基准"),
    }  # fmt: skip
