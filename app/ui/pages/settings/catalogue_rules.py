"""目录规则: how strict doubtful codes are taken, and what the rules of a list count with."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.domain.duties import Duty
from app.domain.errors import DomainError, EnvironmentProblem
from app.domain.formulary.rules import Limits
from app.domain.ids import new_op
from app.i18n import _
from app.services.catalogue.strictness import SaveStrictness, save_strictness, strictness
from app.services.formulary.limits import SaveListLimits, list_limits, save_list_limits
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.pages.settings.section import Section
from app.ui.status import Status
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import toolbar
from app.ui.widgets.fields import Select
from app.ui.widgets.numbers import QtyEdit
from app.ui.widgets.text import Role, Text


class CatalogueRulesSection(Section):
    """The group's rules for codes and for supply lists."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(
            context,
            _("目录规则"),
            _("全集团共用：少见写法的编码怎么办，供应目录按哪些数检查。下一次检查起生效。"),
        )
        self.strict = Select([(False, _("提醒，仍可保存和导入")), (True, _("不收，改对了再保存"))])
        self.row(
            _("少见的编码"),
            self.strict,
            _("中成药和饮片医保编码、药管平台码、统编代码、老批准文号没有公开规则，只认常见写法。"),
        )
        self.kinds = QtyEdit(_("种"), most=9)
        self.row(
            _("一品两规"),
            self.kinds,
            _("同一通用名同一给药途径最多几个品规，超过的要写特殊诊疗需要。常用 2。"),
        )
        self.share = QtyEdit("%", most=100)
        self.row(_("基药占比"), self.share, _("目录里基药品规应占的百分比，0 为不查。"))
        self.days = QtyEdit(_("天"), most=730)
        self.row(_("证照提醒"), self.days, _("批准文号、注册证在这么多天内到期就提醒。常用 90。"))
        self.told = Text("", Role.SECOND, wrap=True)
        self.save = Button(_("保存"), Kind.PRIMARY)
        self.save.clicked.connect(lambda _on=False: self._save())
        self.save.setVisible(context.actor.has(Duty.ADMIN))
        buttons = QWidget()
        buttons.setLayout(toolbar(self.save, None))
        self.card.add(buttons)
        self.card.add(self.told)

    @override
    def refresh(self) -> None:
        """Ask for the rules in force."""
        db = self.context.db
        self.told.setText("")
        self.context.jobs.read(
            lambda: (strictness(db), list_limits(db)),
            self._show,
            channel="settings.catalogue_rules",
            owner=self,
        )

    def _show(self, found: tuple[bool, Limits]) -> None:
        strict, limits = found
        self.strict.choose(strict)
        self.kinds.set_value(limits.kinds)
        self.share.set_value(limits.essential_share)
        self.days.set_value(limits.warn_days)

    def _save(self) -> None:
        limits = Limits(self.kinds.value, self.share.value, self.days.value)
        strict = bool(self.strict.value)
        db, actor = self.context.db, self.context.actor

        def work() -> None:
            save_list_limits(db, actor, SaveListLimits(new_op(), limits))
            save_strictness(db, actor, SaveStrictness(new_op(), strict))

        self.context.jobs.write(work, self._saved, self._refused, owner=self)

    def _saved(self, _nothing: object) -> None:
        self.context.changes.announce({Topic.SETTINGS, Topic.CATALOGUE})
        self.told.set_tone(Status.OK)
        self.told.setText(_("已保存，下一次检查和导入起生效。"))

    def _refused(self, error: Exception) -> None:
        if isinstance(error, DomainError | EnvironmentProblem):
            self.told.set_tone(Status.BAD)
            self.told.setText(error.text)
        else:
            self.context.errors.take(error)
