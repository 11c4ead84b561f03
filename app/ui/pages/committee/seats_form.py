"""委员: who sits on the committee; joining and leaving."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget
from typing_extensions import override

from app.i18n import _
from app.services.committee.roster import ROLES, Seat
from app.ui import theme
from app.ui.tables.cells import Row
from app.ui.tables.columns import Column
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field, Select
from app.ui.widgets.text import Role, Text


class SeatsForm(Form):
    """The members in force, and a line for a new one; stays open.

    Signals:
        joined: A member comes in: name, department, role, login.
        left: A member leaves from today: the `Seat`.
    """

    joined = Signal(str, str, str, str)
    left = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(_("药事会委员"), _("加入委员"), parent, cancel=_("关闭"), wide=720)
        words = _("会议的应到人数和法定人数按开会那天在任的委员算；已召集的会议不受影响。")
        self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        self.model = ListModel(_columns())
        self.grid = GridView(self.model)
        self.grid.setMinimumHeight(theme.px(260))
        self.grid.set_empty(_("还没有委员。在下面填姓名加入。"))
        self.body.addWidget(self.grid, 1)
        self.name, self.department, self.login = QLineEdit(), QLineEdit(), CodeEdit()
        self.role = Select([(key, _(word)) for key, word in ROLES.items()])
        self.role.choose("member")
        self.name_field = Field(_("姓名"), self.name, required=True)
        self.login_field = Field(_("登录名"), self.login, hint=_("自己投票才要，没有就留空"))
        line = QHBoxLayout()
        line.setSpacing(12)
        for field in (
            self.name_field, Field(_("科室"), self.department), Field(_("职务"), self.role),
            self.login_field,
        ):  # fmt: skip
            line.addWidget(field, 1)
        self.body.addLayout(line)
        self.leave = Button(_("离任"), Kind.DANGER)
        self.leave.clicked.connect(self._leave)
        self.buttons.insertWidget(1, self.leave)
        self.grid.current_changed.connect(lambda row: self.leave.setEnabled(row is not None))
        self.leave.setEnabled(False)
        self.name.setFocus()

    def show_seats(self, seats: Sequence[Seat]) -> None:
        """Show who sits; the line is empty again."""
        self.model.set_rows([_row(seat) for seat in seats])
        self.name.clear()
        self.login.clear()
        self.name_field.say("")
        self.login_field.say("")

    def refuse(self, text: str, *, login: bool) -> None:
        """Say what is wrong under its field."""
        (self.login_field if login else self.name_field).say(text)

    @override
    def submit(self) -> None:
        """Ask for the new member; the form stays open."""
        if not self.name.text().strip():
            self.name_field.say(_("请填委员姓名。"))
            self.name.setFocus()
            return
        self.joined.emit(
            self.name.text(), self.department.text(), str(self.role.value), self.login.text()
        )

    def _leave(self) -> None:
        row = self.grid.current()
        if row is not None and isinstance(row.record, Seat):
            self.left.emit(row.record)


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="name", title=_("姓名"), width=130),
        Column(key="department", title=_("科室"), width=200, stretch=True),
        Column(key="role", title=_("职务"), width=110),
        Column(key="votes", title=_("怎么投票"), width=150),
    )


def _row(seat: Seat) -> Row:
    votes = _("用自己的账号") if seat.person_id else _("现场纸票")
    return Row(seat.member_id, (seat.name, seat.department, _(ROLES[seat.role]), votes), seat)
