"""`yilian plan set | check | approve | all | substitutes`: deciding on suggestions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

import typer

from app.cli.context import cli
from app.cli.operation import OpOption, op_id
from app.cli.scope import item_id, org_id, org_ids, signed_in_at
from app.domain.replenish.review import check_quantity
from app.i18n import _
from app.services.replenishment.due import due
from app.services.replenishment.edit import Edit, edit
from app.services.replenishment.group_run import GroupRun, planned_for, run_group
from app.services.replenishment.review import Approve, Looked, approve, reviewed
from app.services.replenishment.substitutes import NEARNESS, substitutes
from app.services.replenishment.suggestions import one

app = typer.Typer()

OrgOption = Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))]
ItemArgument = Annotated[str, typer.Argument(help=_("统一编码、69 码或医保编码"))]


@dataclass(frozen=True, slots=True)
class LookedLine:
    """A line to look at; quantities in packs."""

    code: str
    name: str
    spec: str
    suggested: Decimal
    chosen: Decimal
    unit: str
    kinds: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Approved:
    """What was asked for at once, and how many lines stay to be looked at."""

    no: str
    status: str
    lines: int
    amount: Decimal
    left: int


@dataclass(frozen=True, slots=True)
class StandIn:
    """A possible substitute; quantities in packs."""

    code: str
    name: str
    spec: str
    maker: str
    nearness: str
    here: Decimal
    elsewhere: Decimal
    members: int
    unit: str
    listed: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """A line after a person's decision, in packs."""

    code: str
    suggested: Decimal
    chosen: Decimal
    unit: str
    picked: bool
    reason: str


@app.command("set", help=_("改一行的数量，或写明看过了：0 为不补"))
def set_line(
    item: ItemArgument,
    quantity: Annotated[int, typer.Argument(help=_("要补多少（按盒等包装单位）"))],
    reason: Annotated[str, typer.Option("--reason", help=_("为什么"))] = "",
    org: OrgOption = "",
    op: OpOption = "",
) -> None:
    """Change one suggestion."""
    run = cli()
    db, actor, where = signed_in_at(run, org)
    row = one(db, actor, where, 0, item_id(run, item))
    chosen = quantity * row.pack_factor
    pack = (row.pack_unit, row.pack_factor)
    check_quantity(chosen, row.why.multiple, row.why.multiple_unit, pack)
    command = Edit(
        op_id(op), where, row.place_id, row.item_id, row.version, chosen, chosen > 0, reason
    )
    edit(db, actor, command)
    now = one(db, actor, where, 0, row.item_id)
    run.emit(
        Changed(
            now.code, Decimal(now.suggested) / now.pack_factor, now.packs, now.pack_unit,
            now.picked, now.edit_reason,
        ),
        {
            "code": _("编码"), "suggested": _("建议"), "chosen": _("申请"), "unit": _("单位"),
            "reason": _("理由"),
        },
    )  # fmt: skip


@app.command("check", help=_("提交前要看的行和为什么；没列出的可以直接提交"))
def check(org: OrgOption = "") -> None:
    """List what a person should look at."""
    run = cli()
    found = reviewed(*run.signed_in(), org_id(run, org))
    run.say(_("{safe} 行可以直接提交，{n} 行要先看。", safe=len(found.safe), n=len(found.looked)))
    run.emit(
        [_looked(line) for line in found.looked],
        {
            "code": _("编码"), "name": _("品名"), "spec": _("规格"), "suggested": _("建议"),
            "chosen": _("申请"), "unit": _("单位"), "why": _("为什么要看"),
        },
        empty=_("没有要先看的行。"),
    )  # fmt: skip


