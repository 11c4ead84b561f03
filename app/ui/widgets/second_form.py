"""The second person where controlled drugs come or go: the own account, the own password."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from app.i18n import _
from app.services.receiving.commands import Second
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field
from app.ui.widgets.text import Role, Text


@dataclass(frozen=True, slots=True)
class Asked:
    """What the second person answers for.

    Attributes:
        title: Of the question.
        verb: What the button does.
        words: Which goods need a second person.
        effect: What happens then; may be empty.
    """

    title: str
    verb: str
    words: str
    effect: str = ""


class SecondForm(Form):
    """Asks for the second person.

    Signals:
        given: A `Second`.
    """

    given = Signal(object)
    stays = False
    """Whoever asked for a second person asks again, with what is wrong."""

    def __init__(self, asked: Asked, parent: QWidget, *, demo: bool) -> None:
        super().__init__(asked.title, asked.verb, parent, cancel=_("返回"))
        self._demo = demo
        self.body.addWidget(Text(asked.words, Role.BODY, wrap=True))
        if asked.effect:
            self.body.addWidget(Text(asked.effect, Role.SECOND, wrap=True))
        self.login = CodeEdit()
        self.password = CodeEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.login_field = Field(_("账号"), self.login)
        hint = _("演示的账号没有密码，可不填") if demo else ""
        self.password_field = Field(_("密码"), self.password, hint=hint)
        self.body.addWidget(self.login_field)
        self.body.addWidget(self.password_field)
        self.login.setFocus()

    @override
    def submit(self) -> None:
        """Both must be there; the service proves them."""
        self.login_field.say("" if self.login.folded() else _("请填第二人的账号。"))
        proof = self._demo or bool(self.password.text())
        self.password_field.say("" if proof else _("请填密码。"))
        if self.login.folded() and proof:
            self.given.emit(Second(self.login.folded(), self.password.text()))
            self.accept()
