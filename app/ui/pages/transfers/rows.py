"""Proposals, transfers and loans as table rows: texts are made here, in the reader thread."""

from __future__ import annotations

from typing import Final

from app.domain.duties import Duty
from app.domain.expiry import Band, band, shown
from app.domain.transfers.proposing import FAR
from app.domain.transfers.states import Kind, TransferState
from app.i18n import N_, _
from app.services.transfers.listing import LoanRow, TransferRow
from app.services.transfers.propose import Proposal
from app.ui import formats
from app.ui.context import PageContext
from app.ui.status import Status
from app.ui.tables.cells import Cell, Link, Pill, Qty, Row, Tone, Two
from app.ui.tables.columns import Column, Kind as Holds

VIEWS: Final = (
    ("", N_("调拨建议")),
    ("expiry", N_("近效期")),
    ("shortage", N_("救缺货")),
    ("paper", N_("缺依据")),
)
STATES: Final = {
    TransferState.DRAFT: Status.MUTE,
    TransferState.DONOR: Status.INFO,
    TransferState.REVIEW: Status.INFO,
    TransferState.APPROVED: Status.INFO,
    TransferState.IN_TRANSIT: Status.INFO,
    TransferState.ACCEPTED: Status.OK,
    TransferState.PART_RETURNED: Status.WARN,
    TransferState.RETURNED: Status.OK,
    TransferState.SETTLED: Status.OK,
    TransferState.OVERDUE: Status.NEAR,
    TransferState.CANCELLED: Status.MUTE,
}
ENDED: Final = frozenset(
    {TransferState.ACCEPTED, TransferState.PART_RETURNED, TransferState.OVERDUE}
)
"""States with nothing left to do here: loans stand in their own list."""
_BANDS: Final = {Band.EXPIRED: Status.BAD, Band.NEAR: Status.NEAR, Band.WARN: Status.WARN}
_SOON: Final = 3
"""A loan due within so many days is marked."""


def proposal_columns() -> tuple[Column, ...]:
    """Columns of the proposals, as in the design."""
    return (
        Column(key="pick", title="", kind=Holds.CHECK, width=36, frozen=True, editable=True),
        Column(key="name", title=_("品名 / 规格"), kind=Holds.TWO_LINE, width=138, frozen=True),
        Column(key="way", title=_("调出 → 调入"), kind=Holds.TWO_LINE, width=120, stretch=True),
        Column(key="lot", title=_("批号"), width=92),
        Column(key="expiry", title=_("有效期至"), kind=Holds.EXPIRY, width=124),
        Column(key="spare", title=_("富余"), kind=Holds.NUMBER, width=48),
        Column(key="missing", title=_("缺"), kind=Holds.NUMBER, width=40),
        Column(key="qty", title=_("调拨"), kind=Holds.QTY, width=74, editable=True),
        Column(key="saved", title=_("省"), unit=_("元"), kind=Holds.MONEY, width=88, total=True),
        Column(key="basis", title=_("法律依据"), kind=Holds.PILL, width=100),
    )


def transfer_columns() -> tuple[Column, ...]:
    """Columns of what is under way."""
    return (
        Column(key="what", title=_("品名 / 往来"), kind=Holds.TWO_LINE, width=220, stretch=True),
        Column(key="state", title=_("状态"), kind=Holds.PILL, width=148),
        Column(key="act", title="", kind=Holds.BUTTON, width=60),
    )


def loan_columns() -> tuple[Column, ...]:
    """Columns of the loans."""
    return (
        Column(key="what", title=_("品名 / 往来"), kind=Holds.TWO_LINE, width=150, stretch=True),
        Column(key="lent", title=_("借"), kind=Holds.NUMBER, width=46),
        Column(key="back", title=_("已还"), kind=Holds.NUMBER, width=50),
        Column(key="left", title=_("未还"), kind=Holds.QTY, width=70),
        Column(key="due", title=_("应还"), kind=Holds.PILL, width=132),
        Column(key="act", title="", kind=Holds.BUTTON, width=52),
    )


def packs(qty: int, row: Proposal | LoanRow) -> tuple[str, str]:
    """A quantity in packs: number and unit."""
    text = formats.pack_text(row.base_unit, row.pack_unit, row.pack_factor, qty)
    number, _space, unit = text.partition(" ")
    return number, unit


