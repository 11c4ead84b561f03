"""Forms of 人员与职责: a new person, other duties, a new password."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.duties import Duty
from app.domain.errors import DomainError
from app.i18n import _
from app.services.platform import directory
from app.services.platform.accounts import PersonRow
from app.services.platform.organisations import OrganisationRow, organisations
from app.ui import theme
from app.ui.pages.settings.kit import SaveForm, line_field
from app.ui.pages.settings.section import Section
from app.ui.widgets.buttons import Button
from app.ui.widgets.fields import CodeEdit, Field, Select

_GROUP = "0"


class DutiesBox(QWidget):
    """Duties with the organisation they hold for; added and taken away one by one."""

    def __init__(self, grants: Sequence[str] = ()) -> None:
        super().__init__()
        self.grants = list(grants)
        self._orgs: dict[str, str] = {_GROUP: _("全集团")}
        self.list = QListWidget()
        self.list.setAccessibleName(_("职责"))
        self.list.setFixedHeight(theme.px(120))
        self.duty = Select([(duty.value, duty.label) for duty in Duty])
        self.duty.setAccessibleName(_("职责"))
        self.duty.choose(Duty.STORE.value)
        self.scope = Select([(_GROUP, _("全集团"))])
        self.scope.setAccessibleName(_("对哪家机构"))
        add, drop = Button(_("加上")), Button(_("去掉选中的"))
        add.clicked.connect(lambda _on=False: self.add())
        drop.clicked.connect(lambda _on=False: self.drop())
        row = QHBoxLayout()
        for widget in (self.duty, self.scope, add):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(drop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list)
        column.addLayout(row)
        self._show()

    def offer(self, rows: Sequence[OrganisationRow]) -> None:
        """Offer these organisations as scope."""
        self._orgs = {_GROUP: _("全集团")} | {row.code: row.facts.short for row in rows}
        self.scope.set_entries([(code, words) for code, words in self._orgs.items()])
        self._show()

    def add(self) -> None:
        """Add the chosen duty for the chosen organisation."""
        grant = f"{self.duty.value}={self.scope.value}"
        if grant not in self.grants:
            self.grants.append(grant)
            self._show()

    def drop(self) -> None:
        """Take the chosen line away."""
        place = self.list.currentRow()
        if 0 <= place < len(self.grants):
            del self.grants[place]
            self._show()

    def _show(self) -> None:
        self.list.clear()
        for grant in self.grants:
            duty, _sign, code = grant.partition("=")
            where = self._orgs.get(code, code)
            self.list.addItem(f"{Duty(duty).label} · {where}")


class PersonForm(SaveForm):
    """A new person with account, duties and password; or another name of one."""

    def __init__(self, section: Section, person: PersonRow | None = None) -> None:
        title = _("改姓名") if person else _("添加人员")
        super().__init__(section, title, _("保存"), wide=560)
        self._person = person
        self.name = line_field(_("姓名"), person.name if person else "")
        self.phone = line_field(_("电话"), person.phone if person else "")
        self.login = Field(_("登录账号"), CodeEdit(), hint=_("小写字母和数字"))
        self.org = Select()
        self.password = _secret(_("密码"), _("至少 8 位"))
        self.again = _secret(_("再输一遍密码"))
        self.duties = DutiesBox()
        self.add(self.name, self.phone)
        if person is None:
            self.add(self.login, Field(_("所在机构"), self.org))
            self.add(Field(_("职责"), self.duties))
            self.add(self.password, self.again)
            _organisations(self, self._offer)
        self.name.editor.setFocus()

    def _offer(self, rows: tuple[OrganisationRow, ...]) -> None:
        self.org.set_entries([(row.code, row.facts.name) for row in rows if row.in_force])
        self.duties.offer([row for row in rows if row.in_force])
        self.org.currentIndexChanged.connect(lambda _n: self._scope())
        self._scope()

    def _scope(self) -> None:
        """A duty is usually for the person's own organisation."""
        self.duties.scope.choose(self.org.value)

    @override
    def work(self) -> Callable[[], object]:
        db, actor = self.section.context.db, self.section.context.actor
        name, phone = self.name.text, self.phone.text
        if self._person is not None:
            login = self._person.login
            return lambda: directory.rename_local(db, actor, login, name, phone)
        if not name:
            raise DomainError("account.name", _("还没填姓名。"))
        password = _agreed(self.password, self.again)
        joining = directory.Joining(
            self.login.text, name, str(self.org.value or ""), tuple(self.duties.grants), phone
        )
        return lambda: directory.add_local(db, actor, joining, password)


class DutiesForm(SaveForm):
    """Other duties of a person."""

    def __init__(self, section: Section, person: PersonRow) -> None:
        title = _("{name} 的职责", name=person.name)
        super().__init__(section, title, _("保存"), wide=520)
        self._login = person.login
        self.duties = DutiesBox(person.grants)
        self.add(self.duties)
        _organisations(self, lambda rows: self.duties.offer([row for row in rows if row.in_force]))

    @override
    def work(self) -> Callable[[], object]:
        db, actor = self.section.context.db, self.section.context.actor
        login, grants = self._login, tuple(self.duties.grants)
        return lambda: directory.set_local_duties(db, actor, login, grants)


class PasswordForm(SaveForm):
    """A new password of a person."""

    def __init__(self, section: Section, person: PersonRow) -> None:
        super().__init__(section, _("给 {name} 设新密码", name=person.name), _("改密码"))
        self._login = person.login
        self.password = _secret(_("新密码"), _("至少 8 位"))
        self.again = _secret(_("再输一遍密码"))
        self.add(self.password)
        self.add(self.again)
        self.password.editor.setFocus()

    @override
    def work(self) -> Callable[[], object]:
        db, actor = self.section.context.db, self.section.context.actor
        login, password = self._login, _agreed(self.password, self.again)
        return lambda: directory.set_local_password(db, actor, login, password)


def _secret(label: str, hint: str = "") -> Field:
    edit = CodeEdit()
    edit.setEchoMode(QLineEdit.EchoMode.Password)
    return Field(label, edit, hint=hint)


def _agreed(first: Field, second: Field) -> str:
    """The password typed twice; raises `DomainError` when they differ."""
    one, other = first.editor, second.editor
    typed = one.text() if isinstance(one, QLineEdit) else ""
    if not isinstance(other, QLineEdit) or typed != other.text():
        raise DomainError("form.again", _("两次密码不一样。请重新输入第二遍。"))
    return typed


def _organisations(form: SaveForm, done: Callable[[tuple[OrganisationRow, ...]], None]) -> None:
    context = form.section.context
    db = context.db
    context.jobs.read(
        lambda: organisations(db),
        done,
        channel="settings.people.orgs",
        owner=form,
    )
