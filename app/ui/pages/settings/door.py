"""验收要求: what a member demands of goods at the door."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from typing_extensions import override

from app.domain.ids import new_op
from app.domain.receiving.policy import Policy
from app.i18n import _
from app.services.platform import door_policy
from app.services.platform.door_policy import SavePolicy
from app.ui.context import PageContext
from app.ui.pages.settings.numbers_section import NumbersSection
from app.ui.widgets.fields import Select
from app.ui.widgets.numbers import QtyEdit


class DoorSection(NumbersSection[Policy]):
    """Limits of near and far expiry and of serials, for the group or for one member."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(
            context,
            _("验收要求"),
            _("收货时按这些数提醒：近效期要写原因才能收，效期远得离谱会请人核对。过期的一律不收。"),
        )
        self.choose_org()
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
        self.finish(_("已保存，下一次打开送货单起生效。"))

    @override
    def question(self) -> Callable[[], Policy]:
        return partial(door_policy.policy, self.context.db, self.context.actor, self.org_id)

    @override
    def show_values(self, found: Policy) -> None:
        self.months.set_value(found.near_months)
        self.parts.set_value(found.near_parts)
        self.years.set_value(found.far_years)
        self.serials.choose(found.every_serial)

    @override
    def saving(self) -> Callable[[], object]:
        serials = int(self.serials.value == 1)
        wanted = Policy(self.months.value, self.parts.value, self.years.value, serials)
        command = SavePolicy(new_op(), self.org_id, wanted)
        return partial(door_policy.save_policy, self.context.db, self.context.actor, command)
