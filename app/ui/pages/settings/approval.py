"""审批额度: the amounts above which a requisition or a write-off needs somebody's agreement."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from typing_extensions import override

from app.domain import money
from app.domain.ids import new_op
from app.domain.orders.approval import Limits
from app.i18n import _
from app.services.counting import limit as write_offs, recount_rule
from app.services.counting.limit import SaveLimit
from app.services.counting.recount_rule import SaveRecountRule
from app.services.requisition.limits import SaveLimits, limits, save_limits
from app.ui.context import PageContext
from app.ui.pages.settings.numbers_section import NumbersSection
from app.ui.widgets.fields import Check, CodeEdit


class ApprovalSection(NumbersSection[tuple[Limits, Decimal | None, bool]]):
    """Limits of requisitions and write-offs and who recounts, for the group or for one member."""

    def __init__(self, context: PageContext) -> None:
        help_text = _(
            "按金额审批：采购申请库管能直接提交到一个数，再多由本院负责人批，更多还要集团负责人批；"
            "报损由另一位库管批，超过上限的由本院负责人批。"
        )
        super().__init__(context, _("审批额度"), help_text)
        self.choose_org()
        self.store, self.member, self.write_off = CodeEdit(), CodeEdit(), CodeEdit()
        for edit in (self.store, self.member, self.write_off):
            edit.setPlaceholderText(_("不填为不限"))
        self.row(_("采购申请：库管到"), self.store, _("元。这么多以内不用审批。"))
        self.row(_("本院负责人到"), self.member, _("元。超过的，本院批完再由集团负责人批。"))
        self.row(_("报损：库管到"), self.write_off, _("元。一张报损单超过的，由本院负责人审批。"))
        self.recount = Check(_("复盘要换一位库管"))
        self.row(_("盘点"), self.recount, _("差得多的行换个人再数。只有一位库管的机构不受限。"))
        self.finish(_("已保存，之后提交和审批的单子按它办。"))

    @override
    def question(self) -> Callable[[], tuple[Limits, Decimal | None, bool]]:
        db, actor, org = self.context.db, self.context.actor, self.org_id
        return lambda: (
            limits(db, actor, org),
            write_offs.limit(db, actor, org),
            recount_rule.recount_by_other(db, actor, org),
        )

    @override
    def show_values(self, found: tuple[Limits, Decimal | None, bool]) -> None:
        bought, written_off, other = found
        self.recount.setChecked(other)
        self.store.setText(_words(bought.store))
        self.member.setText(_words(bought.member))
        self.write_off.setText(_words(written_off))

    @override
    def saving(self) -> Callable[[], object]:
        wanted = Limits(_amount(self.store), _amount(self.member))
        bought = SaveLimits(new_op(), self.org_id, wanted)
        written_off = SaveLimit(new_op(), self.org_id, _amount(self.write_off))
        recount = SaveRecountRule(new_op(), self.org_id, self.recount.isChecked())
        db, actor = self.context.db, self.context.actor

        def work() -> None:
            save_limits(db, actor, bought)
            write_offs.save_limit(db, actor, written_off)
            recount_rule.save_recount_rule(db, actor, recount)

        return work


def _amount(edit: CodeEdit) -> Decimal | None:
    text = edit.folded().replace(",", "")
    return money.price(text) if text else None


def _words(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.2f}".removesuffix(".00")
