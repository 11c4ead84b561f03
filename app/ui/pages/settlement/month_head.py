"""The head of the page: which month, how its bills stand, and the two big buttons."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, Signal
from typing_extensions import override

from app.domain.settlement.period import Period
from app.i18n import _
from app.ui import theme
from app.ui.icons import Icon
from app.ui.status import Status
from app.ui.tables.paint import width_of
from app.ui.widgets.badge import StateCounts
from app.ui.widgets.buttons import Button, Kind, icon_button
from app.ui.widgets.cards import Card, toolbar
from app.ui.widgets.fields import Select
from app.ui.widgets.text import Role, Text

_BACK, _FORTH = 18, 2
_SPACE = 8


class MonthHead(Card):
    """Month switcher, counts of states, 生成 / 发送 / 关账.

    Signals:
        month_changed: Another month was chosen: the `Period`.
    """

    month_changed = Signal(object)

    def __init__(self, period: Period) -> None:
        super().__init__(padding=10)
        self.period = period
        self._counts: list[tuple[Status, str, str]] = []
        self._fitting: list[tuple[Status, str, str]] = []
        self.back = icon_button(Icon.CHEVRON_LEFT, _("上个月"))
        self.forth = icon_button(Icon.CHEVRON_RIGHT, _("下个月"))
        self.month = Select(icon=Icon.CALENDAR)
        self.month.setAccessibleName(_("结算月份"))
        self.span = Text("", Role.LABEL)
        self.states = StateCounts()
        self.make_button = Button(_("生成对账单"), icon=Icon.CALCULATOR)
        self.send_button = Button(_("发送对账单"), icon=Icon.SEND)
        self.close_button = Button(_("关账"), Kind.PRIMARY, icon=Icon.LOCK_CHECK)
        self.add(
            toolbar(
                self.back, self.month, self.forth, self.span, self.states, None, self.make_button,
                self.send_button, self.close_button,
            )
        )  # fmt: skip
        self.back.clicked.connect(partial(self._move, -1))
        self.forth.clicked.connect(partial(self._move, 1))
        self.month.activated.connect(lambda _place: self._chosen())
        self.show_month(period)

    def show_month(self, period: Period) -> None:
        """Show another month without telling anybody."""
        self.period = period
        months = [period.plus(n) for n in range(_FORTH, -_BACK, -1)]
        self.month.set_entries([(one, words(one)) for one in months])
        self.month.choose(period)
        self.month.updateGeometry()

    def show_counts(self, counts: list[tuple[Status, str, str]]) -> None:
        """Show how many bills are in which state, as many states as there is room for."""
        self._counts = counts
        others = (
            self.back, self.month, self.forth, self.span, self.make_button, self.send_button,
            self.close_button,
        )  # fmt: skip
        shown = [one for one in others if not one.isHidden()]
        room = self.width() - sum(one.sizeHint().width() + _SPACE for one in shown) - 4 * _SPACE
        fitting: list[tuple[Status, str, str]] = []
        for entry in counts:
            words = width_of(entry[1], theme.px(15), bold=True)
            words += width_of(entry[2], theme.px(14), bold=False)
            room -= words + theme.px(20) + 6 * _SPACE
            if room < 0 and fitting:
                break
            fitting.append(entry)
        if fitting != self._fitting:
            self._fitting = fitting
            self.states.show_counts(fitting)

    @override
    def event(self, event: QEvent) -> bool:
        known = super().event(event)
        if event.type() in {QEvent.Type.Resize, QEvent.Type.LayoutRequest}:
            self.show_counts(self._counts)  # buttons that left made room
        return known

    def _move(self, months: int) -> None:
        self.show_month(self.period.plus(months))
        self.month_changed.emit(self.period)

    def _chosen(self) -> None:
        if isinstance(self.month.value, Period):
            self.show_month(self.month.value)
            self.month_changed.emit(self.period)


def words(period: Period) -> str:
    """2026 年 9 月."""
    return _("{year} 年 {month} 月", year=period.year, month=period.month)
