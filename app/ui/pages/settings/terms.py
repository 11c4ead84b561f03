"""供货与结算: days to deliver, order days and when goods are payable, per member and supplier."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.domain.duties import Duty
from app.domain.ids import new_op
from app.i18n import _
from app.services.platform import terms as service
from app.services.platform.terms import TRIGGERS, WEEKDAYS, SetTerm, TermRow
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.pages.settings.kit import ListSection, SaveForm
from app.ui.status import Status
from app.ui.tables.cells import Pill, Row
from app.ui.tables.columns import Column, Kind
from app.ui.widgets.buttons import Kind as ButtonKind
from app.ui.widgets.fields import Check, Field, Select
from app.ui.widgets.numbers import QtyEdit


class TermsSection(ListSection):
    """Every member with every supplier."""

    def __init__(self, context: PageContext) -> None:
        texts = (
            _("供货与结算"),
            _("每家成员和每家供应商约定：几天到货、星期几下单、什么时候结算。补货和对账都用它。"),
            _("还没有供应商。请先在「机构」里新增供应商。"),
        )
        super().__init__(context, texts, _columns())
        if context.actor.has(Duty.BUY):
            self.button(_("修改约定"), self.change, ButtonKind.PRIMARY)
            self.table.opened.connect(lambda _row: self.change())

    @override
    def refresh(self) -> None:
        """Ask for all pairs."""
        db, actor = self.context.db, self.context.actor
        orgs = tuple(actor.orgs())
        self.ask(lambda: tuple(_row(row) for row in service.terms(db, actor, orgs)))

    def change(self) -> None:
        """Ask for the terms of the chosen pair."""
        row = self.record(TermRow)
        if row is None:
            return
        form = TermForm(self, row)

        def saved() -> None:
            self.context.notices.done(_("约定已保存，从今天起生效。"))
            self.context.changes.announce({Topic.SETTINGS})
            self.refresh()

        form.saved.connect(saved)
        form.open()


class TermForm(SaveForm):
    """The terms of one pair."""

    def __init__(self, section: TermsSection, row: TermRow) -> None:
        title = _("{org} 与 {supplier}", org=row.org, supplier=row.supplier)
        super().__init__(section, title, _("保存"))
        self._pair = (row.org_id, row.supplier_id)
        self.days = QtyEdit()
        self.days.set_value(2 if row.lead_days is None else row.lead_days)
        self.weekdays = [Check(_(words)) for words in WEEKDAYS]
        for number, check in enumerate(self.weekdays):
            check.setChecked(number in (row.weekdays or (0,)))
        self.trigger = Select([(key, _(words)) for key, words in TRIGGERS.items()])
        self.trigger.choose(row.trigger or "consumption")
        self.add(Field(_("下单后几个工作日到货"), self.days))
        self.add(*self.weekdays[:4])
        self.add(*self.weekdays[4:], QWidget())  # each below the one above it
        hint = _("用后结算：用掉才付款，货归供应商")
        self.add(Field(_("结算方式"), self.trigger, hint=hint))

    @override
    def work(self) -> Callable[[], object]:
        chosen = tuple(n for n, check in enumerate(self.weekdays) if check.isChecked())
        days = self.days.value
        command = SetTerm(new_op(), *self._pair, days, chosen, str(self.trigger.value))
        db, actor = self.section.context.db, self.section.context.actor
        return lambda: service.set_term(db, actor, command)


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="org", title=_("成员"), width=140, sortable=True),
        Column(key="supplier", title=_("供应商"), width=140, sortable=True, stretch=True),
        Column(key="days", title=_("到货"), kind=Kind.NUMBER, width=90, unit=_("工作日")),
        Column(key="weekdays", title=_("下单日"), width=200),
        Column(key="trigger", title=_("结算方式"), kind=Kind.PILL, width=130),
        Column(key="since", title=_("生效"), width=110),
    )


def _row(row: TermRow) -> Row:
    if row.trigger:
        trigger = Pill(Status.OK, _(TRIGGERS[row.trigger]))
    else:
        trigger = Pill(Status.NEAR, _("还没约定"))
    cells = (
        row.org,
        row.supplier,
        "—" if row.lead_days is None else str(row.lead_days),
        "、".join(_(WEEKDAYS[n]) for n in row.weekdays if n < len(WEEKDAYS)) or "—",
        trigger,
        row.since.isoformat() if row.since else "—",
    )
    return Row((row.org_id, row.supplier_id), cells, row)
