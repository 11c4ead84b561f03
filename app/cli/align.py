"""`yilian align`: 目录吻合度 of lists in files, or of the members in the database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from app.adapters import local_files
from app.cli.context import Cli, cli
from app.cli.formulary import day
from app.cli.operation import op_id
from app.cli.scope import org_id
from app.domain.alignment.answer import Answer, answer
from app.domain.alignment.compare import Comparison, Lists, Question, compare
from app.domain.alignment.keys import Key
from app.domain.alignment.measure import Formula, Group
from app.domain.errors import DomainError
from app.i18n import _
from app.services.alignment.members import (
    AlignQuery,
    StoreFigures,
    align_members,
    store_figures,
    trend,
)
from app.services.alignment.reading import read_list, read_use
from app.services.alignment.sheets import notes, write_gaps
from app.services.formulary.named import find_named

app = typer.Typer()
_SHOWN = 20

Files = Annotated[
    list[Path] | None,
    typer.Option("--lead", help=_("牵头医院目录；几家各有牵头医院时按顺序重复写")),
]
Members = Annotated[
    list[Path] | None, typer.Option("--member", help=_("成员目录，可重复；各算一对"))
]


@app.command(help=_("目录吻合度：两份目录文件，或数据库里各成员和牵头医院"))
def align(
    lead: Files = None,
    member: Members = None,
    key: Annotated[Key, typer.Option(help=_("按什么算同一种药"))] = Key.FORM,
    only: Annotated[
        str, typer.Option("--list", help=_("只算这份清单里的药：文件，或数据库里清单的编号"))
    ] = "",
    use: Annotated[Path | None, typer.Option(help=_("年用量表：按用量加权和排序"))] = None,
    formula: Annotated[Formula, typer.Option(help=_("差异和建议按哪个公式算"))] = Formula.F1,
    group: Annotated[Group, typer.Option(help=_("几对怎样汇总"))] = Group.MACRO,
    best: Annotated[int, typer.Option("--best", help=_("建议增加多少个品种"))] = _SHOWN,
    out: Annotated[Path | None, typer.Option(help=_("差异清单存为 .csv 或 .xlsx"))] = None,
    pdf: Annotated[Path | None, typer.Option(help=_("报告存为 PDF（数据库）"))] = None,
    org: Annotated[
        list[str] | None,
        typer.Option("--org", help=_("数据库里的成员编号，可重复；不给文件时默认全部成员")),
    ] = None,
    on: Annotated[str, typer.Option("--on", help=_("按哪一天留存的目录，如 2026-06-30"))] = "",
    by_use: Annotated[bool, typer.Option("--by-use", help=_("数据库里按年用量加权"))] = False,
    store: Annotated[bool, typer.Option("--store", help=_("把结果记入趋势"))] = False,
) -> None:
    """Compare lists."""
    run = cli()
    way = _Way(formula, group, best)
    if lead or member:
        question = Question(
            key, read_list(Path(only)) if only else None, read_use(use) if use else None
        )
        comparison = compare(_files(lead or [], member or []), question)
        found = way.answer(comparison)
    else:
        query = _query(run, org or [], AlignQuery(key=key, on=day(on), by_use=by_use), only)
        found = way.answer(align_members(*run.signed_in(), query).comparison)
        _keep(run, query, found, (store, pdf))
    if out is not None:
        write_gaps(out, found)
    _tell(run, found, out)


@dataclass(frozen=True, slots=True)
class _Way:
    """How a comparison is told."""

    formula: Formula
    group: Group
    best: int

    def answer(self, comparison: Comparison) -> Answer:
        """The comparison in plain figures."""
        return answer(comparison, formula=self.formula, group=self.group, best=self.best)


def _query(run: Cli, orgs: list[str], query: AlignQuery, only: str) -> AlignQuery:
    """The question to the database, with codes turned into ids."""
    found = () if not orgs or orgs == ["all"] else tuple(org_id(run, code) for code in orgs)
    list_id = find_named(*run.signed_in(), only).list_id if only else 0
    return replace(query, orgs=found, list_id=list_id)


def _keep(run: Cli, query: AlignQuery, found: Answer, wanted: tuple[bool, Path | None]) -> None:
    store, pdf = wanted
    if store:
        store_figures(*run.signed_in(), StoreFigures(op_id(), query))
    if pdf is not None:
        from app.adapters.pdf.minutes_pdf import alignment_pdf
        from app.services.alignment.report import report_of

        db, actor = run.signed_in()
        points = trend(db, actor, query, Formula(found.chosen))
        local_files.write(pdf, alignment_pdf(report_of(db, actor, found, points)))
        run.say(_("已保存 {path}", path=pdf))


def _files(leads: list[Path], members: list[Path]) -> tuple[Lists, ...]:
    """The pairs that the files make: every member with its own lead, or all with the only one."""
    if not leads or not members:
        raise DomainError(
            "align.files", _("--lead 和 --member 要一起给：牵头医院一份，成员至少一份。")
        )
    if len(leads) not in {1, len(members)}:
        raise DomainError(
            "align.pairs",
            _(
                "有 {leads} 份牵头目录、{members} 份成员目录，配不成对。"
                "请只给一份牵头目录，或每份成员目录各给一份。",
                leads=len(leads),
                members=len(members),
            ),
        )
    read = {path: read_list(path) for path in {*leads, *members}}
    each = leads if len(leads) == len(members) else leads * len(members)
    return tuple(
        Lists(one.stem, other.stem, read[one], read[other])
        for one, other in zip(each, members, strict=True)
    )


def _tell(run: Cli, found: Answer, out: Path | None) -> None:
    if run.as_json:
        run.emit(found)
        return
    for line in notes(found):
        run.say(line)
    run.say("")
    run.emit(
        [
            {"lead": pair.lead, "member": pair.member, "items": pair.member_items,
             "lead_items": pair.lead_items, "shared": pair.shared}
            | {one.formula: f"{one.percent}%" for one in pair.figures}
            | {f"{one.formula}w": f"{one.percent}%" for one in pair.weighted}
            for pair in found.pairs
        ],
        {"lead": _("牵头医院"), "member": _("成员"), "lead_items": _("牵头目录"),
         "items": _("成员目录"), "shared": _("共有")}
        | {formula.value: formula.value for formula in Formula}
        | ({f"{formula.value}w": _("{formula} 按用量", formula=formula.value)
            for formula in Formula} if found.by_use else {}),
    )  # fmt: skip
    _lists(run, found)
    if out is not None:
        run.say(_("差异清单共 {n} 行，已保存 {path}", n=len(found.gaps), path=out))


def _lists(run: Cli, found: Answer) -> None:
    run.say("")
    run.say(_("先增加这些，{formula} 升得最多：", formula=found.chosen))
    run.emit(
        found.best,
        {"rank": "#", "member": _("成员"), "name": _("通用名"), "spec": _("规格"),
         "use": _("年用量"), "gain": _("升高 百分点"), "after": _("升到 %")},
        empty=_("牵头医院的药成员都有了。"),
    )  # fmt: skip
    run.say("")
    run.say(_("差异清单（共 {n} 行，先列影响最大的）：", n=len(found.gaps)))
    run.emit(
        [replace(gap, other=gap.other[:30]) for gap in found.gaps[:_SHOWN]],
        {"member": _("成员"), "side_text": _("差异"), "name": _("通用名"), "spec": _("规格"),
         "other": _("对方同名品规"), "use": _("年用量"), "effect": _("影响 百分点"),
         "todo": _("怎么做")},
        empty=_("没有差异。"),
    )  # fmt: skip
