"""对码完成率: how far the member is, by rows and by value, and what to do with the whole list."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.mapping import Progress
from app.i18n import _
from app.ui import formats, theme
from app.ui.icons import Icon
from app.ui.status import Status
from app.ui.widgets.allowing import allow
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import Card
from app.ui.widgets.charts import SegmentBar
from app.ui.widgets.text import ElidedText, Role, Text

GOAL = 95


class ProgressCard(Card):
    """The rate, its bar, and the buttons for the whole list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent, padding=10)
        self.body.setSpacing(6)
        self.rate = Text(formats.NONE, Role.DETAIL_TITLE)
        self.count = Text("", Role.SECOND)
        self.value = ElidedText("", Role.SECOND)
        self.goal = Badge(Status.WARN, "")
        self.members = Button(_("各家进度"), Kind.LINK)
        self.requests = Button(_("新增申请"), Kind.LINK)
        self.load = Button(_("导入清单"), icon=Icon.IMPORT)
        self.run = Button(_("重新对照"), icon=Icon.SYNC)
        self.safe = Button(_("一起采纳"), icon=Icon.CHECK)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(Text(_("对码完成率"), Role.SECOND))
        for widget in (self.rate, self.count):
            row.addWidget(widget)
        row.addWidget(self.value, 1)
        for further in (self.goal, self.members, self.requests):
            row.addWidget(further)
        self.bar = SegmentBar(8)
        self.add(row)
        below = QHBoxLayout()
        below.setSpacing(10)
        below.addWidget(self.bar, 1)
        for button in (self.load, self.run, self.safe):
            below.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.add(below)
        self.show_progress(None)

    def show_progress(self, found: Progress | None) -> None:
        """Show the figures; None before anything was loaded."""
        known = found is not None and found.total > 0
        # The badge says in words what the bar shows: where room is short, the buttons need it.
        self.goal.setVisible(known and theme.density() is not theme.Density.LARGE)
        for button in (self.safe, self.run):
            allow(button, _("还没有本院清单。先导入清单。"), when=known)
        if found is None or not known:
            self.rate.setText(formats.NONE)
            self.count.setText("")
            self.value.setText("")
            self.bar.show_parts(())
            self.safe.setText(_("一起采纳"))
            return
        self.rate.setText(f"{found.rate}%")
        self.count.setText(
            _("{done} / {all} 项", done=formats.number(found.confirmed),
              all=formats.number(found.total))
        )  # fmt: skip
        value = _("按年用量 {rate}%", rate=found.value_rate)
        self.value.setText(value + " · " + _("今天已对 {n} 项", n=found.today))
        self._show_goal(found)
        self.safe.setText(_("一起采纳 {n} 项", n=found.safe) if found.safe else _("一起采纳"))
        allow(self.safe, _("没有各项都一致的行，请逐行看。"), when=found.safe > 0)
        self.safe.set_kind(Kind.SECONDARY)
        self.safe.updateGeometry()
        self.bar.show_parts(
            (
                (Status.OK, found.confirmed, _("已确认 {n}", n=found.confirmed)),
                (Status.NEAR, found.conflict, _("冲突 {n}", n=found.conflict)),
                (Status.INFO, found.pending, _("待对 {n}", n=found.pending)),
                (Status.MUTE, found.none, _("无对应 {n}", n=found.none)),
            )
        )

    def _show_goal(self, found: Progress) -> None:
        missing = found.missing(GOAL)
        if missing:
            self.goal.show_status(Status.WARN, _("还差 {n} 项到 {goal}%", n=missing, goal=GOAL))
        else:
            self.goal.show_status(Status.OK, _("已到 {goal}%", goal=GOAL))
