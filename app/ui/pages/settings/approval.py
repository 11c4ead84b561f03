"""采购审批: the amounts above which a requisition needs somebody's agreement."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.domain import money
from app.domain.duties import Duty
from app.domain.errors import DomainError, EnvironmentProblem
from app.domain.ids import new_op
from app.domain.orders.approval import Limits
from app.i18n import _
from app.services.requisition.limits import SaveLimits, limits, save_limits
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.pages.settings.section import Section
from app.ui.status import Status
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import toolbar
from app.ui.widgets.fields import CodeEdit, Select
from app.ui.widgets.text import Role, Text


class ApprovalSection(Section):
    """Two limits, for the group or for one member."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(
            context,
            _("采购审批"),
            _(
                "采购申请按金额审批：库管能直接提交到一个数，再多由本院负责人批，更多还要集团负责人批。"
            ),
        )
        orgs = [one for one in context.session.orgs if one.role != "supplier"]
        entries: list[tuple[object, str]] = [(one.id, one.name) for one in orgs]
        if len(orgs) > 1:
            entries.insert(0, (0, _("全集团（没有单独设的机构都用它）")))
        self.org = Select(entries)
        self.org.currentIndexChanged.connect(lambda _n: self.refresh())
        self.row(_("用于"), self.org)
        self.store, self.member = CodeEdit(), CodeEdit()
        for edit in (self.store, self.member):
            edit.setPlaceholderText(_("不填为不限"))
        self.row(_("库管到"), self.store, _("元。这么多以内不用审批。"))
        self.row(_("本院负责人到"), self.member, _("元。超过的，本院批完再由集团负责人批。"))
        self.told = Text("", Role.SECOND, wrap=True)
        self.save = Button(_("保存"), Kind.PRIMARY)
        self.save.clicked.connect(lambda _on=False: self._save())
        self.save.setVisible(context.actor.has(Duty.ADMIN))
        buttons = QWidget()
        buttons.setLayout(toolbar(self.save, None))
        self.card.add(buttons)
        self.card.add(self.told)

    @property
    def org_id(self) -> int:
        """Whose limits; 0 for the group's."""
        return self.org.value if isinstance(self.org.value, int) else self.context.org.id

    @override
    def refresh(self) -> None:
        """Ask for the limits in force."""
        db, actor, org_id = self.context.db, self.context.actor, self.org_id
        self.told.setText("")
        self.context.jobs.read(
            lambda: limits(db, actor, org_id),
            self._show,
            channel="settings.approval",
            owner=self,
        )

    def _show(self, found: Limits) -> None:
        self.store.setText(_words(found.store))
        self.member.setText(_words(found.member))

    def _save(self) -> None:
        try:
            wanted = Limits(_amount(self.store), _amount(self.member))
        except DomainError as error:
            self._refused(error)
            return
        command = SaveLimits(new_op(), self.org_id, wanted)
        db, actor = self.context.db, self.context.actor
        self.context.jobs.write(
            lambda: save_limits(db, actor, command), self._saved, self._refused, owner=self
        )

    def _saved(self, found: Limits) -> None:
        self._show(found)
        self.context.changes.announce({Topic.SETTINGS})
        self.told.set_tone(Status.OK)
        self.told.setText(_("已保存，之后提交的采购申请按它审批。"))

    def _refused(self, error: Exception) -> None:
        if isinstance(error, DomainError | EnvironmentProblem):
            self.told.set_tone(Status.BAD)
            self.told.setText(error.text)
        else:
            self.context.errors.take(error)


def _amount(edit: CodeEdit) -> Decimal | None:
    text = edit.folded().replace(",", "")
    return money.price(text) if text else None


def _words(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.2f}".removesuffix(".00")
