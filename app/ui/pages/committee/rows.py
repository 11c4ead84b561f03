"""Agenda, alternatives, requests and 临采 as table rows."""

from __future__ import annotations

from typing import Final

from app.domain.formulary.requests import Kind as Wish, Result, Status as Step
from app.i18n import _
from app.services.committee.facts import Alternative
from app.services.committee.temporary import STATES, TemporaryRow
from app.services.committee.views import AgendaRow, RequestRow
from app.ui import formats
from app.ui.status import Status
from app.ui.tables.cells import Cell, Pill, Qty, Row, Two
from app.ui.tables.columns import Column, Kind

_GRADES: Final = {
    "ok": Status.OK, "warn": Status.WARN, "near": Status.NEAR, "bad": Status.BAD,
    "mute": Status.MUTE, "lock": Status.LOCK,
}  # fmt: skip
_RESULTS: Final = {
    Result.INTRODUCED.value: Status.OK,
    Result.STOPPED.value: Status.MUTE,
    Result.DEFERRED.value: Status.WARN,
    Result.REJECTED.value: Status.BAD,
}
_STEPS: Final = {
    Step.DRAFT.value: Status.MUTE,
    Step.SUBMITTED.value: Status.INFO,
    Step.RETURNED.value: Status.NEAR,
    Step.AGREED.value: Status.INFO,
    Step.SCHEDULED.value: Status.INFO,
    Step.DECIDED.value: Status.MUTE,
    Step.EFFECTIVE.value: Status.OK,
    Step.EVALUATED.value: Status.OK,
    Step.WITHDRAWN.value: Status.MUTE,
}
_TEMPORARY: Final = {
    "asked": Status.INFO, "approved": Status.OK, "refused": Status.BAD, "bought": Status.MUTE,
}  # fmt: skip


def grade(name: str) -> Status:
    """The shape of a pre-check's grade."""
    return _GRADES.get(name, Status.MUTE)


def agenda_columns() -> tuple[Column, ...]:
    """Columns of the agenda."""
    return (
        Column(key="seq", title="#", kind=Kind.NUMBER, width=36),
        Column(key="name", title=_("申请品规"), kind=Kind.TWO_LINE, width=140, stretch=True),
        Column(key="asked", title=_("申请 / 科室"), kind=Kind.TWO_LINE, width=98),
        Column(key="two", title=_("一品两规"), kind=Kind.PILL, width=88),
        Column(key="essential", title=_("基药"), kind=Kind.PILL, width=66),
        Column(key="vbp", title=_("集采"), kind=Kind.PILL, width=104),
        Column(key="insurance", title=_("医保"), kind=Kind.PILL, width=92),
        Column(key="votes", title=_("赞 : 反 : 弃"), kind=Kind.TWO_LINE, width=92),
        Column(key="result", title=_("结果"), kind=Kind.PILL, width=108),
    )


def agenda_row(item: AgendaRow) -> Row:
    """One item with its pre-check and count."""
    request, count = item.request, item.count
    votes = Two("—", _("未开始"))
    if item.status == "voting":
        votes = Two(
            f"{count.yes} : {count.no} : {count.abstain}",
            _("已投 {n} / {all}", n=count.cast, all=count.entitled),
        )
    elif item.status == "done":
        votes = Two(
            f"{count.yes} : {count.no} : {count.abstain}",
            formats.percent(count.yes, count.entitled),
        )
    cells: tuple[Cell, ...] = (
        str(item.seq),
        Two(request.name, request.spec),
        Two(Wish(request.kind).label, f"{request.org} {request.department}"),
        *(_check(request, name) for name in ("two", "essential", "vbp", "insurance")),
        votes,
        _result(item),
    )
    return Row(item.seq, cells, record=item)


def _check(request: RequestRow, name: str) -> Cell:
    check = request.check(name)
    return Pill(grade(check.grade), check.short) if check else "—"


def _result(item: AgendaRow) -> Pill:
    if item.result:
        return Pill(_RESULTS[item.result], Result(item.result).label)
    if item.status == "voting":
        return Pill(Status.INFO, _("投票中"))
    crowded = item.request.check("two")
    if crowded is not None and crowded.grade == "bad":
        return Pill(Status.WARN, _("先定替换"))
    return Pill(Status.MUTE, _("待议"))


