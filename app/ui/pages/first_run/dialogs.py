"""The two forms behind the cards: new local data, and the group's database."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget
from typing_extensions import override

from app.domain.errors import DomainError
from app.i18n import _
from app.services.platform.passwords import check_login, check_password
from app.services.platform.setup import FirstSteps
from app.ui.errors import words_of
from app.ui.jobs import JobRunner
from app.ui.status import Status
from app.ui.widgets.buttons import Button
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field, check_all
from app.ui.widgets.states import FieldProblem
from app.ui.widgets.text import Role, Text


def _secret() -> CodeEdit:
    edit = CodeEdit()
    edit.setEchoMode(QLineEdit.EchoMode.Password)
    return edit


class NewDataForm(Form):
    """Lead hospital and first administrator of a new data file.

    Signals:
        ready: `FirstSteps` that were checked.
    """

    ready = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(_("新建本机数据"), _("建立数据文件"), parent, wide=460)
        self.organisation = Field(_("单位名称"), QLineEdit())
        self.code = Field(_("单位编码"), CodeEdit("0001"), hint=_("四位数字，印在标签上"))
        self.name = Field(_("你的姓名"), QLineEdit())
        self.login = Field(_("登录账号"), CodeEdit("admin"), hint=_("小写字母和数字"))
        self.password = Field(_("密码"), _secret(), hint=_("至少 8 位"))
        self.again = Field(_("再输一遍密码"), _secret())
        for field in (
            self.organisation, self.code, self.name, self.login, self.password, self.again,
        ):  # fmt: skip
            self.body.addWidget(field)
        self.problem = FieldProblem()
        self.body.addWidget(self.problem)
        self.organisation.editor.setFocus()

    def _need(self, field: Field, words: str) -> str:
        text = field.text
        if not text:
            raise DomainError("form.empty", words)
        return text

    def _check_code(self) -> None:
        text = self.code.text
        if len(text) != 4 or not text.isdecimal():  # noqa: PLR2004 - part of label codes
            raise DomainError("init.code", _("单位编码要四位数字，如 0001。"))

    def _check_again(self) -> None:
        if self.again.text != self.password.text:
            raise DomainError("form.again", _("两次密码不一样。请重新输入第二遍。"))

    @override
    def submit(self) -> None:
        """Check every field; give out the steps when all are right."""
        login = self.login.text
        good = check_all(
            [
                (self.organisation, lambda: self._need(self.organisation, _("还没填单位名称。"))),
                (self.code, self._check_code),
                (self.name, lambda: self._need(self.name, _("还没填姓名。"))),
                (self.login, lambda: check_login(login)),
                (self.password, lambda: check_password(self.password.text, login=login)),
                (self.again, self._check_again),
            ]
        )
        if good:
            self.ready.emit(
                FirstSteps(
                    organisation=self.organisation.text,
                    code=self.code.text,
                    admin_login=login,
                    admin_name=self.name.text,
                    password=self.password.text,
                )
            )

    def show_problem(self, error: Exception) -> None:
        """The file could not be made: why, in place."""
        self.problem.say(words_of(error))


class ServerForm(Form):
    """Address of the group's PostgreSQL, tried before it is used.

    Signals:
        ready: The address, login and password that work.
    """

    ready = Signal(str, str, str)

    def __init__(
        self, test: Callable[[str, str, str], str], jobs: JobRunner, parent: QWidget
    ) -> None:
        super().__init__(_("连接集团数据库"), _("连接并登录"), parent, wide=480)
        self._test, self._jobs = test, jobs
        self.host = Field(_("服务器地址"), CodeEdit(), hint=_("主机名或 IP，可带 :端口"))
        self.name = Field(_("数据库名"), CodeEdit("yilian"))
        self.login = Field(_("账号"), CodeEdit())
        self.password = Field(_("密码"), _secret())
        for field in (self.host, self.name, self.login, self.password):
            self.body.addWidget(field)
        self.try_it = Button(_("测试连接"))
        self.try_it.clicked.connect(lambda: self._try(keep=False))
        self.told = Text("", Role.SECOND, wrap=True)
        row = QHBoxLayout()
        row.addWidget(self.try_it)
        row.addWidget(self.told, 1)
        self.body.addLayout(row)
        self.host.editor.setFocus()

    @property
    def address(self) -> str:
        """The address as the program keeps it, without a password."""
        return f"postgresql://{self.host.text}/{self.name.text}"

    def _filled(self) -> bool:
        words = {
            self.host: _("还没填服务器地址。请问管理员。"),
            self.name: _("还没填数据库名。一般是 yilian。"),
            self.login: _("还没填账号。"),
            self.password: _("还没填密码。"),
        }

        def need(field: Field, text: str) -> Callable[[], None]:
            def check() -> None:
                if not field.text:
                    raise DomainError("form.empty", text)

            return check

        return check_all([(field, need(field, text)) for field, text in words.items()])

    def _try(self, *, keep: bool) -> None:
        if not self._filled():
            return
        address = self.address
        login, password = self.login.text, self.password.text
        test = self._test
        self.told.set_tone(None)
        self.told.setText(_("正在连接…"))
        self.try_it.setEnabled(False)
        self.verb.setEnabled(False)

        def done(words: str) -> None:
            self._tell(words, Status.OK)
            if keep:
                self.ready.emit(address, login, password)

        self._jobs.read(
            lambda: test(address, login, password),
            done,
            lambda error: self._tell(words_of(error), Status.BAD),
            channel="server.test",
            owner=self,
        )

    def _tell(self, words: str, status: Status) -> None:
        self.try_it.setEnabled(True)
        self.verb.setEnabled(True)
        self.told.set_tone(status)
        self.told.setText(words)

    @override
    def submit(self) -> None:
        """Try the server; go on only if it answers."""
        self._try(keep=True)
