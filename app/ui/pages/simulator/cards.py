"""The boxes of the simulator: a policy, the charts, the advice."""

from __future__ import annotations

from datetime import date
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout
from typing_extensions import override

from app.domain.replenish.advice import Verdict
from app.domain.replenish.scenario import Kind, Scenario
from app.i18n import N_, _
from app.services.replenishment.simulation import Simulated
from app.ui import formats, theme
from app.ui.icons import Icon
from app.ui.pages.simulator.charts import LinesChart, PairsChart
from app.ui.status import Status
from app.ui.widgets.allowing import allow
from app.ui.widgets.badge import Badge, Shape
from app.ui.widgets.buttons import Button, Kind as ButtonKind
from app.ui.widgets.cards import Card
from app.ui.widgets.text import ElidedText, Role, Text

_WAN: Final = 10_000
_TENTHS: Final = 10
_NAMES: Final = {
    Kind.MONTHS: N_("手设上下限"),
    Kind.STORE: N_("全部品规一起权衡"),
    Kind.GROUP: N_("集团一盘棋"),
}
_LOOKS: Final = {Verdict.TAKE_B: Status.OK, Verdict.WEIGH: Status.WARN, Verdict.KEEP_A: Status.MUTE}


class PolicyCard(Card):
    """One policy: its letter and name, whether it is in force, its parameters in a line."""

    def __init__(self, letter: str, name: str, badge: str, status: Status) -> None:
        super().__init__(f"{letter}  {name}", padding=12)
        self._marked = status is Status.INFO
        self.change = Button(_("改参数"), ButtonKind.LINK, icon=Icon.TUNE)
        self.head.insertWidget(1, Badge(status, badge))
        self.head.addWidget(self.change)
        self.words = ElidedText("", Role.SECOND)
        self.add(self.words)

    def show_scenario(self, scenario: Scenario) -> None:
        """The parameters in a line."""
        parts = [_(_NAMES[scenario.kind])]
        if scenario.kind is Kind.MONTHS:
            parts.append(_("备 {n} 个月用量", n=f"{scenario.tenths / _TENTHS:g}"))
        else:
            parts.append(_("服务水平 {n}%", n=scenario.service))
            parts.append(
                _("目标 {n} 天", n=scenario.target_days) if scenario.target_days else _("近零库存")
            )
        parts.append(_("成员互相调拨") if scenario.lateral else _("不调拨"))
        self.words.setText(" · ".join(parts))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._marked:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.colour("primary"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
            painter.end()


class ChartsCard(Card):
    """Stock by week and shortage by month."""

    def __init__(self) -> None:
        super().__init__(_("库存金额"), padding=12)
        self.set_title(_("库存金额"), _("万元 · 按周，A 虚线 B 实线"))
        self.lines, self.pairs = LinesChart(), PairsChart()
        self.below = Text("", Role.LABEL)
        self.add(self.lines, 3)
        self.add(self.below)
        self.add(self.pairs, 2)

    def show_found(self, found: Simulated) -> None:
        """Show both outcomes."""
        a, b = found.a, found.b
        mean = _(
            "平均库存 A {a}，B {b}",
            a=formats.total(a.stock_value),
            b=formats.total(b.stock_value),
        )
        self.lines.show_values(
            [float(value) / _WAN for value in a.weekly],
            [float(value) / _WAN for value in b.weekly],
            [(_place(month, found), _("{n}月", n=month.month)) for month in found.months],
            mean,
        )
        self.lines.show_ends(
            *((name, _("平均 {n}", n=f"{float(one.stock_value) / _WAN:,.2f}"))
              for name, one in ((_("A 现行"), a), (_("B 建议"), b)))
        )  # fmt: skip
        short = _("缺货 · 品规天，A 斜纹 {a}，B 实心 {b}", a=a.short_days, b=b.short_days)
        self.below.setText(short)
        count = len(found.months)
        self.pairs.show_values(
            a.monthly,
            b.monthly,
            [((n + 0.5) / count, _("{n}月", n=one.month)) for n, one in enumerate(found.months)],
            short,
        )
        self.pairs.show_ends(
            ("A", formats.number(a.short_days)), ("B", formats.number(b.short_days))
        )


def charts_card() -> ChartsCard:
    """The card of both charts."""
    return ChartsCard()


def _place(month: date, found: Simulated) -> float:
    days = max(1, (found.last - found.first).days)
    return min(1.0, max(0.0, (month - found.first).days / days))


class AdviceBar(Card):
    """What to do and what it costs, with the buttons to look closer and to take B."""

    def __init__(self) -> None:
        super().__init__("", padding=12)
        self.light = Shape(Status.MUTE, 28)
        self.headline = Text(_("模拟完成后，这里给出建议。"), Role.STRONG, wrap=True)
        self.detail = Text("", Role.SECOND, wrap=True)
        self.exceptions = Button(_("看例外"), icon=Icon.EYE)
        self.take = Button(_("套用 B"), ButtonKind.PRIMARY, icon=Icon.CHECK)
        for button in (self.exceptions, self.take):
            allow(button, _("等模拟完成。"), when=False)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.headline)
        words.addWidget(self.detail)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.light)
        row.addLayout(words, 1)
        row.addWidget(self.exceptions)
        row.addWidget(self.take)
        self.add(row)

    def show_advice(self, found: Simulated, *, may_take: bool) -> None:
        """Show what came out; B can be taken where it is what suggestions can do."""
        advice = found.advice
        look = _LOOKS[advice.verdict]
        self.light.show_status(look)
        self.show_status(None if look is Status.MUTE else look)
        self.headline.setText(str(advice.headline))
        self.detail.setText(str(advice.detail))
        self.exceptions.setText(_("看 {n} 个例外", n=len(found.exceptions)))
        allow(self.exceptions, _("没有品规缺货明显变多。"), when=bool(found.exceptions))
        allow(self.take, _("只有「全部品规一起权衡」可以直接套用。"), when=may_take)
