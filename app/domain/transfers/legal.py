"""The legal limits of transfers between members (spec §3.10), shown before anything is sent.

Institutions buy drugs from licensed firms, so a sale between members is not covered by law. A
transfer therefore names its basis; a priced drug transfer between legal persons is blocked unless
an approval document is attached. Controlled drugs are only lent for rescue and then reported.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.controlled import RESCUE
from app.domain.errors import Problem
from app.domain.transfers.states import Kind, Settle, Urgency
from app.i18n import N_, _


class Basis(StrEnum):
    """On which ground goods go from one member to another."""

    EMERGENCY = "emergency"
    SAME_PERSON = "same_person"
    REROUTED = "rerouted"
    APPROVED = "approved"
    RETURN = "return"

    @property
    def label(self) -> str:
        """The basis in the person's language."""
        return _(_TITLES[self])

    @property
    def effect(self) -> str:
        """What it means for the two members, in one sentence."""
        return _(_EFFECTS[self])


_TITLES: Final = {
    Basis.EMERGENCY: N_("急救调入"),
    Basis.SAME_PERSON: N_("同一法人内部调拨"),
    Basis.REROUTED: N_("集团统一采购在途改单"),
    Basis.APPROVED: N_("应急调剂批准"),
    Basis.RETURN: N_("借用归还"),
}
_EFFECTS: Final = {
    Basis.EMERGENCY: N_("抢救急需，先调后补手续；调入方逐批验收并留存记录。"),
    Basis.SAME_PERSON: N_("同属一个法人，按内部移库处理，不开票、不加价；调入方逐批验收。"),
    Basis.REROUTED: N_("统采订单在途改送，由供应商按改单结算；写明订单号。"),
    Basis.APPROVED: N_("凭批准文件调剂；文件随单留存，可以按价结算。"),
    Basis.RETURN: N_("归还借用的同一品规，可以是别的批号；出借方逐批验收。"),
}
_AT_ONCE: Final = frozenset({Basis.EMERGENCY, Basis.SAME_PERSON, Basis.RETURN})
"""Grounds on which goods may go without the group's approval."""
_LEAST_NOTE: Final = 4


@dataclass(frozen=True, slots=True)
class Goods:
    """What the law asks about an item.

    Attributes:
        name: For the message.
        item_class: drug, consumable, reagent or tcm.
        controlled: its class in `app.domain.catalogue.CONTROLLED`, empty for none.
        approval_no: 批准文号; that of a hospital preparation names the province.
    """

    name: str
    item_class: str
    controlled: str = ""
    approval_no: str = ""

    @property
    def is_drug(self) -> bool:
        """Whether the drug law covers it."""
        return self.item_class in {"drug", "tcm"}

    @property
    def hospital_made(self) -> bool:
        """院内制剂: may leave its hospital only with provincial approval."""
        return "药制" in self.approval_no


@dataclass(frozen=True, slots=True)
class Case:
    """A transfer as the rules see it.

    Attributes:
        kind: What it is for.
        basis: The ground that was chosen.
        note: Number of the order that was re-routed, or the patient's urgency in words.
        settle: What is owed for the goods.
        urgency: How soon they are needed.
        same_person: Whether both members are one legal person.
        has_approval: Whether an approval document is attached.
        goods: The items, in the order of the lines.
    """

    kind: Kind
    basis: Basis
    note: str
    settle: Settle
    urgency: Urgency
    same_person: bool
    has_approval: bool
    goods: tuple[Goods, ...]


def problems(case: Case) -> list[Problem]:
    """Why the transfer may not go on as it is; empty when it may."""
    found = [*_basis(case)]
    for row, goods in enumerate(case.goods, 1):
        found += _goods(case, goods, row)
    return found


def _basis(case: Case) -> Iterator[Problem]:
    if case.basis is Basis.SAME_PERSON and not case.same_person:
        text = _("两家不是同一法人，不能按内部调拨。请改选急救调入，或附应急调剂批准文件。")
        yield Problem("legal.person", text, column=_("法律依据"))
    if case.basis is Basis.APPROVED and not case.has_approval:
        text = _("缺批准文件。请先附上批准文件，再提交；也可以先存草稿。")
        yield Problem("legal.paper", text, column=_("批准文件"))
    if case.basis is Basis.EMERGENCY and case.urgency is not Urgency.EMERGENCY:
        text = _("急救调入只用于抢救急需。请把紧急程度选为「急救」，或改选别的依据。")
        yield Problem("legal.emergency", text, column=_("紧急程度"))
    if case.urgency is Urgency.EMERGENCY and case.basis not in _AT_ONCE:
        text = _(
            "「急救」不经集团审核，只配「急救调入」。不是抢救，请把紧急程度改为「一般」或「紧急」。"
        )
        yield Problem("legal.urgency", text, column=_("紧急程度"))
    if case.basis is Basis.REROUTED and len(case.note.strip()) < _LEAST_NOTE:
        text = _("在途改单要写明统采订单号。请填在说明里。")
        yield Problem("legal.order", text, column=_("说明"))
    if (case.basis is Basis.RETURN) != (case.kind is Kind.RETURN):
        text = _("「借用归还」只用于归还。请改选法律依据。")
        yield Problem("legal.return", text, column=_("法律依据"))


def _goods(case: Case, goods: Goods, row: int) -> Iterator[Problem]:
    priced = case.settle is Settle.PRICE
    if priced and goods.is_drug and not case.same_person and not case.has_approval:
        text = _(
            "{name}：不同法人之间按价调药，没有批准文件不能办。请附批准文件，或改为借用归还。",
            name=goods.name,
        )
        yield Problem("legal.sale", text, row, _("结算方式"))
    if goods.controlled in RESCUE and case.kind is not Kind.RETURN:
        if case.basis is not Basis.EMERGENCY or case.kind is not Kind.LOAN:
            text = _(
                "{name} 是麻精药品，只能抢救时借用，用后报药监和卫健部门。请改为急救借用。",
                name=goods.name,
            )
            yield Problem("legal.controlled", text, row, _("品名"))
    elif goods.controlled and not case.same_person and case.kind is not Kind.RETURN:
        text = _("{name} 是特殊管理药品，不同法人之间不能调剂。请向供应商采购。", name=goods.name)
        yield Problem("legal.special", text, row, _("品名"))
    if goods.hospital_made and not case.same_person and not case.has_approval:
        text = _("{name} 是院内制剂，调剂要有省级药监批准文件。请先附上。", name=goods.name)
        yield Problem("legal.preparation", text, row, _("批准文件"))


def must_report(case: Case) -> bool:
    """Whether the loan has to be reported to the authorities afterwards."""
    controlled = any(goods.controlled in RESCUE for goods in case.goods)
    return controlled and not case.same_person and case.kind is Kind.LOAN


def usual(*, same_person: bool, urgency: Urgency) -> Basis:
    """The basis that fits at first sight; the person may choose another."""
    if same_person:
        return Basis.SAME_PERSON
    return Basis.EMERGENCY if urgency is Urgency.EMERGENCY else Basis.APPROVED