@app.command("approve", help=_("没有疑问的行一次提交采购申请；有疑问的留下逐行看"))
def approve_safe(
    org: OrgOption = "",
    draft: Annotated[bool, typer.Option("--draft", help=_("先存草稿"))] = False,
    note: Annotated[str, typer.Option("--note", help=_("备注"))] = "",
    op: OpOption = "",
) -> None:
    """Ask for all safe lines at once."""
    run = cli()
    command = Approve(op_id(op), org_id(run, org), submit=not draft, note=note)
    made, found = approve(*run.signed_in(), command)
    run.say(
        _(
            "已生成采购申请 {no}，{n} 行，{amount} 元；还有 {left} 行要先看。",
            no=made.no,
            n=made.lines,
            amount=f"{made.amount:,.2f}",
            left=len(found.looked),
        )
    )
    if run.as_json:
        run.emit(Approved(made.no, made.status, made.lines, made.amount, len(found.looked)))


@app.command("all", help=_("集团成员一起算：整件和起订额按集团合计只凑一次"))
def plan_all(
    orgs: Annotated[str, typer.Option("--orgs", help=_("机构编号，逗号分开；默认全部成员"))] = "",
    op: OpOption = "",
) -> None:
    """Plan all members together."""
    run = cli()
    codes = [code.strip() for code in orgs.replace("，", ",").split(",") if code.strip()]
    where = tuple(org_id(run, code) for code in codes) if codes else org_ids(run, "all")
    db, actor = run.signed_in()
    members = planned_for(db, actor, where)
    with run.progress(_("正在计算补货")) as report:
        done = run_group(db, actor, GroupRun(op_id(op), members), report)
    run.say(
        _(
            "已计算 {members} 家、{items} 个品规，建议补 {n} 行；集团凑整 {rounded} 个品规，"
            "凑起订额加 {added} 行。",
            members=len(done.runs),
            items=sum(one.items for one in done.runs),
            n=sum(one.suggested for one in done.runs),
            rounded=done.rounded,
            added=done.added,
        )
    )
    if run.as_json:
        run.emit(done)


@app.command("due", help=_("按已有的补货点，现在哪些该补：只看存量，几秒看完全集团"))
def due_now(
    orgs: Annotated[
        str, typer.Option("--org", help=_("机构编号，默认本机构；all 为全部可见"))
    ] = "",
) -> None:
    """List what lies at or below its known reorder point."""
    run = cli()
    run.emit(
        due(*run.signed_in(), org_ids(run, orgs)),
        {
            "org": _("机构"), "code": _("编码"), "name": _("品名"), "spec": _("规格"),
            "there": _("现存和在途"), "point": _("补货点"), "qty": _("该补"), "unit": _("单位"),
        },
        empty=_("没有到补货点的品规。"),
    )  # fmt: skip


@app.command("substitutes", help=_("缺货时可替代的品规：同通用名别的厂家、同类药，附手头库存"))
def stand_ins(item: ItemArgument, org: OrgOption = "") -> None:
    """List what can stand in for an item."""
    run = cli()
    db, actor = run.signed_in()
    found = substitutes(db, actor, org_id(run, org), item_id(run, item))
    run.emit(
        [
            StandIn(
                row.code, row.name, row.spec, row.maker, _(NEARNESS[row.nearness]),
                Decimal(row.here) / row.pack_factor, Decimal(row.elsewhere) / row.pack_factor,
                row.members, row.pack_unit, row.listed,
            )
            for row in found
        ],
        {
            "code": _("编码"), "name": _("品名"), "spec": _("规格"), "maker": _("厂家"),
            "nearness": _("替代关系"), "here": _("本店"), "elsewhere": _("其他成员"),
            "unit": _("单位"),
        },
        empty=_("目录里没有同通用名或同类的在用品规。"),
    )  # fmt: skip


def _looked(found: Looked) -> LookedLine:
    row = found.row
    return LookedLine(
        code=row.code,
        name=row.name,
        spec=row.spec,
        suggested=Decimal(row.suggested) / row.pack_factor,
        chosen=row.packs,
        unit=row.pack_unit,
        kinds=tuple(kind.value for kind, _words in found.why),
        why=found.words,
    )