def proposal_row(row: Proposal, context: PageContext, *, picked: bool, qty: int = 0) -> Row:
    """One proposal; only a receiver's own ones can be chosen."""
    wanted = qty or row.qty
    light = band(row.expiry, context.today)
    expiry: Cell = shown(row.expiry)
    if light in _BANDS:
        expiry = Pill(_BANDS[light], shown(row.expiry))
    part = row.saved * wanted / row.qty
    return Row(
        row.key,
        (picked, Two(row.name, row.spec), Two(f"{row.donor} → {row.org}", way(row)),
         row.lot_no or "—", expiry, packs(row.spare, row)[0], packs(row.missing, row)[0],
         Qty(*packs(wanted, row)), formats.amount(part), basis_pill(row)),
        record=row,
        raw=(picked, f"{row.name} {row.spec}", f"{row.donor} → {row.org}", row.lot_no, row.expiry,
             row.spare, row.missing, wanted, part, basis_pill(row).text),
    )  # fmt: skip


def way(row: Proposal) -> str:
    """Distance, usual transport, and whether the two are different legal persons."""
    parts = []
    if row.km < FAR:
        parts.append(f"{row.km} km")
    if row.route:
        parts.append(row.route)
    if not row.same_person:
        parts.append(_("非同一法人"))
    if row.storage in {"cold", "frozen"}:
        parts.append(_("冷链箱"))
    return " · ".join(parts) or _("距离未登记")


def basis_pill(row: Proposal) -> Pill:
    """The legal ground at first sight."""
    if row.needs_paper:
        return Pill(Status.BAD, _("缺文件"))
    return Pill(Status.OK, _("同一法人"))


def turn(row: TransferRow, context: PageContext) -> str:
    """The step that is the person's, in one word; empty when somebody else has to act."""
    actor = context.actor
    receives, gives = actor.can(Duty.STORE, row.org_id), actor.can(Duty.STORE, row.donor_id)
    group = actor.can(Duty.BUY, row.org_id) and actor.can(Duty.BUY, row.donor_id)
    head = actor.has(Duty.SIGN) and any(
        org.role == "lead" and actor.can(Duty.SIGN, org.id) for org in context.session.orgs
    )
    other = row.created_by != actor.person_id
    turns = {
        TransferState.DRAFT: (receives, _("提交")),
        TransferState.DONOR: (gives, _("确认")),
        TransferState.REVIEW: ((group or head) and other, _("审核")),
        TransferState.APPROVED: (gives, _("发出")),
        TransferState.IN_TRANSIT: (receives, _("送达") if row.kind is Kind.PATIENT else _("验收")),
    }
    mine, word = turns.get(row.stored, (bool(row.differs) and gives, _("处理")))
    return word if mine else ""


def transfer_row(row: TransferRow, context: PageContext) -> Row:
    """One transfer under way."""
    state = Pill(STATES[row.state], row.state.label)
    if row.differs:
        state = Pill(Status.NEAR, _("有差异"))
    elif row.report:
        state = Pill(Status.NEAR, _("待报告"))
    word = turn(row, context)
    kind = "" if row.kind is Kind.TRANSFER else f" · {row.kind.label}"
    return Row(
        f"{row.org_id}.{row.id}",
        (Two(row.title, f"{row.donor} → {row.org} · {row.no}{kind}"), state,
         Link(word) if word else Tone("")),
        record=row,
        raw=(row.title, state.text, word),
    )  # fmt: skip


def loan_row(row: LoanRow, context: PageContext) -> Row:
    """What is still out of a loan."""
    word = ""
    if context.actor.can(Duty.STORE, row.org_id):
        word = _("归还")
    elif context.actor.can(Duty.STORE, row.donor_id):
        word = _("结算")
    return Row(
        f"{row.org_id}.{row.transfer_id}.{row.line}",
        (Two(row.name, _("{org} 借自 {donor}", org=row.org, donor=row.donor)),
         packs(row.borrowed, row)[0], packs(row.returned, row)[0], Qty(*packs(row.left, row)),
         _due(row, context), Link(word) if word else Tone("")),
        record=row,
        raw=(row.name, row.borrowed, row.returned, row.left, row.return_by, ""),
    )  # fmt: skip


def _due(row: LoanRow, context: PageContext) -> Pill:
    if row.return_by is None:
        return Pill(Status.MUTE, "—")
    day = f"{row.return_by:%m-%d}"
    if row.overdue_days:
        return Pill(Status.NEAR, _("{day} 超 {n} 天", day=day, n=row.overdue_days))
    left = (row.return_by - context.today).days
    status = Status.WARN if left <= _SOON else Status.INFO
    return Pill(status, _("{day} 还有 {n} 天", day=day, n=left))
