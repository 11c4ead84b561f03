"""`yilian labels`: what can be labelled, print, print again, bins, calibration page, history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from app import paths
from app.adapters import label_papers
from app.cli import label_templates
from app.cli.context import cli
from app.cli.label_options import How, nudge_of, printing
from app.cli.operation import op_id
from app.cli.scope import org_id
from app.domain.errors import DomainError
from app.domain.labels.spec import LabelSpec
from app.domain.labels.template import LabelPaper
from app.i18n import _
from app.services.labels import again, candidates, output
from app.services.labels.commands import Candidate, LabelLine, MakeLabels, Source
from app.services.labels.designs import paper_of
from app.services.labels.job import PrintJob, ready_labels
from app.services.labels.specs import bin_specs, find_pack, preview_specs, print_history
from app.services.labels.void import VoidLabels, void_labels
from app.services.scan_rules import read

app = typer.Typer()
app.add_typer(
    label_templates.app, name="template", help=_("标签模板：列出、复制、读入、导出、检查")
)

_MOST_PRINTS = 1000
_ROLL = "60x40"


@dataclass(frozen=True, slots=True)
class Done:
    """What a print became.

    Attributes:
        labels: Labels printed.
        codes: Codes read back and found right.
        pages: Pages.
        files: Files written, and the printer.
        units: Ids of the labelled units.
    """

    labels: int
    codes: int
    pages: int
    files: tuple[str, ...]
    units: tuple[int, ...]


@app.command("list", help=_("能贴标签的货：一张验收单的，或库存里的"))
def list_(
    acceptance: Annotated[str, typer.Argument(help=_("任何单号或批号；不填为库存"))] = "",
    search: Annotated[str, typer.Option(help=_("品名、编码或批号"))] = "",
    org: Annotated[str, typer.Option(help=_("机构的四位编码；不填为本人所在机构"))] = "",
) -> None:
    """List goods that can be labelled."""
    run = cli()
    run.emit(
        _candidates(org_id(run, org), acceptance, search)[1],
        {
            "code": _("编码"),
            "name": _("品名"),
            "spec": _("规格"),
            "lot_no": _("批号"),
            "expiry": _("有效期至"),
            "qty": _("数量"),
            "labelled": _("已贴标签"),
            "base_unit": _("单位"),
            "place": _("库位"),
        },
        empty=_("没有能贴标签的货。"),
    )


@app.command("print", help=_("打印标签：先自检每个条码，再写文件或发到打印机"))
@printing
def print_(
    how: How,
    acceptance: Annotated[str, typer.Argument(help=_("任何单号或批号；不填为库存"))] = "",
    search: Annotated[str, typer.Option(help=_("只打印这些：品名、编码或批号"))] = "",
    each: Annotated[int, typer.Option(help=_("每张多少包装（盒、支）；0 为自动"))] = 0,
    count: Annotated[int, typer.Option(help=_("每个批次最多几张；0 为全部"))] = 0,
) -> None:
    """Make labels for goods and print them."""
    db, actor = cli().signed_in()
    options = how.options()
    acceptance_id, found = _candidates(how.org_id, acceptance, search)
    chosen = [(one, _line(one, each, count)) for one in found if one.free]
    _rehearse(how, preview_specs(db, actor, how.org_id, chosen), options)
    lines = tuple(line for _one, line in chosen)
    source = Source.ACCEPTANCE if acceptance_id else Source.STOCK
    make = MakeLabels(op_id(), how.org_id, source, acceptance_id, lines)
    _print(
        how,
        PrintJob(op_id(), how.org_id, options, how.target, source, acceptance_id, make=(make,)),
    )


@app.command(help=_("补打：把打印过的标签原样再打一份"))
@printing
def reprint(
    how: How,
    number: Annotated[
        str, typer.Argument(help=_("打印记录号（见 yilian labels history）、标签码、单号或批号"))
    ],
) -> None:
    """Print labels again: of an earlier print, one label, or what stands on a paper's goods."""
    db, actor = cli().signed_in()
    rows = print_history(db, actor, how.org_id, _MOST_PRINTS)
    row = next((one for one in rows if str(one.id) == number), None)
    job = PrintJob(
        op_id=op_id(),
        org_id=how.org_id,
        options=how.options(usual=row.template if row else _ROLL),
        target=how.target,
        source=Source(row.source) if row else Source.STOCK,
        source_id=row.source_id if row else 0,
        pack_ids=row.pack_ids if row else _standing(how.org_id, number),
    )
    _print(how, job)


def _standing(org: int, number: str) -> tuple[int, ...]:
    """The labels that stand behind a scan, a paper's number or a lot."""
    db, actor = cli().signed_in()
    code = read(db, number).own_label
    if code:
        return (find_pack(db, actor, org, code),)
    packs = again.standing_labels(db, actor, org, again.lots_behind(db, actor, org, number))
    if not packs:
        raise DomainError("label.none", _("{number} 的货没有贴着的标签。", number=number))
    return packs


