"""`yilian labels template`: label templates listed, shown, copied, carried as files, checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from app.adapters import label_papers, local_files
from app.cli.context import Cli, cli
from app.cli.operation import op_id
from app.cli.scope import org_id
from app.domain.errors import DomainError, refuse_if
from app.domain.labels.design.paper import paper_for
from app.domain.labels.design.parts import CodePart, Design, TextPart
from app.domain.labels.design.samples import samples
from app.domain.labels.design.standard import copy_of
from app.domain.labels.design.words import content_words, part_name
from app.i18n import _
from app.services.labels import designs, output
from app.services.labels.designs import CloseDesign, DesignRow, SaveDesign

app = typer.Typer()

Name = Annotated[str, typer.Argument(help=_("模板名称，或标准标签纸 60x40、50x30、100x70、a4-24"))]
OrgOption = Annotated[str, typer.Option("--org", help=_("机构的四位编码；不填为本人所在机构"))]


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part of a template, in millimetres."""

    kind: str
    name: str
    content: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    """What is wrong with a template."""

    blocks: bool
    field: str
    text: str


@app.command("list", help=_("标签模板：标准的和本机构自己的"))
def list_(
    org: OrgOption = "",
    closed: Annotated[bool, typer.Option("--closed", help=_("也列停用的"))] = False,
) -> None:
    """List templates."""
    run = cli()
    db, actor = run.signed_in()
    rows = designs.designs(db, actor, org_id(run, org), closed=closed)
    run.emit(
        (*_standard(), *rows),
        {
            "name": _("名称"),
            "width": _("宽 mm"),
            "height": _("高 mm"),
            "cells": _("每页枚数"),
            "dpi": "dpi",
            "version": _("版本"),
            "person": _("修改人"),
        },
    )


@app.command(help=_("一个模板的全部元素"))
def show(
    name: Name,
    org: OrgOption = "",
    version: Annotated[int, typer.Option(help=_("第几版；0 为最新"))] = 0,
) -> None:
    """Show the parts of a template."""
    run = cli()
    design = _design(run, name, org, version)
    run.emit(
        tuple(
            PartRow(
                type(part).__name__.removesuffix("Part").lower(), part_name(part),
                part.text if isinstance(part, TextPart)
                else content_words(part) if isinstance(part, CodePart) else "",
                f"{part.box.x:g}", f"{part.box.y:g}", f"{part.box.width:g}",
                f"{part.box.height:g}",
            )
            for part in design.parts
        ),
        {
            "kind": _("元素"), "name": _("名称"), "content": _("内容"), "x": _("左 mm"),
            "y": _("上 mm"), "width": _("宽 mm"), "height": _("高 mm"),
        },
    )  # fmt: skip


@app.command(help=_("一个模板的历次版本"))
def versions(name: Name, org: OrgOption = "") -> None:
    """List the versions of a template."""
    run = cli()
    db, actor = run.signed_in()
    where = org_id(run, org)
    row = _own(run, where, name)
    run.emit(
        designs.versions(db, actor, where, row.id),
        {"version": _("版本"), "saved_at": _("时间"), "person": _("修改人"), "note": _("说明")},
    )


@app.command("copy", help=_("复制标准模板或自己的模板，得到一个能改的新模板"))
def copy_(
    name: Name,
    new_name: Annotated[str, typer.Argument(help=_("新模板的名称"))],
    org: OrgOption = "",
) -> None:
    """Copy a template under another name."""
    run = cli()
    db, actor = run.signed_in()
    where = org_id(run, org)
    design = copy_of(designs.paper_of(db, actor, where, name), new_name)
    kept = designs.save(db, actor, SaveDesign(op_id(), where, design))
    run.say(_("模板「{name}」第 {n} 版已保存。", name=new_name, n=kept.version))
    run.emit({"id": kept.id, "version": kept.version}, {"id": _("编号"), "version": _("版本")})


