"""`yilian report …`: the reports of the group, on screen, as Excel, CSV or PDF."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import cli
from app.cli.scope import org_ids
from app.domain.days import typed_day
from app.i18n import _
from app.services.directory import members_day
from app.services.reports import output, registry
from app.services.reports.kinds import Made, Wanted

app = typer.Typer()


@app.command("list", help=_("有哪些报表，各是什么口径"))
def list_() -> None:
    """The reports that there are."""
    cli().emit(
        [
            {"name": one.name, "title": _(one.title), "definition": _(one.definition)}
            for one in registry.REPORTS
        ],
        {"name": _("名称"), "title": _("报表"), "definition": _("口径")},
    )


@app.command(help=_("出一张报表：显示在屏幕上，或存成 .xlsx、.csv、.pdf"))
def run(
    name: Annotated[str, typer.Argument(help=_("报表名称，见 yilian report list"))],
    org: Annotated[str, typer.Option(help=_("机构编码；all 为全部；不填为本人所在机构"))] = "",
    first: Annotated[str, typer.Option("--from", help=_("开始日期；不填为本月 1 日"))] = "",
    last: Annotated[str, typer.Option("--to", help=_("结束日期；不填为今天"))] = "",
    out: Annotated[Path | None, typer.Option(help=_("存成文件，按后缀定格式"))] = None,
) -> None:
    """Make a report."""
    this = cli()
    db, actor = this.signed_in()
    today = date.fromisoformat(members_day(db))
    wanted = Wanted(
        registry.report_of(name).name,
        org_ids(this, org),
        _day(first, today.replace(day=1)),
        _day(last, today),
    )
    made = registry.make(db, actor, wanted)
    if out is not None:
        file = output.save(made, out)
        this.say(_("已存成 {file}（{n} 行）", file=file, n=len(made.content.rows)))
        if this.as_json:
            this.emit({"file": str(file), "rows": len(made.content.rows)})
    elif this.as_json:
        this.emit(_plain(made))
    else:
        _show(made)


def _show(made: Made) -> None:
    """The report as a table on screen, its head above."""
    this = cli()
    for line in output.head_lines(made):
        this.say(line)
    columns = made.report.columns
    names = [f"c{place}" for place in range(len(columns))]
    rows = [
        {
            key: output.words(value, column.format)
            for key, value, column in zip(names, row, columns, strict=True)
        }
        for row in made.content.rows
    ]
    titles = {key: _(column.title) for key, column in zip(names, columns, strict=True)}
    this.emit(rows, titles, empty=_("这段时间没有数据。"))


def _plain(made: Made) -> dict[str, object]:
    titles = [_(column.title) for column in made.report.columns]
    return {
        "head": made.head,
        "ratios": [
            {
                "title": one.title,
                "numerator": one.numerator,
                "denominator": one.denominator,
                "value": one.value,
            }
            for one in made.content.ratios
        ],
        "rows": [dict(zip(titles, row, strict=True)) for row in made.content.rows],
    }


def _day(text: str, otherwise: date) -> date:
    if not text:
        return otherwise
    return typed_day(text)