def alternative_columns() -> tuple[Column, ...]:
    """Columns of 和在用品比."""
    return (
        Column(key="name", title=_("品规"), width=280, stretch=True),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=104),
        Column(key="price", title=_("单价"), unit=_("元/包装"), kind=Kind.MONEY, width=120),
        Column(key="yearly", title=_("年用量"), kind=Kind.QTY, width=110),
        Column(key="amount", title=_("年金额"), unit=_("元"), kind=Kind.MONEY, width=120),
    )


def alternative_row(one: Alternative) -> Row:
    """One item of the same class."""
    states = {
        "asked": Pill(Status.INFO, _("申请品规")),
        "listed": Pill(Status.OK, _("在用")),
        "catalogue": Pill(Status.MUTE, _("未配备")),
    }
    cells: tuple[Cell, ...] = (
        f"{one.name} {one.spec}",
        states[one.state],
        formats.price(one.price),
        Qty(formats.number(one.yearly), one.base_unit),
        formats.amount(one.amount),
    )
    return Row(one.item_id, cells, record=one)


def request_columns() -> tuple[Column, ...]:
    """Columns of the requests."""
    return (
        Column(key="no", title=_("单号"), width=140, sortable=True),
        Column(key="name", title=_("品规"), kind=Kind.TWO_LINE, width=240, stretch=True),
        Column(key="kind", title=_("申请"), width=80, sortable=True),
        Column(key="org", title=_("机构 / 科室"), kind=Kind.TWO_LINE, width=120),
        Column(key="two", title=_("一品两规"), kind=Kind.PILL, width=92),
        Column(key="yearly", title=_("估计年用量"), kind=Kind.QTY, width=110),
        Column(key="status", title=_("进度"), kind=Kind.PILL, width=130, sortable=True),
        Column(key="effective", title=_("生效日期"), kind=Kind.DATE, width=104, sortable=True),
    )


def request_row(row: RequestRow) -> Row:
    """One request."""
    words = Step(row.status).label
    status = _STEPS[row.status]
    if row.result and row.status in {Step.DECIDED.value, Step.EFFECTIVE.value}:
        words, status = f"{words}·{Result(row.result).label}", _RESULTS[row.result]
    cells: tuple[Cell, ...] = (
        row.no,
        Two(row.name, row.spec),
        Wish(row.kind).label,
        Two(row.org, row.department),
        _check(row, "two"),
        Qty(formats.number(row.yearly_qty), row.base_unit),
        Pill(status, words),
        formats.day(row.effective_on),
    )
    return Row(row.request_id, cells, record=row)


def temporary_columns() -> tuple[Column, ...]:
    """Columns of 临采."""
    return (
        Column(key="no", title=_("单号"), width=140, sortable=True),
        Column(key="name", title=_("品规"), kind=Kind.TWO_LINE, width=220, stretch=True),
        Column(key="org", title=_("机构 / 科室"), kind=Kind.TWO_LINE, width=110),
        Column(key="qty", title=_("数量"), kind=Kind.QTY, width=90),
        Column(key="times", title=_("一年内第几次"), kind=Kind.PILL, width=128),
        Column(key="reason", title=_("理由"), width=230),
        Column(key="day", title=_("日期"), kind=Kind.DATE, width=104, sortable=True),
        Column(key="status", title=_("进度"), kind=Kind.PILL, width=104, sortable=True),
    )


def temporary_row(row: TemporaryRow) -> Row:
    """One purchase with its place in the year."""
    often = Status.NEAR if row.times > 1 else Status.MUTE
    cells: tuple[Cell, ...] = (
        row.no,
        Two(row.name, row.spec),
        Two(row.org, row.department or "—"),
        Qty(formats.number(row.qty), row.base_unit),
        Pill(often, _("第 {n} 次", n=row.times)),
        row.reason,
        formats.day(row.asked_on),
        Pill(_TEMPORARY[row.status], _(STATES[row.status])),
    )
    return Row(row.purchase_id, cells, record=row)
