"""The savings as files: workbook, paper, and the lines as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from app.adapters.local_files import write
from app.adapters.savings_xlsx import LINE_TITLES, line_row, savings_xlsx
from app.adapters.sheets_out import Sheet, write as write_sheet
from app.domain.errors import DomainError
from app.domain.papers import PrintInfo
from app.domain.savings import Group
from app.i18n import _
from app.services.savings.report import SavingsReport


def save_savings(report: SavingsReport, path: Path) -> Path:
    """Write by the file's ending: .xlsx (all of it), .pdf (figures and charts), .csv (the lines).

    Raises:
        DomainError: Another ending.
        EnvironmentProblem: The file is open elsewhere, or the disk is full.
    """
    kind = path.suffix.lower()
    if kind == ".xlsx":
        return write(path, savings_xlsx(figures(report), tables(report), report.lines))
    if kind == ".pdf":
        from app.adapters.pdf.savings_pdf import savings_pdf

        info = PrintInfo(
            _("集团"), report.made_by, report.made_at, selection=period(report), demo=report.demo
        )
        return write(path, savings_pdf(info, period(report), figures(report), tables(report)))
    if kind == ".csv":
        rows = (cast("Sequence[Any]", line_row(line)) for line in report.lines)
        write_sheet(path, Sheet(_("明细"), [_(title) for title in LINE_TITLES], rows))
        return path
    raise DomainError("savings.kind", _("只能存成 .xlsx、.pdf 或 .csv。请改文件名的后缀。"))


def period(report: SavingsReport) -> str:
    """The days and the way of counting in one line."""
    return _(
        "{first} 至 {last} · {counted} · 基准：{basis}",
        first=report.first,
        last=report.last,
        counted=report.asked.counted.label,
        basis=report.asked.basis.label,
    )


def figures(report: SavingsReport) -> tuple[tuple[str, str], ...]:
    """The figures with numerator and denominator."""
    total = report.total
    count = total.rates[1]
    found = [
        (_("节约额"), _("{saving} 元 = {base} − {new}", saving=_yuan(total.saving),
                     base=_yuan(total.base), new=_yuan(total.new))),
        (_("加权下浮率"), _("{rate} = {saving} ÷ {base}", rate=_percent(total.weighted),
                       saving=_yuan(total.saving), base=_yuan(total.base))),
        (_("简单下浮率"), _("{rate} = 各价格下浮率之和 ÷ {n} 个价格", rate=_percent(total.simple),
                       n=count)),
        (_("降价品规"), _("{n} 个价格低于基准，共 {count} 个", n=total.cheaper, count=count)),
        (_("计入"), _("{n} 行；{without} 行没有基准价，没有计入", n=total.lines,
                   without=total.without)),
    ]  # fmt: skip
    if report.year is not None:
        found.append((_("全年预计"), report.year.formula))
    return (
        (_("期间和口径"), period(report)),
        *found,
        (
            _("制表"),
            f"{report.made_by} {report.made_at}" + (f"（{_('演示数据')}）" if report.demo else ""),
        ),
    )


def tables(report: SavingsReport) -> tuple[tuple[str, tuple[Group, ...]], ...]:
    """The groups to print, each with its title."""
    return (
        (_("按月"), report.by_month),
        (_("按机构"), report.by_org),
        (_("按类别"), report.by_class),
        (_("按品规"), report.by_item),
    )


def _yuan(value: Decimal) -> str:
    return f"{value:,.2f}"


def _percent(rate: Decimal | None) -> str:
    return "—" if rate is None else f"{rate}%"
