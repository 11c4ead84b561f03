"""`yilian import …`: bring tables in; `--preview` shows what would happen and writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from app.cli.context import cli
from app.cli.operation import op_id
from app.cli.scope import signed_in_at
from app.domain.catalogue import ItemClass
from app.domain.days import day_or_none
from app.domain.errors import DomainError, Problem, refuse_if
from app.domain.pricing import PriceSource
from app.i18n import _
from app.services.catalogue.doses import LoadDoses, load_doses, read_doses
from app.services.importing import (
    catalogue as catalogue_import,
    demand as demand_import,
    prices as price_import,
)
from app.services.importing.catalogue_rows import FIELDS as CATALOGUE_FIELDS
from app.services.importing.columns import Field
from app.services.importing.marked import marked_copy
from app.services.importing.plan import ImportPlan, Outcome
from app.services.importing.said_columns import SayColumns, look, say
from app.services.importing.undo import UndoImport, imports, undo
from app.services.prices.change import CreateList
from app.services.prices.listing import price_lists, suppliers

app = typer.Typer()
Content = TypeVar("Content")
_SHOWN = 50
_SHOWN_PROBLEMS = 200

File = Annotated[Path, typer.Argument(help=_("Excel 或 CSV 文件"))]
Preview = Annotated[bool, typer.Option("--preview", "--check", help=_("只看会发生什么，不写入"))]
Marked = Annotated[
    Path | None,
    typer.Option("--marked", help=_("把原表连同每行的结果和问题存成这个 .xlsx，改正后可再导入")),
]
Encoding = Annotated[
    str, typer.Option(help=_("文本文件的编码：utf-8、gb18030、big5、utf-16；不填自动识别"))
]
Remember = Annotated[
    bool, typer.Option("--remember", help=_("记住 --map 说的列对应，同样标题的表下次不用再说"))
]
Mapping = Annotated[
    list[str] | None,
    typer.Option("--map", help=_("列对应，写成 字段=标题，可重复，如 name=我们的名称")),
]
SkipRefused = Annotated[
    bool, typer.Option("--skip-refused", help=_("有不能导入的行时，跳过它们，导入其余的"))
]


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """What an import would do, for people and scripts."""

    file: str
    sheet: str
    titles: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]
    added: int
    changed: int
    same: int
    refused: int
    problems: tuple[Problem, ...]
    closed: int = 0
    encoding: str = ""
    earlier: str = ""
    changes: tuple[tuple[int, str, str, str, str], ...] = ()


@app.command(help=_("导入统一目录（医保官方列，或各院自己的列）"))
def catalogue(
    path: File,
    preview: Preview = False,
    skip_refused: SkipRefused = False,
    mapping: Mapping = None,
    item_class: Annotated[
        ItemClass, typer.Option("--class", help=_("没写类别的行算哪一类"))
    ] = ItemClass.DRUG,
    whole: Annotated[
        bool, typer.Option("--whole", help=_("这是全部目录：表里没有的同类品规停用"))
    ] = False,
    encoding: Encoding = "",
    remember: Remember = False,
    marked: Marked = None,
) -> None:
    """Import the catalogue."""
    run = cli()
    db, actor = run.signed_in()
    said = mapping_of(mapping, CATALOGUE_FIELDS)
    wanted = catalogue_import.CatalogueImport(path, item_class, said, whole, encoding)
    with run.progress(_("读取文件")) as report:
        plan = catalogue_import.preview(db, actor, wanted, report=report)
    if remember and said:
        columns = SayColumns(catalogue_import.KIND, path, said, encoding)
        say(db, actor, columns, CATALOGUE_FIELDS)
    _mark(plan, path, marked)
    if stop_at(plan, preview, skip_refused):
        return
    with run.progress(_("导入中")) as report:
        done = catalogue_import.apply(
            db, actor, catalogue_import.ApplyCatalogue(op_id(), plan), report
        )
    run.emit(
        done,
        {
            "batch_id": _("导入号"),
            "added": _("新增"),
            "changed": _("修改"),
            "closed": _("停用"),
            "refused": _("跳过"),
        },
    )


@app.command(help=_("导入价格"))
def prices(
    path: File,
    into: Annotated[str, typer.Option("--list", help=_("放进哪份价格表：编号；没有就新建"))],
    preview: Preview = False,
    skip_refused: SkipRefused = False,
    mapping: Mapping = None,
    title: Annotated[str, typer.Option(help=_("新建价格表的名称"))] = "",
    source: Annotated[PriceSource, typer.Option(help=_("新建价格表的来源"))] = PriceSource.ADHOC,
    supplier: Annotated[str, typer.Option(help=_("没写供应商的行算哪一家：编号或名称"))] = "",
    start: Annotated[
        str, typer.Option("--from", help=_("没写生效日期的行从哪天起；不填为今天"))
    ] = "",
    encoding: Encoding = "",
    remember: Remember = False,
    marked: Marked = None,
) -> None:
    """Import prices into a list."""
    run = cli()
    db, actor = run.signed_in()
    said = mapping_of(mapping, price_import.FIELDS)
    wanted = price_import.PriceImport(path, day_or_none(start), _supplier(supplier), said, encoding)
    with run.progress(_("读取文件")) as report:
        plan = price_import.preview(db, actor, wanted, report)
    if remember and said:
        say(db, actor, SayColumns(price_import.KIND, path, said, encoding), price_import.FIELDS)
    _mark(plan, path, marked)
    if stop_at(plan, preview, skip_refused):
        return
    known = next((row.id for row in price_lists(db, actor) if row.code == into), 0)
    number, list_number = op_id(), op_id()  # by their place, also when the list is there by then
    new_list = None if known else CreateList(list_number, into, title or into, source)
    with run.progress(_("导入中")) as report:
        done = price_import.apply(
            db, actor, price_import.ApplyPrices(number, plan, known, new_list), report
        )
    run.emit(
        done,
        {
            "batch_id": _("导入号"),
            "added": _("新增"),
            "changed": _("接续旧价"),
            "refused": _("跳过"),
        },
    )


@app.command(help=_("导入请领、消耗记录（日期、品规编码、数量，可有已发、单位、次数）"))
def demand(
    path: File,
    org: Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))] = "",
    preview: Preview = False,
    skip_refused: SkipRefused = False,
    mapping: Mapping = None,
) -> None:
    """Import what was asked for, day by day."""
    run = cli()
    db, actor, where = signed_in_at(run, org)
    said = mapping_of(mapping, demand_import.FIELDS)
    wanted = demand_import.DemandImport(path, where, mapping=said)
    with run.progress(_("读取文件")) as report:
        plan = demand_import.preview(db, actor, wanted, report)
    if stop_at(plan, preview, skip_refused):
        return
    with run.progress(_("导入中")) as report:
        done = demand_import.apply(
            db, actor, demand_import.ApplyDemand(op_id(), where, plan), report
        )
    run.emit(done, {"added": _("新增"), "changed": _("替换"), "refused": _("跳过")})


def _mark(plan: ImportPlan[Content], path: Path, marked: Path | None) -> None:
    if marked is not None:
        marked_copy(plan, path, marked)
        cli().say(_("带标记的表：{path}", path=marked))


def stop_at(plan: ImportPlan[Content], preview: bool, skip_refused: bool) -> bool:
    """Show the plan where it was asked for; refuse when rows are refused and not to be skipped."""
    if preview:
        _show(plan)
        return True
    refused = plan.count(Outcome.REFUSED)
    if refused and not skip_refused:
        raise DomainError(
            "import.refused",
            _(
                "有 {n} 行不能导入，什么都没写入。改正后再导入，或加 --skip-refused 跳过这些行。",
                n=refused,
            ),
            problems=[problem for problem in plan.problems() if problem.blocks],
        )
    return False


def _show(plan: ImportPlan[Content]) -> None:
    run = cli()
    summary = PlanSummary(
        plan.file_name,
        plan.sheet,
        plan.titles,
        plan.unknown,
        plan.count(Outcome.ADDED),
        plan.count(Outcome.CHANGED),
        plan.count(Outcome.SAME),
        plan.count(Outcome.REFUSED),
        plan.problems(),
        plan.count(Outcome.CLOSED),
        plan.encoding,
        plan.earlier,
        tuple(
            (line.row, line.key, one.title, one.old, one.new)
            for line in plan.lines
            for one in line.edits
        ),
    )
    if run.as_json:
        run.emit(summary)
        return
    counts = "，".join(f"{outcome.label} {plan.count(outcome)}" for outcome in Outcome)
    run.say(_("{file}「{sheet}」：{counts}", file=plan.file_name, sheet=plan.sheet, counts=counts))
    if plan.encoding:
        run.say(_("文字编码：{encoding}", encoding=plan.encoding))
    if plan.earlier:
        run.say(_("同一个文件 {when} 已经导入过。", when=plan.earlier))
    if not plan.lines:
        run.say(_("标题行下面没有数据行。请核对是不是这张表。"))
    run.say(_("用到的列：{names}", names="、".join(title for _field, title in plan.titles)))
    if plan.unknown:
        run.say(_("没有用到的列：{names}", names="、".join(plan.unknown)))
    for number, key, title, old, new in summary.changes[:_SHOWN]:
        run.say(f"{number} {key} {title}：{old or '—'} → {new or '—'}")
    if len(summary.changes) > _SHOWN:
        run.say(_("另有 {n} 处修改，加 --json 全部列出。", n=len(summary.changes) - _SHOWN))
    run.emit(
        summary.problems[:_SHOWN_PROBLEMS],
        {"row": _("行"), "column": _("列"), "severity": _("程度"), "text": _("说明")},
        empty=_("没有问题。"),
    )
    if len(summary.problems) > _SHOWN_PROBLEMS:
        left = len(summary.problems) - _SHOWN_PROBLEMS
        run.say(_("另有 {n} 处问题，加 --json 全部列出。", n=left))


def mapping_of(pairs: list[str] | None, fields: Sequence[Field]) -> dict[str, str] | None:
    """What --map said: field → title in the sheet.

    A field may be called by its key or by any of the titles that we know for it.
    """
    keys = {
        called: field.key
        for field in reversed(fields)
        for called in (*field.names, field.title, _(field.title), field.key)
    }
    found: dict[str, str] = {}
    for pair in pairs or ():
        called, equals, title = (part.strip() for part in pair.partition("="))
        if not equals or not title:
            raise DomainError(
                "cli.map", _("「{pair}」看不懂。请写成 字段=标题，如 name=药名。", pair=pair)
            )
        if called not in keys:
            known = "、".join(f"{field.key}（{_(field.title)}）" for field in fields)
            text = _("没有「{name}」这个字段。可用：{known}。", name=called, known=known)
            raise DomainError("cli.map_field", text)
        found[keys[called]] = title
    return found or None


def _supplier(text: str) -> int:
    if not text:
        return 0
    for row in suppliers(*cli().signed_in()):
        if text in {row.code, row.name, row.short_name}:
            return row.id
    raise DomainError("party.unknown", _("没有供应商「{name}」。请核对名称。", name=text))


@app.command(help=_("限定日剂量（DDD）：集团自己有权使用的一份清单，按版本保存"))
def doses(
    path: File,
    release: Annotated[str, typer.Option(help=_("清单的版本，如 2026"))],
    preview: Preview = False,
    skip_refused: SkipRefused = False,
) -> None:
    """Load defined daily doses."""
    run = cli()
    db, actor = run.signed_in()
    found = read_doses(path, release)
    refuse_if(
        [] if skip_refused else found.problems, "import.refused", _("什么都没写入。改正后再导入。")
    )
    kept = len(found.doses)
    if not preview:
        kept = load_doses(db, actor, LoadDoses(op_id(), release, found))
    run.emit(
        {"release": release, "values": kept, "refused": len(found.problems)},
        {"release": _("版本"), "values": _("条数"), "refused": _("跳过")},
    )


@app.command("list", help=_("做过的导入：编号、文件、多少行"))
def show_imports(
    kind: Annotated[str, typer.Option(help=_("只看一类：catalogue、prices、demand"))] = "",
    limit: Annotated[int, typer.Option(help=_("最多多少条"), min=1, max=1000)] = 50,
) -> None:
    """Show the imports that were made."""
    run = cli()
    run.emit(
        imports(*run.signed_in(), kind, limit),
        {
            "id": _("导入号"),
            "kind": _("类别"),
            "file_name": _("文件"),
            "at": _("时间"),
            "person": _("操作人"),
            "added": _("新增"),
            "changed": _("修改"),
            "undone": _("已撤销"),
        },
        empty=_("还没有导入过。"),
    )


@app.command("undo", help=_("撤销一次导入；后来用到的行留下并说明原因"))
def undo_import(
    batch: Annotated[int, typer.Argument(help=_("导入号，见 yilian import list"))],
    check: Annotated[bool, typer.Option("--check", help=_("只看会发生什么，不写入"))] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("不再询问"))] = False,
) -> None:
    """Take an import back."""
    run = cli()
    db, actor = run.signed_in()
    command = UndoImport(op_id(), batch)
    looked = undo(db, actor, replace(command, check=True))
    if check:
        run.emit(looked, {"removed": _("移除"), "restored": _("恢复原值"), "stays": _("留下")})
        return
    question = _(
        "移除 {removed} 行，恢复 {restored} 行，留下 {stays} 行。撤销吗？",
        removed=looked.removed,
        restored=looked.restored,
        stays=len(looked.stays),
    )
    run.confirm(question, yes=yes)
    with run.progress(_("撤销中")) as report:
        done = undo(db, actor, command, report)
    run.emit(done, {"removed": _("移除"), "restored": _("恢复原值"), "stays": _("留下")})


@app.command(help=_("一份表的列各是什么；列对应可用 --map 指定并用 --remember 记住"))
def columns(
    path: File,
    kind: Annotated[str, typer.Option(help=_("当作哪类表：catalogue 或 prices"))] = "catalogue",
    encoding: Encoding = "",
) -> None:
    """Show the columns of a sheet."""
    run = cli()
    known = {catalogue_import.KIND: CATALOGUE_FIELDS, price_import.KIND: price_import.FIELDS}
    if kind not in known:
        raise DomainError("cli.kind", _("没有 {kind} 这类表。可用：catalogue、prices。", kind=kind))
    seen = look(*run.signed_in(), path, known[kind], (kind, encoding))
    run.emit(
        seen if run.as_json else seen.columns,
        {"title": _("表里的标题"), "field": _("字段"), "samples": _("内容举例")},
    )


@app.command(help=_("送货单：供应商发来的 Excel 或 CSV"))
def delivery(
    file: File,
    org: Annotated[str, typer.Option(help=_("收货机构；不填为自己的"))] = "",
    no: Annotated[str, typer.Option(help=_("表里没有单号列时的送货单号"))] = "",
    supplier: Annotated[str, typer.Option(help=_("表里没有供应商列时的供应商"))] = "",
    preview: Preview = False,
) -> None:
    """Bring delivery notes in; problems by row and column, and then nothing is written."""
    from app.cli.delivery import import_notes

    import_notes(file, org=org, no=no, supplier=supplier, check=preview)
