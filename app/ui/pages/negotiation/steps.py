"""The steps of a project as a line of circles: done, in hand, to come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy
from typing_extensions import override

from app.domain.documents import State
from app.i18n import _
from app.services.db import local_time
from app.services.negotiation.queries import ProjectRow, RoundRow
from app.ui import icons, theme
from app.ui.icons import Icon
from app.ui.tables import paint

_AFTER: Final = (State.REVIEWING, State.PUBLICITY, State.IN_FORCE)
_HOUR: Final = 3600
_MINUTE: Final = 60
_SHOWN_ROUNDS: Final = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One circle: its words, and whether it is done or in hand."""

    title: str
    note: str
    done: bool = False
    now: bool = False


def time_left(deadline: datetime, at: datetime) -> str:
    """How long bids are still taken, or that they are not."""
    left = deadline - at
    if left <= timedelta():
        return _("已到截止时间")
    seconds = int(left.total_seconds())
    days, hours = seconds // (24 * _HOUR), seconds % (24 * _HOUR) // _HOUR
    minutes = seconds % _HOUR // _MINUTE
    if days:
        return _("剩 {d} 天 {h} 小时", d=days, h=hours)
    if hours:
        return _("剩 {h} 小时 {m} 分", h=hours, m=minutes)
    return _("剩 {m} 分钟", m=max(1, minutes))


def steps_of(project: ProjectRow, rounds: Sequence[RoundRow], at: datetime) -> list[Step]:
    """The steps of a project as they stand at `at`."""
    early = project.state in {State.DRAFT, State.NEEDING}
    needs = _("{n}/{all} 家确认", n=project.confirmed, all=project.members)
    found = [Step(_("报量"), needs, done=not early, now=early)]
    for one in rounds[-_SHOWN_ROUNDS:]:
        if one.opened_at is not None:
            day = f"{local_time(one.opened_at):%m-%d}"
            note = _("{n} 家 · {day}", n=one.bidders, day=day) if one.bidders else day
            found.append(Step(_("第 {n} 轮", n=one.round), note, done=True))
        else:
            left = time_left(one.deadline, at)
            note = _("密封 · {left}", left=left) if one.sealed else left
            found.append(Step(_("第 {n} 轮", n=one.round), note, now=True))
    if not rounds:
        found.append(Step(_("第 1 轮"), _("密封报价")))
    late = project.state in _AFTER
    over = project.state in {State.PUBLICITY, State.IN_FORCE}
    reviewing = project.state is State.REVIEWING
    found.append(Step(_("评审"), _("评分、拟中选"), done=late and not reviewing, now=reviewing))
    found.append(
        Step(
            _("公示"), _("定标后"), done=project.state is State.IN_FORCE,
            now=over and project.state is State.PUBLICITY,
        )
    )  # fmt: skip
    return found


def fitting(
    steps: Sequence[Step], width: int, needed: Callable[[Step], int]
) -> tuple[Step, ...]:  # fmt: skip
    """The steps as they fit: notes go first where nothing is to be done yet, then where it is done.

    The note of the step in hand stays: it says until when.
    """
    shown = list(steps)
    later = [place for place, one in enumerate(steps) if not one.done and not one.now]
    done = [place for place, one in enumerate(steps) if one.done]
    for place in (*reversed(later), *done):
        if sum(needed(one) for one in shown) <= width:
            break
        shown[place] = replace(shown[place], note="")
    return tuple(shown)


def _words(step: Step) -> int:
    """How wide the words of a step are."""
    title = paint.width_of(step.title, theme.px(14), step.now)
    return max(title, paint.width_of(step.note, theme.px(13), bold=False)) + 2


def _needed(step: Step) -> int:
    """How wide a step is with its circle."""
    return theme.px(26) + 8 + _words(step) + 10


class StepsBar(QLabel):
    """Paints the steps; reads out in words."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: tuple[Step, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_steps(self, steps: Sequence[Step]) -> None:
        """Show other steps."""
        self.steps = tuple(steps)
        self.setAccessibleName("；".join(f"{one.title} {one.note}" for one in steps))
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(400, theme.px(40))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(200, theme.px(40))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.steps:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown = fitting(self.steps, self.width(), _needed)
        needed = [_needed(one) for one in shown]
        gap = max(0, self.width() - sum(needed)) // len(shown)
        left = 0
        for place, step in enumerate(shown):
            last = place == len(shown) - 1
            box = QRect(left, 0, needed[place] + gap, self.height())
            self._paint_step(painter, box, (place, step), last=last)
            left += needed[place] + gap
        painter.end()

    def _paint_step(
        self, painter: QPainter, box: QRect, what: tuple[int, Step], *, last: bool
    ) -> None:
        (place, step), side = what, theme.px(26)
        circle = QRectF(box.x(), (box.height() - side) / 2, side, side)
        filled = step.done or step.now
        colour = theme.colour("okFill" if step.done else "primary" if step.now else "field")
        painter.setPen(QPen(colour, 1.6))
        painter.setBrush(colour if filled else theme.colour("surface"))
        painter.drawEllipse(circle.adjusted(1, 1, -1, -1))
        if step.done:
            icons.draw(
                painter, Icon.CHECK_BOLD, circle.adjusted(5, 5, -5, -5), theme.colour("surface")
            )
        else:
            ink = paint.Ink(
                14, bold=True, align=Qt.AlignmentFlag.AlignHCenter,
                colour=theme.colour("onPrimary" if step.now else "text2"),
            )  # fmt: skip
            paint.text(painter, circle.toRect(), str(place + 1), ink)
        left = round(circle.right()) + 8
        wide = min(_words(step), box.right() - left)
        half = box.height() // 2
        top = 1 if step.note else half // 2
        paint.text(painter, QRect(left, top, wide, half), step.title, paint.Ink(14, step.now))
        note = paint.Ink(13, colour=theme.colour("primary" if step.now else "text2"))
        paint.text(painter, QRect(left, half - 2, wide, half), step.note, note)
        if not last and left + wide + 20 < box.right():
            line = theme.colour("okFill" if step.done else "border")
            painter.setPen(QPen(line, 2))
            y = box.height() / 2
            painter.drawLine(QPointF(left + wide + 10, y), QPointF(box.right() - 8, y))
