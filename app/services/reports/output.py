"""A report as words, as an Excel or CSV file, as a PDF."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from app.adapters import local_files, sheets_out
from app.adapters.pdf.report_pdf import Figure, PaperColumn, ReportPaper, report_pdf
from app.domain.errors import DomainError
from app.domain.expiry import Band
from app.domain.papers import PrintInfo
from app.i18n import N_, _
from app.services.reports.kinds import Format, Made, Ratio, Value

_TENTH = Decimal("0.1")
_LIGHTS = {
    Band.EXPIRED: N_("已过期"),
    Band.NEAR: N_("3 个月内"),
    Band.WARN: N_("3–6 个月"),
    Band.OK: N_("正常"),
    Band.MISSING: N_("未填"),
}


def words(value: Value, shape: Format) -> str:
    """A cell as people read it."""
    if value is None or value == "":
        return "—"
    if shape is Format.LIGHT:
        return light_words(str(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return _number(value, shape)
    return str(value)


def light_words(light: str) -> str:
    """An expiry light in words."""
    return _(_LIGHTS[Band(light)])


def ratio_words(ratio: Ratio) -> str:
    """The value of a ratio: 85.3%, or a dash; what is there, but too little to show, is < 0.1%."""
    text = words(ratio.value, Format.RATE)
    return "< 0.1%" if text == "0.0%" and ratio.numerator else text


def parts_words(ratio: Ratio) -> str:
    """Numerator and denominator with their names."""
    shape = Format.MONEY if ratio.money else Format.COUNT
    return _(
        "{top} {a} ÷ {bottom} {b}",
        top=ratio.top,
        a=words(ratio.numerator, shape),
        bottom=ratio.bottom,
        b=words(ratio.denominator, shape),
    )


def head_lines(made: Made) -> tuple[str, ...]:
    """What stands above the table in a file: definition, period, members, who and when."""
    head = made.head
    lines = [
        head.title + (f"（{_('演示数据')}）" if head.demo else ""),
        _("口径：{definition}", definition=head.definition),
        _("期间：{period}", period=head.period),
        _("机构：{members}", members=head.members),
        _("制表：{who} {when}", who=head.made_by, when=head.made_at),
    ]
    lines += [
        f"{one.title}：{ratio_words(one)}（{parts_words(one)}）" for one in made.content.ratios
    ]
    return tuple(lines)


def save(made: Made, path: Path) -> Path:
    """Write the report by the file's ending: .xlsx, .csv or .pdf.

    Raises:
        DomainError: Another ending.
        EnvironmentProblem: The file is open elsewhere, or the disk is full.
    """
    kind = path.suffix.lower()
    if kind == ".pdf":
        return local_files.write(path, as_pdf(made))
    if kind not in {".xlsx", ".csv"}:
        raise DomainError("report.kind", _("报表只能存成 .xlsx、.csv 或 .pdf。请改文件名的后缀。"))
    columns = made.report.columns
    rows = [
        [_cell(value, column.format) for value, column in zip(row, columns, strict=True)]
        for row in made.content.rows
    ]
    if any(column.total for column in columns):
        totals = made.totals()
        rows.append([_("合计"), *totals[1:]])
    titles = [_(column.title) for column in columns]
    sheets_out.write(path, sheets_out.Sheet(made.head.title, titles, rows, head_lines(made)))
    return path


def as_pdf(made: Made) -> bytes:
    """The report as PDF, landscape."""
    columns = made.report.columns
    totals = made.totals()
    has_totals = any(column.total for column in columns)
    paper = ReportPaper(
        info=PrintInfo(
            member=made.head.members,
            printed_by=made.head.made_by,
            printed_at=made.head.made_at,
            selection=made.head.period,
            demo=made.head.demo,
        ),
        title=made.head.title,
        period=made.head.period,
        definition=made.head.definition,
        figures=tuple(
            Figure(one.title, ratio_words(one), parts_words(one)) for one in made.content.ratios
        ),
        columns=tuple(
            PaperColumn(_(one.title), one.width, number=one.format.is_number) for one in columns
        ),
        rows=tuple(
            tuple(words(value, one.format) for value, one in zip(row, columns, strict=True))
            for row in made.content.rows
        ),
        total=(
            _("合计 {n} 行", n=len(made.content.rows)),
            *(
                words(value, one.format) if one.total else ""
                for value, one in zip(totals[1:], columns[1:], strict=True)
            ),
        )
        if has_totals
        else None,
    )
    return report_pdf(paper)


def _cell(value: Value, shape: Format) -> Value:
    """A cell of a sheet: numbers stay numbers, a rate is a number of percent."""
    if shape is Format.RATE and isinstance(value, Decimal):
        return (value * 100).quantize(_TENTH, ROUND_HALF_UP)
    if shape is Format.LIGHT:
        return words(value, shape)
    return value


def _number(value: int | Decimal, shape: Format) -> str:
    if shape is Format.RATE:
        return f"{(Decimal(value) * 100).quantize(_TENTH, ROUND_HALF_UP)}%"
    if shape in {Format.MONEY, Format.PRICE}:
        text = f"{Decimal(value):,.2f}"
        return text.replace("-", "−")
    return f"{int(value):,}".replace("-", "−")