@app.command(help=_("作废标签：丢了、坏了、贴错了；写明原因，货还在账上"))
def void(
    codes: Annotated[list[str], typer.Argument(help=_("标签上的码，可以几个"))],
    reason: Annotated[str, typer.Option(help=_("作废原因，至少 4 个字"))],
    org: Annotated[str, typer.Option(help=_("机构的四位编码；不填为本人所在机构"))] = "",
) -> None:
    """Take labels out of use, with a reason."""
    run = cli()
    db, actor = run.signed_in()
    where = org_id(run, org)
    packs = tuple(find_pack(db, actor, where, code.replace(" ", "")) for code in codes)
    done = void_labels(db, actor, VoidLabels(op_id(), where, packs, reason))
    run.say(_("已作废：{codes}", codes="、".join(done.codes)))
    if run.as_json:
        run.emit(done)


@app.command(help=_("货位标签"))
@printing
def bins(how: How) -> None:
    """Print labels of all places that hold stock."""
    db, actor = cli().signed_in()
    prepared = output.prepare(bin_specs(db, actor, how.org_id), how.options(usual="50x30"))
    _answer(prepared, how.put_out(prepared), ())


@app.command(help=_("校准页：对着标签纸看偏了多少"))
def calibrate(
    paper: Annotated[str, typer.Option(help=_("标签纸或模板名称：60x40、a4-24 …"))] = "a4-24",
    nudge: Annotated[str, typer.Option(help=_("微调（毫米，右,下），如 0.0,0.5"))] = "0,0",
    pdf: Annotated[Path | None, typer.Option(help=_("写成 PDF 文件"))] = None,
) -> None:
    """Write the calibration page of a paper."""
    run = cli()
    target = pdf or paths.output() / f"calibration-{paper}.pdf"
    own = None if paper in label_papers.TITLES else _own_paper(paper)
    options = output.Options(paper, nudge=nudge_of(nudge), own=own)
    run.emit(str(output.save_calibration(options, target)))


@app.command(help=_("打印记录：谁、何时、印了多少"))
def history(
    limit: Annotated[int, typer.Option(help=_("最近多少条"))] = 50,
    org: Annotated[str, typer.Option(help=_("机构的四位编码；不填为本人所在机构"))] = "",
) -> None:
    """Show the print history."""
    run = cli()
    db, actor = run.signed_in()
    run.emit(
        print_history(db, actor, org_id(run, org), limit),
        {
            "id": _("记录号"),
            "at": _("时间"),
            "person": _("打印人"),
            "template": _("标签纸"),
            "target": _("去向"),
            "count": _("张数"),
            "source_no": _("来源单号"),
        },
        empty=_("还没有打印记录。"),
    )


def _own_paper(name: str) -> LabelPaper:
    """The paper of a template of the person's organisation."""
    run = cli()
    return paper_of(*run.signed_in(), org_id(run, ""), name)


def _candidates(org_id: int, acceptance: str, search: str) -> tuple[int, Sequence[Candidate]]:
    """The acceptance (0 for stock and other papers) and its goods, narrowed by `search`."""
    db, actor = cli().signed_in()
    if not acceptance:
        return 0, candidates.from_stock(db, actor, org_id, search)
    try:
        number = candidates.find_acceptance(db, actor, org_id, acceptance)
    except DomainError:
        lots = again.lots_behind(db, actor, org_id, acceptance)
        return 0, candidates.from_stock(db, actor, org_id, search, lots)
    found = candidates.from_acceptance(db, actor, org_id, number)
    return number, [
        one for one in found if not search or search in f"{one.name}\n{one.code}\n{one.lot_no}"
    ]


def _line(one: Candidate, each: int, count: int) -> LabelLine:
    """How many labels of one lot."""
    per_label = each * one.pack_factor or one.per_label
    most = -(-one.free // per_label)
    return LabelLine(one.lot, per_label, min(count, most) if count else most)


def _print(how: How, job: PrintJob) -> None:
    """Print, and say what was done."""
    run = cli()
    db, actor = run.signed_in()
    with run.progress(_("自检条码")) as report:
        ready = ready_labels(db, actor, job, report)
    _answer(ready.prepared, how.put_out(ready.prepared, ready.number), ready.pack_ids)


def _rehearse(how: How, specs: Sequence[LabelSpec], options: output.Options) -> None:
    """Refuse what could not be printed before any code is taken."""
    prepared = output.prepare(specs, options)
    prepared.checked.refuse()
    if how.zpl or how.printer:
        output.as_zpl(prepared)


def _answer(prepared: output.Prepared, files: tuple[str, ...], units: tuple[int, ...]) -> None:
    """Say what was done, and what did not fit."""
    checked = prepared.checked
    for problem in checked.problems:
        cli().say(_("第 {row} 张：{text}", row=problem.row, text=problem.text))
    cli().emit(
        Done(len(checked.layouts), checked.codes, len(prepared.pages), files, units),
        {
            "labels": _("标签"),
            "codes": _("条码已自检"),
            "pages": _("页数"),
            "files": _("已输出"),
        },
    )
