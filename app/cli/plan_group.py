"""`yilian plan group` and `plan take`: what other members can give comes before buying."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

import typer

from app.cli.context import cli
from app.cli.operation import op_id
from app.cli.scope import item_id, org_id
from app.domain.errors import DomainError
from app.i18n import _
from app.services.replenishment.group_first import TakeHelp, offers, take

app = typer.Typer()

OrgOption = Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))]


@dataclass(frozen=True, slots=True)
class HelpLine:
    """What a member can give of an item; quantity in packs."""

    code: str
    name: str
    spec: str
    donor: str
    qty: Decimal
    unit: str
    value: Decimal
    saved: Decimal
    km: int


@app.command("group", help=_("集团先调：建议要买的，哪些成员有多余或近效期的可给"))
def group(org: OrgOption = "") -> None:
    """List what other members can give of what is suggested to buy."""
    run = cli()
    db, actor = run.signed_in()
    run.emit(
        [
            HelpLine(
                one.proposal.code, one.proposal.name, one.proposal.spec, one.donor,
                Decimal(one.qty) / one.proposal.pack_factor, one.proposal.pack_unit,
                one.value, one.saved, one.km,
            )
            for one in offers(db, actor, org_id(run, org)).values()
        ],
        {
            "code": _("编码"), "name": _("品名"), "spec": _("规格"), "donor": _("可调出"),
            "qty": _("数量"), "unit": _("单位"), "value": _("少买 元"), "saved": _("少报损 元"),
            "km": _("公里"),
        },
        empty=_("要补的品规里，没有成员有多余的可调。"),
    )  # fmt: skip


@app.command("take", help=_("向可给的成员发调拨申请，补货相应减少"))
def take_help(
    items: Annotated[
        list[str] | None, typer.Argument(help=_("统一编码、69 码或医保编码，可以写几个"))
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help=_("能调的全部先调"))] = False,
    org: OrgOption = "",
) -> None:
    """Ask the best donors for items, and buy so much less."""
    run = cli()
    db, actor = run.signed_in()
    where = org_id(run, org)
    wanted = {item_id(run, one) for one in items or ()}
    if not wanted and not everything:
        raise DomainError("plan.take", _("还没写要调哪个品规。写编码，或加 --all 全部先调。"))
    found = offers(db, actor, where)
    if not everything and wanted - set(found):
        raise DomainError(
            "replenish.no_help", _("这个品规现在没有成员可调。用 plan group 看有哪些。")
        )
    wishes = tuple(one.wish for item, one in found.items() if everything or item in wanted)
    if not wishes:
        run.say(_("要补的品规里，没有成员有多余的可调。"))
        return
    done = take(db, actor, TakeHelp(op_id(), where, 0, wishes))
    for asked in done.asked:
        run.say(asked.words)
    if run.as_json:
        run.emit(done)
