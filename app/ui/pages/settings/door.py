"""验收要求: what a member demands of goods at the door."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.domain.duties import Duty
from app.domain.errors import DomainError, EnvironmentProblem
from app.domain.ids import new_op
from app.domain.receiving.policy import Policy
from app.i18n import _
from app.services.platform import door_policy
from app.services.platform.door_policy import SavePolicy
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.pages.settings.section import Section
from app.ui.status import Status
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import toolbar
from app.ui.widgets.fields import Select
from app.ui.widgets.numbers import QtyEdit
from app.ui.widgets.text import Role, Text


class DoorSection(Section):
    """Limits of near and far expiry, for the group or for one member."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(
            context,
            _("验收要求"),
            _("收货时按这些数提醒：近效期要写原因才能收，效期远得离谱会请人核对。过期的一律不收。"),
        )
        orgs = [one for one in context.session.orgs if one.role != "supplier"]
        entries: list[tuple[object, str]] = [(one.id, one.name) for one in orgs]
        if len(orgs) > 1:
            entries.insert(0, (0, _("全集团（没有单独设的机构都用它）")))
        self.org = Select(entries)
        self.org.currentIndexChanged.connect(lambda _n: self.refresh())
        self.row(_("用于"), self.org)
        self.months = QtyEdit(_("个月"), most=60)
        self.row(_("近效期"), self.months, _("有效期剩余少于这么多个月，要写原因。常用 6。"))
        self.parts = QtyEdit(_("分之一"), most=10)
        self.row(
            _("剩余有效期"),
            self.parts,
            _("剩余少于总有效期的几分之一，也要写原因。常用 3（三分之一），0 为不查。"),
        )
        self.years = QtyEdit(_("年"), most=50)
        self.row(_("效期太远"), self.years, _("有效期比今天晚这么多年以上，请人核对。常用 10。"))
        self.serials = Select(
            [(0, _("入库时扫过序列号的品规才核对")), (1, _("一律核对，没有入库记录的不能用"))]
        )
        self.row(
            _("高值序列号"),
            self.serials,
            _("登记高值耗材时，序列号要在本院验收过、没有用过、批号相符。"),
        )
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
            lambda: door_policy.policy(db, actor, org_id),
            self._show,
            channel="settings.door",
            owner=self,
        )

    def _show(self, policy: Policy) -> None:
        self.months.set_value(policy.near_months)
        self.parts.set_value(policy.near_parts)
        self.years.set_value(policy.far_years)
        self.serials.choose(policy.every_serial)

    def _save(self) -> None:
        serials = int(self.serials.value == 1)
        wanted = Policy(self.months.value, self.parts.value, self.years.value, serials)
        command = SavePolicy(new_op(), self.org_id, wanted)
        db, actor = self.context.db, self.context.actor
        self.context.jobs.write(
            lambda: door_policy.save_policy(db, actor, command),
            self._saved,
            self._refused,
            owner=self,
        )

    def _saved(self, _nothing: object) -> None:
        self.context.changes.announce({Topic.SETTINGS})
        self.told.set_tone(Status.OK)
        self.told.setText(_("已保存，下一次打开送货单起生效。"))

    def _refused(self, error: Exception) -> None:
        if isinstance(error, DomainError | EnvironmentProblem):
            self.told.set_tone(Status.BAD)
            self.told.setText(error.text)
        else:
            self.context.errors.take(error)
