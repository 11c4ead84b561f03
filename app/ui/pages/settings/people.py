"""人员与职责: who may do what; adding people is the administrator's work on the command line."""

from __future__ import annotations

from typing_extensions import override

from app.i18n import _
from app.services.platform import accounts
from app.ui.context import PageContext
from app.ui.duty_words import duty_words
from app.ui.pages.settings.section import Section
from app.ui.status import Status
from app.ui.tables.cells import Pill, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView


class PeopleSection(Section):
    """A list of accounts with their duties."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(
            context,
            _("人员与职责"),
            _("增减人员、改职责由管理员在命令行做：本机用 yilian account，集团用 yilian server。"),
        )
        columns = (
            Column(
                key="name", title=_("姓名 / 账号"), kind=Kind.TWO_LINE, width=150, sortable=True
            ),
            Column(key="org", title=_("机构"), width=160, sortable=True),
            Column(key="duties", title=_("职责"), width=320, stretch=True),
            Column(key="state", title=_("状态"), kind=Kind.PILL, width=110),
        )
        self.model = ListModel(columns)
        self.table = GridView(self.model)
        self.table.set_empty(_("还没有别的账号。"))
        self.card.add(self.table, 1)
        self.fill()

    @override
    def refresh(self) -> None:
        """Ask who there is."""
        db = self.context.db
        self.context.jobs.read(
            lambda: tuple(_row(person) for person in accounts.people(db)),
            self.model.set_rows,
            channel="settings.people",
            owner=self,
        )


def _row(person: accounts.PersonRow) -> Row:
    state = Pill(Status.OK, _("在用")) if person.active else Pill(Status.MUTE, _("已停用"))
    cells = (
        Two(person.name, person.login),
        person.organisation,
        duty_words(person.duties),
        state,
    )
    return Row(person.login, cells)
