"""What can be done with a bill now, by this person, the most likely first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.settlement.steps import Party, Verb, may
from app.i18n import N_, _
from app.services.settlement.listing import StatementRow
from app.services.settlement.steps import parties_of
from app.ui.icons import Icon


class Deed(StrEnum):
    """One thing to do; steps of a statement have the names of their verbs."""

    SEND = "send"
    CONFIRM = "confirm"
    BILL = "bill"
    ADJUST = "adjust"
    DISPUTE = "dispute"
    MATCH = "match"
    AUDIT = "audit"
    RECORD = "record"
    UNMATCH = "unmatch"
    RECALL = "recall"
    REPORT = "report"
    REVERSE = "reverse"
    CANCEL = "cancel"
    LINES = "lines"
    PDF = "pdf"
    EXCEL = "excel"


@dataclass(frozen=True, slots=True)
class _Face:
    words: str
    icon: Icon | None = None


_FACES: Final = {
    Deed.SEND: _Face(N_("发送"), Icon.SEND),
    Deed.CONFIRM: _Face(N_("确认"), Icon.CHECK),
    Deed.BILL: _Face(N_("改账单"), Icon.PENCIL),
    Deed.DISPUTE: _Face(N_("提异议"), Icon.ALERT_RHOMBUS),
    Deed.RECORD: _Face(N_("登记书面确认"), Icon.FILE_SIGN),
    Deed.ADJUST: _Face(N_("调整应付"), Icon.TUNE),
    Deed.MATCH: _Face(N_("匹配发票"), Icon.LINK),
    Deed.AUDIT: _Face(N_("审核"), Icon.CHECK_BOLD),
    Deed.UNMATCH: _Face(N_("取消匹配"), Icon.UNDO),
    Deed.RECALL: _Face(N_("退审"), Icon.UNDO),
    Deed.REPORT: _Face(N_("登记平台上报"), Icon.UPLOAD),
    Deed.REVERSE: _Face(N_("冲销"), Icon.UNDO),
    Deed.CANCEL: _Face(N_("作废"), Icon.DELETE),
    Deed.LINES: _Face(N_("全部明细"), Icon.CLIPBOARD_LIST),
    Deed.PDF: _Face(N_("打印 PDF"), Icon.FILE_PDF),
    Deed.EXCEL: _Face(N_("导出 Excel"), Icon.FILE_EXCEL),
}
_READING: Final = (Deed.LINES, Deed.PDF, Deed.EXCEL)
_BILLED: Final = frozenset({State.DRAFT, State.SENT, State.DISPUTED})
_MATCHED: Final = frozenset({State.INVOICED, State.AUDITED, State.PAID})


def words(deed: Deed) -> str:
    """What the button says."""
    return _(_FACES[deed].words)


def icon(deed: Deed) -> Icon | None:
    """Its icon."""
    return _FACES[deed].icon


def deeds(row: StatementRow, actor: Actor) -> tuple[Deed, ...]:
    """All that this person may do with the bill, the most likely first; reading comes last."""
    parties = parties_of(actor, row.org_id, row.supplier_id)
    found = [Deed(verb.value) for verb in Verb if any(may(verb, row.status, p) for p in parties)]
    if row.kind == "reversal" or row.status is State.REVERSED:
        return _READING
    if Deed.AUDIT in found and row.created_by == actor.person_id:
        found.remove(Deed.AUDIT)  # who made it does not audit it
    member, supplier = Party.MEMBER in parties, Party.SUPPLIER in parties
    if row.status in _BILLED and (member or (supplier and row.status is not State.DRAFT)):
        found.append(Deed.BILL)
    if member and row.status in {State.DRAFT, State.DISPUTED}:
        found.append(Deed.ADJUST)
    if member and row.status is State.CONFIRMED:
        found.append(Deed.MATCH)
    if member and row.matched and row.status in {State.CONFIRMED, State.INVOICED}:
        found.append(Deed.UNMATCH)
    if member and row.status in _MATCHED:
        found.append(Deed.REPORT)
    order = list(Deed)
    if row.status is State.DISPUTED:  # first the bill, then sending it again
        order.remove(Deed.SEND)
        order.insert(order.index(Deed.ADJUST) + 1, Deed.SEND)
    if row.difference:  # nobody can confirm before both figures agree
        order.remove(Deed.CONFIRM)
        order.insert(order.index(Deed.ADJUST), Deed.CONFIRM)
    return (*sorted(found, key=order.index), *_READING)
