"""人员与职责: who may do what; on a local file the administrator adds and changes people here."""

from __future__ import annotations

from typing_extensions import override

from app.domain.duties import Duty
from app.i18n import _
from app.services.platform import accounts, directory
from app.services.platform.accounts import PersonRow
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.duty_words import duty_words
from app.ui.pages.settings.kit import ListSection
from app.ui.pages.settings.people_forms import DutiesForm, PasswordForm, PersonForm
from app.ui.status import Status
from app.ui.tables.cells import Pill, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.widgets.buttons import Kind as ButtonKind
from app.ui.widgets.dialogs import Question, confirm


class PeopleSection(ListSection):
    """A list of accounts with their duties."""

    def __init__(self, context: PageContext) -> None:
        local = context.session.db.is_sqlite
        help_text = (
            _("每人一个账号。离岗就停用，做过的事都保留。")
            if local
            else _("集团服务器上的人员由服务器管理员用 yilian server add-person 等命令增减。")
        )
        super().__init__(context, (_("人员与职责"), help_text, _("还没有别的账号。")), _columns())
        if local and context.actor.has(Duty.ADMIN):
            self.button(_("添加人员"), self.add, ButtonKind.PRIMARY)
            self.button(_("改职责"), self.change_duties)
            self.button(_("改姓名"), self.rename)
            self.button(_("重设密码"), self.reset_password)
            self.button(_("停用 / 启用"), self.toggle)
            self.table.opened.connect(lambda _row: self.change_duties())

    @override
    def refresh(self) -> None:
        """Ask who there is."""
        db = self.context.db
        self.ask(lambda: tuple(_row(person) for person in accounts.people(db)))

    def add(self) -> PersonForm:
        """Ask for a new person."""
        form = PersonForm(self)
        form.saved.connect(lambda: self._told(_("人员已添加，可以登录了。")))
        form.open()
        return form

    def change_duties(self) -> None:
        """Ask for other duties of the chosen person."""
        person = self.record(PersonRow)
        if person is not None:
            form = DutiesForm(self, person)
            form.saved.connect(lambda: self._told(_("职责已保存，下次登录起生效。")))
            form.open()

    def rename(self) -> None:
        """Ask for another name of the chosen person."""
        person = self.record(PersonRow)
        if person is not None:
            form = PersonForm(self, person)
            form.saved.connect(lambda: self._told(_("已保存。")))
            form.open()

    def reset_password(self) -> None:
        """Ask for a new password of the chosen person."""
        person = self.record(PersonRow)
        if person is not None:
            form = PasswordForm(self, person)
            form.saved.connect(lambda: self._told(_("密码已改，也解除了锁定。")))
            form.open()

    def toggle(self) -> None:
        """Close the chosen account, or open it again."""
        person = self.record(PersonRow)
        if person is None:
            return
        db, actor, login = self.context.db, self.context.actor, person.login
        if not person.active:
            words = _("{name} 的账号已启用。", name=person.name)
            self.act(lambda: directory.reopen_local(db, actor, login), words, [Topic.PEOPLE])
            return
        question = Question(
            _("停用 {name} 的账号吗？", name=person.name),
            _("停用后不能再登录；做过的事、签过的单都保留。以后可以再启用。"),
            _("停用"),
            _("不停用"),
        )
        words = _("{name} 的账号已停用。", name=person.name)
        confirm(
            self,
            question,
            lambda: self.act(
                lambda: directory.close_local(db, actor, login), words, [Topic.PEOPLE]
            ),
        )

    def _told(self, words: str) -> None:
        self.context.notices.done(words)
        self.context.changes.announce({Topic.PEOPLE})
        self.refresh()


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="name", title=_("姓名 / 账号"), kind=Kind.TWO_LINE, width=150, sortable=True),
        Column(key="org", title=_("机构"), width=160, sortable=True),
        Column(key="duties", title=_("职责"), width=320, stretch=True),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=110),
    )


def _row(person: PersonRow) -> Row:
    state = Pill(Status.OK, _("在用")) if person.active else Pill(Status.MUTE, _("已停用"))
    cells = (
        Two(person.name, person.login),
        person.organisation,
        duty_words(person.duties) or "—",
        state,
    )
    return Row(person.login, cells, person)
