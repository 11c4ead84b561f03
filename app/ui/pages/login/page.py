"""Signing in: one's own account, or in the demonstration any person by a click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.i18n import _
from app.ui.duty_words import duty_words
from app.ui.icons import Icon
from app.ui.status import Status
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import Card
from app.ui.widgets.fields import CodeEdit, Field
from app.ui.widgets.states import FieldProblem
from app.ui.widgets.text import Role, Text

if TYPE_CHECKING:
    from app.ui.opening import Person
    from app.ui.tables.view import GridView

_STILL: Final = "\N{NO-BREAK SPACE}"
"""Nothing to say: the line stays, so that nothing jumps while one types."""


class LoginPage(QWidget):
    """Account and password; problems in place.

    They can be typed while the data are still being opened (`opening`).

    Signals:
        submitted: Login and password.
        other_data: The person wants to choose other data.
    """

    submitted = Signal(str, str)
    other_data = Signal()

    def __init__(
        self,
        where: str,
        last_login: str,
        people: Sequence[Person] = (),
        *,
        demo: bool = False,
        opening: bool = False,
    ) -> None:
        super().__init__()
        self._opening = opening
        self._asked = False
        card = Card("", padding=28)
        card.setFixedWidth(560 if demo else 420)
        card.body.setSpacing(12)
        card.add(Text(_("医链采供"), Role.LARGE))
        card.add(Text(where, Role.SECOND, wrap=True))
        self.login = Field(_("账号"), CodeEdit(last_login))
        self.password = Field(_("密码"), CodeEdit())
        self._secret = self.password.editor
        self.problem = FieldProblem()
        self.go = Button(_("登录"), Kind.PRIMARY, icon=Icon.ARROW_RIGHT)
        self.go.setDefault(True)
        self.go.clicked.connect(self._submit)
        other = Button(_("换一份数据"), Kind.LINK)
        other.clicked.connect(self.other_data)
        self.people: GridView | None = None
        if demo:
            self._lay_out_people(card, people, last_login)
        else:
            card.add(self.login)
            card.add(self.password)
        card.add(self.problem)
        self.told = Text(_("正在打开数据…") if opening else "", Role.HELP)
        self.told.setVisible(opening)
        card.add(self.told)
        foot = QHBoxLayout()
        foot.addWidget(other)
        foot.addStretch(1)
        foot.addWidget(self.go)
        card.add(foot)
        self._prepare_fields()
        outer = QHBoxLayout(self)
        outer.addStretch(1)
        column = QVBoxLayout()
        column.addStretch(1)
        column.addWidget(card)
        column.addStretch(1)
        outer.addLayout(column)
        outer.addStretch(1)

    def _prepare_fields(self) -> None:
        if isinstance(self._secret, QLineEdit):
            self._secret.setEchoMode(QLineEdit.EchoMode.Password)
            self._secret.returnPressed.connect(self._submit)
        if isinstance(self.login.editor, QLineEdit):
            self.login.editor.returnPressed.connect(self._secret.setFocus)

    def _lay_out_people(self, card: Card, people: Sequence[Person], last: str) -> None:
        from app.ui.tables.cells import Row, Two  # a table only where there are people to choose
        from app.ui.tables.columns import Column, Kind as Column_Kind
        from app.ui.tables.list_model import ListModel
        from app.ui.tables.view import GridView

        badge = Badge(Status.LOCK, _("演示数据"))
        card.add(badge)
        card.add(Text(_("选一个人进去看看；每个人能做的事不一样。"), Role.BODY, wrap=True))
        columns = (
            Column(key="name", title=_("姓名"), kind=Column_Kind.TWO_LINE, width=150),
            Column(key="org", title=_("机构"), width=150),
            Column(key="duties", title=_("职责"), width=180, stretch=True),
        )
        model = ListModel(columns)
        model.set_rows(
            [
                Row(p.login, (Two(p.name, p.login), p.organisation, duty_words(p.duties)), p)
                for p in people
            ]
        )
        self.people = GridView(model)
        self.people.setFixedHeight(360)
        self.people.opened.connect(lambda _row: self._submit())
        if not self.people.choose(last):
            self.people.focus_rows()
        card.add(self.people)

    def start(self) -> None:
        """Put the keyboard where the person goes on."""
        if self.people:
            self.people.focus_rows()
        elif isinstance(self.login.editor, QLineEdit) and self.login.editor.text():
            self._secret.setFocus()
        else:
            self.login.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _submit(self) -> None:
        if not self.go.isEnabled():
            return  # Enter once more while the first one waits for its answer
        login, password = self._typed()
        if not login:
            self.problem.say(_("还没填账号。"))
            self.login.editor.setFocus()
            return
        self.problem.say("")
        self.go.setEnabled(False)
        if self._opening:
            self._asked = True
            self.told.setText(_("数据打开后马上登录…"))
            return
        self.told.setText(_("正在登录…"))
        self.told.show()
        self.submitted.emit(login, password)

    def go_on(self) -> None:
        """The data are open: what was typed meanwhile is sent now."""
        self._opening = False
        self.told.setText(_STILL)
        if self._asked:
            self.go.setEnabled(True)
            self._submit()

    def _typed(self) -> tuple[str, str]:
        if self.people:
            row = self.people.current()
            return (str(row.key) if row else ""), ""
        login = self.login.editor.text() if isinstance(self.login.editor, QLineEdit) else ""
        secret = self._secret.text() if isinstance(self._secret, QLineEdit) else ""
        return login.strip(), secret

    def show_problem(self, words: str) -> None:
        """Say why it did not work; the account stays, the password is chosen for retyping."""
        self.go.setEnabled(True)
        self.told.setText(_STILL)
        self.problem.say(words)
        if isinstance(self._secret, QLineEdit):
            self._secret.selectAll()
            self._secret.setFocus()
