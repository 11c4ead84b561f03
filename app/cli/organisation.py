"""`yilian org …`: organisations, their places and terms, and what is still to be set up."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from app.cli.context import Cli, cli
from app.cli.operation import op_id
from app.cli.scope import org_id, org_ids
from app.domain.days import typed_day
from app.domain.errors import DomainError
from app.i18n import _
from app.services.platform import checklist as checklists, organisations, places, terms
from app.services.platform.organisations import (
    AddOrganisation,
    ChangeOrganisation,
    OrganisationFacts,
    OrganisationRow,
)
from app.services.platform.places import ChangePlace

app = typer.Typer()

_ORG = typer.Option(help=_("机构的四位编码；不填为本人所在机构"))


@app.command("list", help=_("所有机构：牵头单位、成员、供应商"))
def list_() -> None:
    """All organisations."""
    run = cli()
    run.emit(
        [
            {
                "code": row.code,
                "name": row.facts.name,
                "role": _(organisations.ROLES[row.role]),
                "kind": _(organisations.KINDS[row.facts.kind]),
                "people": row.people,
                "places": row.places,
                "valid_from": row.valid_from.isoformat(),
                "valid_to": row.valid_to.isoformat() if row.valid_to else None,
            }
            for row in organisations.organisations(run.db())
        ],
        {
            "code": _("编码"),
            "name": _("名称"),
            "role": _("身份"),
            "kind": _("类型"),
            "people": _("人员"),
            "places": _("库位"),
            "valid_from": _("加入"),
            "valid_to": _("退出"),
        },
    )


@app.command(help=_("新增成员或供应商；成员会自动建好四个常用库位"))
def add(
    code: Annotated[str, typer.Argument(help=_("四位编码"))],
    name: Annotated[str, typer.Option(help=_("单位名称"))],
    role: Annotated[str, typer.Option(help="member | supplier")] = "member",
    kind: Annotated[str, typer.Option(help="hospital | clinic | station | supplier")] = "",
    short: Annotated[str, typer.Option(help=_("简称"))] = "",
    uscc: Annotated[str, typer.Option(help=_("统一社会信用代码"))] = "",
    legal: Annotated[str, typer.Option(help=_("同一法人时，对方的编码"))] = "",
    licence: Annotated[str, typer.Option(help=_("医疗机构执业许可证登记号，22 位"))] = "",
    insurer: Annotated[str, typer.Option(help=_("医保定点代码，H 或 P 加 11 位数字"))] = "",
) -> None:
    """Add a member or supplier."""
    run = cli()
    usual = "supplier" if role == "supplier" else "clinic"
    facts = OrganisationFacts(
        name, short, kind or usual, uscc, legal=legal, licence=licence, insurer=insurer
    )
    made = organisations.add_organisation(
        *run.signed_in(), AddOrganisation(op_id(), code, role, facts)
    )
    run.say(_("已新增 {code} {name}。", code=code, name=name))
    if run.as_json:
        run.emit({"id": made, "code": code})


@app.command(help=_("修改机构，或让它从某天起退出集团"))
def change(
    code: Annotated[str, typer.Argument(help=_("四位编码"))],
    name: Annotated[str, typer.Option(help=_("单位名称"))] = "",
    short: Annotated[str, typer.Option(help=_("简称"))] = "",
    address: Annotated[str, typer.Option(help=_("地址"))] = "",
    phone: Annotated[str, typer.Option(help=_("电话"))] = "",
    licence: Annotated[str, typer.Option(help=_("医疗机构执业许可证登记号，22 位"))] = "",
    insurer: Annotated[str, typer.Option(help=_("医保定点代码，H 或 P 加 11 位数字"))] = "",
    leaves: Annotated[str, typer.Option(help=_("退出日期，如 2026-12-31；stay 为不退出"))] = "",
) -> None:
    """Change an organisation."""
    run = cli()
    row = _row(run, code)
    given = {
        "name": name, "short": short, "address": address, "phone": phone, "licence": licence,
        "insurer": insurer,
    }  # fmt: skip
    facts = replace(row.facts, **{key: value for key, value in given.items() if value})
    ends = row.valid_to if not leaves else None if leaves == "stay" else typed_day(leaves)
    organisations.change_organisation(
        *run.signed_in(), ChangeOrganisation(op_id(), row.id, facts, ends)
    )
    run.say(_("{code} 已修改。", code=code))


@app.command("place", help=_("改一个库位：名称、货的状态、温度，停用或启用"))
def change_place(
    code: Annotated[str, typer.Argument(help=_("库位编码，如 C01"))],
    name: Annotated[str, typer.Option(help=_("名称"))] = "",
    zone: Annotated[str, typer.Option(help="good | pending | bad | returns | outgoing")] = "",
    storage: Annotated[str, typer.Option(help="normal | cool | cold | frozen")] = "",
    close: Annotated[bool, typer.Option("--close/--open", help=_("停用"))] = False,
    org: Annotated[str, _ORG] = "",
) -> None:
    """Change a place; new ones are made by `yilian place add`."""
    run = cli()
    where = org_id(run, org)
    lines = places.places(*run.signed_in(), where)
    line = next((one for one in lines if one.code == code), None)
    if line is None:
        raise DomainError(
            "place.unknown", _("没有库位 {code}。请用 yilian place list 查。", code=code)
        )
    facts = replace(
        line.facts,
        name=name or line.facts.name,
        zone=zone or line.facts.zone,
        storage=storage or line.facts.storage,
        active=not close,
    )
    command = ChangePlace(op_id(), where, line.id, facts)
    places.change_place(*run.signed_in(), command)
    run.say(_("库位 {code} 已保存。", code=code))


@app.command("terms", help=_("成员和供应商的约定：到货天数、下单日、结算方式"))
def list_terms(org: Annotated[str, _ORG] = "all") -> None:
    """The terms in force."""
    run = cli()
    run.emit(
        terms.terms(*run.signed_in(), org_ids(run, org)),
        {
            "org": _("成员"),
            "supplier": _("供应商"),
            "lead_days": _("到货天数"),
            "weekdays": _("下单日（0 为星期一）"),
            "trigger": _("结算方式"),
            "since": _("生效"),
        },
    )


@app.command("term", help=_("约定到货天数、下单日和结算方式"))
def set_term(
    org: Annotated[str, typer.Argument(help=_("成员的四位编码"))],
    supplier: Annotated[str, typer.Argument(help=_("供应商的四位编码"))],
    days: Annotated[int, typer.Option(help=_("下单后几个工作日到货"))],
    weekdays: Annotated[str, typer.Option(help=_("下单日，0 为星期一，如 0,3"))] = "0",
    trigger: Annotated[str, typer.Option(help="consumption | issue | receipt")] = "consumption",
) -> None:
    """Agree terms."""
    run = cli()
    chosen = tuple(int(one) for one in weekdays.split(",") if one.strip().isdecimal())
    command = terms.SetTerm(
        op_id(), _row(run, org).id, _row(run, supplier).id, days, chosen, trigger
    )
    terms.set_term(*run.signed_in(), command)
    run.say(_("约定已保存，从今天起生效。"))


@app.command(help=_("还差什么没设好；都设好时退出码为 0"))
def checklist() -> None:
    """What is still to be set up; exit code 1 when something is."""
    run = cli()
    found = checklists.checklist(*run.signed_in())
    run.emit(
        [
            {
                "step": one.step.value,
                "done": one.done,
                "have": one.have,
                "need": one.need,
                "missing": list(one.missing),
            }
            for one in found
        ],
        {
            "step": _("项目"),
            "done": _("已设好"),
            "have": _("现有"),
            "need": _("至少"),
            "missing": _("还差"),
        },
    )
    if not all(one.done for one in found):
        raise typer.Exit(1)


def _row(run: Cli, code: str) -> OrganisationRow:
    for row in organisations.organisations(run.db()):
        if code in {row.code, row.facts.short, row.facts.name}:
            return row
    raise DomainError(
        "organisation.unknown", _("没有编码为 {code} 的机构。请核对四位编码。", code=code)
    )
