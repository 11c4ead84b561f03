"""目录规则: how strict doubtful codes are taken, and what the rules of a list count with."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from typing_extensions import override

from app.domain.formulary.rules import Limits
from app.domain.ids import new_op
from app.i18n import _
from app.services.catalogue.strictness import SaveStrictness, save_strictness, strictness
from app.services.formulary.limits import SaveListLimits, list_limits, save_list_limits
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.pages.settings.numbers_section import NumbersSection
from app.ui.widgets.fields import Select
from app.ui.widgets.numbers import QtyEdit


class CatalogueRulesSection(NumbersSection[tuple[bool, Limits]]):
    """The group's rules for codes and for supply lists."""

    changes: ClassVar[frozenset[Topic]] = frozenset({Topic.SETTINGS, Topic.CATALOGUE})

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
        self.finish(_("已保存，下一次检查和导入起生效。"))

    @override
    def question(self) -> Callable[[], tuple[bool, Limits]]:
        db = self.context.db
        return lambda: (strictness(db), list_limits(db))

    @override
    def show_values(self, found: tuple[bool, Limits]) -> None:
        strict, limits = found
        self.strict.choose(strict)
        self.kinds.set_value(limits.kinds)
        self.share.set_value(limits.essential_share)
        self.days.set_value(limits.warn_days)

    @override
    def saving(self) -> Callable[[], object]:
        limits = SaveListLimits(
            new_op(), Limits(self.kinds.value, self.share.value, self.days.value)
        )
        strict = SaveStrictness(new_op(), bool(self.strict.value))
        db, actor = self.context.db, self.context.actor

        def work() -> None:
            save_list_limits(db, actor, limits)
            save_strictness(db, actor, strict)

        return work