@app.command("import", help=_("读入模板文件：检查通过才保存；同名的存为新版本"))
def import_(
    file: Annotated[Path, typer.Argument(help=_("模板文件"))],
    name: Annotated[str, typer.Option(help=_("另起名称"))] = "",
    note: Annotated[str, typer.Option(help=_("改了什么"))] = "",
    org: OrgOption = "",
) -> None:
    """Import a template file."""
    run = cli()
    db, actor = run.signed_in()
    where = org_id(run, org)
    design = designs.from_file(local_files.read(file))
    design = replace(design, name=name or design.name)
    rows = designs.designs(db, actor, where, closed=True)
    same = next((row for row in rows if row.name == design.name), None)
    command = SaveDesign(
        op_id(), where, design, same.id if same else 0, same.version if same else 0, note
    )
    kept = designs.save(db, actor, command)
    run.say(_("模板「{name}」第 {n} 版已保存。", name=design.name, n=kept.version))
    run.emit({"id": kept.id, "version": kept.version}, {"id": _("编号"), "version": _("版本")})


@app.command(help=_("把模板写成文件，给别的机构用"))
def export(
    name: Name,
    file: Annotated[Path, typer.Argument(help=_("写到哪个文件"))],
    org: OrgOption = "",
    version: Annotated[int, typer.Option(help=_("第几版；0 为最新"))] = 0,
) -> None:
    """Export a template as a file."""
    run = cli()
    design = _design(run, name, org, version)
    run.emit(str(local_files.write(file, designs.as_file(design))))


@app.command(help=_("检查模板或模板文件：每个条码印出来再读一遍，说出哪个字段放不下"))
def check(
    name: Annotated[str, typer.Argument(help=_("模板名称，或模板文件"))],
    pdf: Annotated[Path | None, typer.Option(help=_("把试样写成 PDF"))] = None,
    org: OrgOption = "",
) -> None:
    """Check a template."""
    run = cli()
    path = Path(name)
    design = (
        designs.from_file(local_files.read(path))
        if path.suffix == ".json"
        else _design(run, name, org, 0)
    )
    found = designs.check(design)
    run.emit(
        tuple(CheckRow(one.blocks, one.column, one.text) for one in found),
        {"blocks": _("不能用"), "field": _("字段"), "text": _("说明")},
        empty=_("没有问题：每个条码都能读回，文字都放得下。"),
    )
    refuse_if(found, "design.check", _("模板还不能用。"))
    if pdf:
        _trial(design, pdf)
        run.say(_("试样已写到 {file}。", file=pdf))


@app.command(help=_("停用模板；以前打印的仍可补打"))
def close(
    name: Name,
    org: OrgOption = "",
    reopen: Annotated[bool, typer.Option("--reopen", help=_("重新启用"))] = False,
) -> None:
    """Stop offering a template, or offer it again."""
    run = cli()
    db, actor = run.signed_in()
    where = org_id(run, org)
    row = _own(run, where, name)
    designs.close(db, actor, CloseDesign(op_id(), where, row.id, row.version, reopen))
    run.say(_("模板「{name}」已启用。", name=name) if reopen
            else _("模板「{name}」已停用。", name=name))  # fmt: skip


def _standard() -> tuple[DesignRow, ...]:
    """The papers that come with the program."""
    papers = [label_papers.paper(key) for key in label_papers.TITLES]
    return tuple(
        DesignRow(
            0, one.key, one.key, samples()[0].spec.kind, f"{one.label.width:g}",
            f"{one.label.height:g}", one.dpi, one.cells, 0, closed=False, changed_at=None,
            person=_("标准"),
        )
        for one in papers
    )  # fmt: skip


def _own(run: Cli, where: int, name: str) -> DesignRow:
    db, actor = run.signed_in()
    rows = designs.designs(db, actor, where, closed=True)
    found = next((row for row in rows if row.name == name), None)
    if found is None:
        names = "、".join(row.name for row in rows) or _("还没有")
        raise DomainError(
            "design.unknown",
            _("没有模板「{name}」。本机构的模板：{names}。", name=name, names=names),
        )
    return found


def _design(run: Cli, name: str, org: str, version: int) -> Design:
    """A standard template as a design, or an own one."""
    db, actor = run.signed_in()
    where = org_id(run, org)
    if name in label_papers.TITLES:
        return copy_of(label_papers.paper(name), name)
    return designs.load(db, actor, where, _own(run, where, name).id, version).design


def _trial(design: Design, path: Path) -> None:
    """One label of each test data, as PDF."""
    specs = [one.spec for one in samples(design.kind)]
    options = output.Options(own=paper_for(design))
    prepared = output.prepare(specs, options)
    good = [
        spec for row, spec in enumerate(specs, 1)
        if not any(problem.blocks and problem.row == row for problem in prepared.checked.problems)
    ]  # fmt: skip
    output.save_pdf(output.prepare(good, options), path)
