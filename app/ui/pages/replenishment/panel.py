"""The right panel: use and forecast, and where the figure comes from."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.domain.replenish.explain import Role as StepRole, Step
from app.domain.replenish.plan import FOREVER, lasts
from app.domain.replenish.review import needs_reason
from app.i18n import _
from app.services.replenishment.group_first import Help
from app.services.replenishment.suggestions import SuggestionRow
from app.ui import formats, theme
from app.ui.icons import Icon
from app.ui.pages.replenishment.rows import shown_unit
from app.ui.status import Status
from app.ui.widgets.allowing import allow
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import Card
from app.ui.widgets.charts import Forecast, UseChart
from app.ui.widgets.text import Role, Text, line

_WIDTH: Final = 286
_ROOMY: Final = 700
_LINK: Final = 26
"""A link in the panel is lower than a button: the sum above it is worth the room."""
_TELLING: Final = 3
"""Another quantity is offered where it changes the days by at least these."""
_RIGHT: Final = Qt.AlignmentFlag.AlignRight


TOOLS: Final = {"D": "number", "T": "stand_in", "G": "supply"}
"""Letters on the rows, and which form they open."""


class WhyPanel(Card):
    """Shows one suggestion.

    Signals:
        other: The person takes the other quantity that the panel offers (smallest units).
        left_out: The line shall not be ordered.
        reasoned: A reason was written.
        lots: The person wants to see the item's lots.
        helped: The person takes what another member can give (a tuple of one `Help`).
        tool: A form for the item is wanted (a value of `TOOLS`).
    """

    tool = Signal(str)

    other = Signal(object)
    left_out = Signal()
    reasoned = Signal(str)
    lots = Signal(object)
    helped = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent, padding=14)
        self.row: SuggestionRow | None = None
        self._other = 0
        self.name = Text("", Role.DETAIL_TITLE, wrap=True)
        self.spec = Text("", Role.SECOND, wrap=True)
        self.chart_title = Text("", Role.SECOND)
        self.chart = UseChart(86)
        self.steps = _Steps()
        self.reason = QLineEdit()
        self.reason.setAccessibleName(_("改动的原因"))
        self.reason.setMaxLength(80)
        self.reason.editingFinished.connect(self._reason_written)
        self.offer = Button("", Kind.LINK, icon=Icon.INFORMATION)
        self.offer.clicked.connect(lambda: self.other.emit(self._other))
        self.help = Button("", Kind.LINK, icon=Icon.SWAP)
        self.help.clicked.connect(self._help)
        self._found: Help | None = None
        self.lasting = Text("", Role.SECOND, wrap=True)
        self.caution = Text("", Role.SECOND, wrap=True, tone=Status.NEAR)
        self.caution.hide()
        self._look = ""
        self._low = False
        self.note.hide()
        self._lay_out()
        self.fit(1366)
        self.show_row(None)

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setObjectName("scrolled")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(5)
        self._rule = line()
        for part in (self.name, self.spec, line(), self.chart_title, self.chart, self._rule):
            column.addWidget(part)
        column.addWidget(Text(_("这个数怎么来的"), Role.STRONG))
        column.addWidget(self.steps)
        column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inside)
        self.area.viewport().setAutoFillBackground(False)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.add(self.area, 1)
        self.add(self.caution)
        self.add(self.lasting)
        self.add(self.help)
        self.add(self.reason)
        self.add(self.offer)
        self.tools = self._tools()
        self.add(self.tools)
        for low in (self.help, self.offer, self.tools):
            low.setMaximumHeight(theme.px(_LINK))
        self.leave_out = Button(_("不补这行"))
        self.leave_out.clicked.connect(self.left_out)
        self.show_lots = Button(_("看全部批次"))
        self.show_lots.clicked.connect(self._lots)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.leave_out, 1)
        foot.addWidget(self.show_lots, 1)
        self.add(foot)

    def _tools(self) -> QWidget:
        """Links to the forms of an item; each has a letter on the rows."""
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        words = {"number": _("定数"), "stand_in": _("替代"), "supply": _("供货")}
        for letter, name in TOOLS.items():
            link = Button(f"{words[name]} {letter}", Kind.LINK)
            link.setToolTip(_TOOL_TIPS[name]())
            link.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            link.clicked.connect(lambda _on=False, name=name: self.tool.emit(name))
            row.addWidget(link)
        row.addStretch(1)
        return box

    def fit(self, window_width: int) -> None:
        """Take the width that the window allows."""
        self.setFixedWidth(min(theme.px(_WIDTH), 304, max(270, window_width * 2 // 5)))

    def set_low(self, *, low: bool) -> None:
        """In a low window the sum is worth more than the picture."""
        self._low = low
        self._fit_chart()

    def _fit_chart(self) -> None:
        """The picture gives way where a caution and a reason stand below the sum as well."""
        crowded = bool(self._look) and self.height() < theme.px(_ROOMY)
        for part in (self.chart, self.chart_title, self._rule):
            part.setVisible(not self._low and not crowded)

    def show_problem(self, text: str) -> None:
        """Say what is wrong with what was just typed, beside the line it is about."""
        self.caution.set_tone(Status.BAD)
        self.caution.setText(text)
        self.caution.show()

    def show_row(self, row: SuggestionRow | None, look: str = "") -> None:
        """Show a suggestion and why it should be looked at, or what to do where none is chosen."""
        self.row, self._look = row, look
        self.help.hide()
        self.caution.set_tone(Status.NEAR)
        self.caution.setText(_("要看：{why}", why=look))
        self.caution.setVisible(bool(look))
        self._fit_chart()
        parts = (self.area, self.reason, self.offer, self.leave_out, self.show_lots, self.tools)
        for part in parts:
            part.setVisible(row is not None)
        if row is None:
            self.lasting.show()
            self.lasting.setText(_("选一行，就能看到这个数怎么来的。"))
            return
        self.name.setText(row.name)
        self.spec.setText(_facts(row))
        self._show_use(row)
        self.steps.show_steps(row)
        self._show_decision(row)

    def _show_use(self, row: SuggestionRow) -> None:
        factor = row.pack_factor
        self.chart_title.setText(_("用量与预测（{unit} / 周）", unit=row.pack_unit))
        self.chart.show_use(
            [week / factor for week in row.why.weeks],
            [Forecast(w.mean / factor, w.low / factor, w.high / factor) for w in row.why.ahead],
            (_("过去 12 周实际"), _("未来 4 周预测")),
        )

    def _show_decision(self, row: SuggestionRow) -> None:
        wanting = needs_reason(row.suggested, row.chosen) and not row.edit_reason
        self.reason.setVisible(row.edited or bool(self._look or row.edit_reason))
        self.reason.setText(row.edit_reason)
        checked = _("核对过就写一句，或按 Y") if self._look else _("为什么改（可不写）")
        self.reason.setPlaceholderText(_("比建议多很多，请写原因") if wanting else checked)
        if row.chosen > 0:
            unit, factor = shown_unit(row)
            self.lasting.setText(_lasting(_("补 {n} {unit}"), row, row.chosen // factor, unit))
        else:
            self.lasting.setText(_("这行不补。"))
        self.lasting.set_tone(Status.NEAR if wanting else None)
        self._show_offer(row)
        allow(self.leave_out, _("这行本来就不补。"), when=row.chosen > 0)

    def show_help(self, found: Help | None) -> None:
        """What another member can give of this line."""
        self._found, row = found, self.row
        self.help.setVisible(found is not None)
        if row is None or found is None:
            return
        words = _(
            "先调：{donor}可给 {n} {unit}",
            donor=found.donor,
            n=formats.number(found.qty // row.pack_factor),
            unit=row.pack_unit,
        )
        if found.saved > 0:
            words += _("，少报损 {amount}", amount=formats.total(found.saved))
        self.help.setText(words)
        self.help.setToolTip(
            _(
                "少买 {amount}，距离 {km} 公里。点一下就向对方发调拨申请，本行相应减少。",
                amount=formats.total(found.value),
                km=found.km,
            )
        )
        self.help.updateGeometry()

    def _help(self) -> None:
        if self._found is not None:
            self.helped.emit((self._found,))

    def _show_offer(self, row: SuggestionRow) -> None:
        """Offer the plan's figure back, or one multiple less."""
        unit, factor = shown_unit(row)
        if row.edited:
            self._other = row.suggested
            words = _("改回建议的 {n} {unit}", n=formats.number(row.suggested // factor), unit=unit)
        else:
            self._other = row.chosen - row.why.multiple
            words = _lasting(_("改成 {n} {unit}"), row, self._other // factor, unit, self._other)
        telling = row.why.multiple >= _TELLING * row.why.per_day
        self.offer.setText(words)
        self.offer.setVisible(row.edited or (self._other > 0 and telling))
        self.lasting.setVisible(row.edited or self.offer.isHidden())
        self.offer.updateGeometry()

    def _reason_written(self) -> None:
        text = " ".join(self.reason.text().split())
        if self.row is not None and text != self.row.edit_reason:
            self.reasoned.emit(text)

    def _lots(self) -> None:
        if self.row is not None:
            self.lots.emit(self.row.item_id)


_TOOL_TIPS: Final = {
    "number": lambda: _("人工定数：上下限、最低存量或预计月用量，写明原因和截止日"),
    "stand_in": lambda: _("可替代的品规和手头库存"),
    "supply": lambda: _("供货约定：件装、起订数、起订额、到货天数"),
}


def _facts(row: SuggestionRow) -> str:
    parts = [row.spec]
    if row.supplier:
        parts.append(row.supplier)
    if row.unit_price is not None:
        parts.append(_("{price} 元", price=formats.price(row.unit_price)))
    return " · ".join(parts)


def _lasting(
    words: str, row: SuggestionRow, number: int, unit: str, chosen: int | None = None
) -> str:
    stock = row.why.in_house + row.why.coming
    days = lasts(stock, row.chosen if chosen is None else chosen, row.why.per_day)
    text = words.format(n=formats.number(number), unit=unit)
    return text if days >= FOREVER else _("{words}，约可用 {n} 天", words=text, n=days)


class _Steps(QWidget):
    """The steps of an explanation under each other, figures at the right."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(1)
        self._grid.setColumnStretch(0, 1)

    def show_steps(self, row: SuggestionRow) -> None:
        """Show the steps of a suggestion."""
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item else None
            if widget:
                widget.hide()
                widget.deleteLater()
        place = 0
        for step in row.why.explanation.steps:
            if step.role in {StepRole.TOTAL, StepRole.RESULT}:
                self._grid.addWidget(line(), place, 0, 1, 2)
                place += 1
            self._add(step, row, place)
            place += 1

    def _add(self, step: Step, row: SuggestionRow, place: int) -> None:
        result = step.role is StepRole.RESULT
        label = Text(str(step.label), Role.STRONG if result else Role.SECOND, wrap=True)
        unit = "" if step.role is StepRole.ADD else f" {row.why.explanation.unit}"
        value = Text(
            f"{_figure(step.value)}{unit}",
            Role.STRONG if result else Role.BUTTON,
            tone=Status.INFO if result else None,
        )
        value.setAlignment(_RIGHT | Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(label, place, 0)
        self._grid.addWidget(value, place, 1)


def _figure(value: Decimal) -> str:
    whole = value == value.to_integral_value()
    return formats.number(value.to_integral_value() if whole else value.normalize())
