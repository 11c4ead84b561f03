"""结算时点: when each supplier's goods are payable, by item, category or all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.consumption.triggers import CATEGORIES, Trigger
from app.domain.days import typed_day
from app.domain.duties import Duty
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.i18n import N_, _
from app.services.consumption.terms import EndRule, RuleRow, SetRule, end_rule, rules, set_rule
from app.services.prices.listing import SupplierRow, suppliers
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.icons import Icon
from app.ui.page import Page
from app.ui.status import Status
from app.ui.tables.cells import Cell, Link, Pill, Row, Tone
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Kind as ButtonKind
from app.ui.widgets.cards import toolbar
from app.ui.widgets.dialogs import Form, Question, confirm
from app.ui.widgets.fields import CodeEdit, Field, Select, check_all
from app.ui.widgets.item_field import ItemField
from app.ui.widgets.text import Role, Text

_STATES: Final = {
    "now": (Status.OK, N_("在用")),
    "later": (Status.INFO, N_("未到日期")),
    "past": (Status.MUTE, N_("已停用")),
}
_BY_ITEM: Final = ""


class RuleForm(Form):
    """A trigger for an item or a category of a supplier.

    Signals:
        chosen: A `SetRule`.
    """

    chosen = Signal(object)

    def __init__(self, context: PageContext, found: Sequence[SupplierRow], parent: QWidget) -> None:
        super().__init__(_("约定结算时点"), _("保存"), parent, wide=460)
        self._context = context
        self.supplier = Select([(row.id, row.short_name) for row in found])
        self.scope = Select([(key, _(title)) for key, title in CATEGORIES.items()]
                            + [(_BY_ITEM, _("一个品规"))])  # fmt: skip
        self.item = ItemField(context)
        self.trigger = Select([(one, one.label) for one in reversed(Trigger)])
        self.start = CodeEdit(context.today.isoformat())
        self.start_field = Field(_("从哪天起"), self.start)
        words = Text("", Role.SECOND, wrap=True)
        words.setText(
            _("入库结算：验收入库就归本机构，记入当月账单。出库结算：发给科室时归本机构，"
              "退回库房就退回供应商。用后结算：用掉才付款。已经归本机构的货不会再结一次。")
        )  # fmt: skip
        for widget in (
            Field(_("供应商"), self.supplier), Field(_("货品"), self.scope), self.item,
            Field(_("结算时点"), self.trigger), self.start_field, words,
        ):  # fmt: skip
            self.body.addWidget(widget)
        self.scope.currentIndexChanged.connect(self._scope_changed)
        self._scope_changed()

    def _scope_changed(self) -> None:
        self.item.setVisible(self.scope.value == _BY_ITEM)

    @override
    def submit(self) -> None:
        """Emit the command once it is whole."""
        category = str(self.scope.value)
        if not category and not check_all([(self.item, self.item.checked)]):
            return
        try:
            day = typed_day(self.start.text())
        except DomainError as error:
            self.start_field.say(error.text)
            return
        trigger, supplier = self.trigger.value, self.supplier.value
        if isinstance(trigger, Trigger) and isinstance(supplier, int):
            item = 0 if category else self.item.item_id
            self.chosen.emit(
                SetRule(new_op(), self._context.org.id, supplier, trigger, item, category, day)
            )
            self.accept()


class TriggerView(QWidget):
    """What was agreed: in force first.

    Signals:
        changed: Counts are other ones now.
    """

    changed = Signal()

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self.form: RuleForm | None = None
        self.grid = GridView(ListModel(_columns()))
        self.counted = self.exported = self.grid
        self.grid.set_empty(_("还没有约定，都是用后结算。"))
        self.grid.link_clicked.connect(lambda row, _column: self._ask_end(row))
        self.grid.opened.connect(self._ask_end)
        self.grid.counts_changed.connect(self.changed)
        self.button = Button(_("约定"), ButtonKind.PRIMARY, icon=Icon.PLUS, key="Ctrl+N")
        self.button.clicked.connect(self.new)
        words = Text(
            _("品规先于类别，类别先于整家供应商。整家供应商的在 系统设置 的「供应条件」里改。"),
            Role.LABEL,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(toolbar(words, None, self.button))
        column.addWidget(self.grid, 1)
        self.setFocusProxy(self.grid)

    def _may(self) -> bool:
        return self._page.context.may(Duty.SETTLE) or self._page.context.may(Duty.BUY)

    def refresh(self) -> None:
        """Ask for the agreements again."""
        context = self._page.context
        db, actor, orgs = context.db, context.actor, context.scope.ids
        self.button.setVisible(self._may())
        self._page.read(lambda: rules(db, actor, orgs), self._show, channel="rules")

    def new(self) -> None:
        """Agree another trigger."""
        context = self._page.context
        if not self._may():
            context.notices.warn(_("结算时点由结算或采购人员约定。请联系他们。"))
            return
        db, actor = context.db, context.actor
        self._page.read_for_form(lambda: suppliers(db, actor), self._open)

    def _open(self, found: tuple[SupplierRow, ...]) -> None:
        self.form = RuleForm(self._page.context, found, self)
        self.form.chosen.connect(self._set)
        self.form.open()

    def _set(self, command: SetRule) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        self._page.write(lambda: set_rule(db, actor, command), self._done)

    def _done(self, _rule: object) -> None:
        self._page.context.notices.done(_("已约定。之前的货仍按原来的算。"))
        self._page.context.changes.announce({Topic.SETTLEMENT})
        self.refresh()

    def _ask_end(self, row: Row) -> None:
        rule = row.record
        if not isinstance(rule, RuleRow) or not rule.rule_id:
            return
        question = Question(
            _("停用 {supplier} {scope} 的约定", supplier=rule.supplier, scope=rule.scope),
            _("今天起恢复这家供应商平常的结算时点。已经结算的不变。"), _("停用"),
        )  # fmt: skip
        db, actor = self._page.context.db, self._page.context.actor
        command = EndRule(new_op(), rule.org_id, rule.rule_id)

        def ended(_nothing: None) -> None:
            self._page.context.notices.done(_("已停用。"))
            self.refresh()

        def go_on() -> None:
            self._page.write(lambda: end_rule(db, actor, command), ended)

        confirm(self, question, go_on)

    def _show(self, found: tuple[RuleRow, ...]) -> None:
        model = self.grid.model
        may = self._may()
        if isinstance(model, ListModel):
            model.set_rows([_row(place, row, may=may) for place, row in enumerate(found)])
        self.changed.emit()


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="supplier", title=_("供应商"), width=130, frozen=True),
        Column(key="scope", title=_("货品"), width=260, stretch=True),
        Column(key="trigger", title=_("结算时点"), kind=Kind.PILL, width=120),
        Column(key="from", title=_("生效"), kind=Kind.DATE, width=104),
        Column(key="to", title=_("停用"), kind=Kind.DATE, width=104),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=104),
        Column(key="org", title=_("机构"), width=120),
        Column(key="person", title=_("约定人"), width=80),
        Column(key="act", title="", kind=Kind.BUTTON, width=56),
    )


def _row(place: int, row: RuleRow, *, may: bool) -> Row:
    status, word = _STATES[row.state]
    tone = Status.INFO if row.trigger != Trigger.CONSUMPTION else Status.MUTE
    open_ = may and bool(row.rule_id) and row.state != "past"
    cells: tuple[Cell, ...] = (
        row.supplier, row.scope, Pill(tone, row.label, bare=True), row.valid_from.isoformat(),
        row.valid_to.isoformat() if row.valid_to else "—", Pill(status, _(word)), row.org,
        row.person or "—", Link(_("停用")) if open_ else Tone(""),
    )  # fmt: skip
    return Row(place, cells, record=row)
