"""Which tables leave imprints, under which name, and why the others do not.

A new table goes into one of the two lists (a test asks for it), and its migration calls
`app.imprint_cover` for a server, as 0031 does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.i18n import N_

COVERED: Final[Mapping[str, str]] = {
    # who may do what, and how the group works
    "organisation": N_("机构"),
    "group_membership": N_("集团成员"),
    "person": N_("人员"),
    "account": N_("账号密码"),
    "duty_grant": N_("职责"),
    "setting": N_("业务设置"),
    "committee_member": N_("药事会委员"),
    "place": N_("库位"),
    "org_route": N_("机构间路程"),
    "dossier": N_("供应商资质"),
    "settle_term": N_("结算条款"),
    "settle_rule": N_("结算时点规则"),
    "supply_term": N_("供货条款"),
    # the catalogue
    "maker": N_("生产企业"),
    "product": N_("品种"),
    "item": N_("品规"),
    "item_unit": N_("品规单位"),
    "item_code": N_("品规编码"),
    "item_merge": N_("品规合并"),
    "item_successor": N_("品规替代"),
    "catalogue_version": N_("目录版本"),
    "catalogue_version_change": N_("目录版本内容"),
    "daily_dose": N_("限定日剂量"),
    "reagent_rule": N_("试剂规则"),
    "pack_definition": N_("定数包定义"),
    "label_design": N_("标签模板"),
    "label_design_version": N_("标签模板版本"),
    "local_item": N_("成员自有目录"),
    "mapping": N_("目录对照"),
    "lot": N_("批次"),
    "lot_hold": N_("批次冻结"),
    "recall": N_("召回"),
    "recall_lot": N_("召回批次"),
    "recall_reply": N_("召回反馈"),
    # what was decided
    "formulary_entry": N_("院内目录"),
    "formulary_snapshot": N_("院内目录存档"),
    "formulary_snapshot_item": N_("院内目录存档品规"),
    "named_list": N_("专项清单"),
    "named_list_item": N_("专项清单品规"),
    "pt_request": N_("药事会申请"),
    "pt_meeting": N_("药事会会议"),
    "pt_agenda": N_("药事会议题"),
    "pt_attendance": N_("药事会签到"),
    "pt_conflict": N_("药事会回避"),
    "temporary_purchase": N_("临时采购"),
    "requisition_approval": N_("请购审批"),
    # papers of the store: who decided what, and what became of it
    "acceptance": N_("验收单"),
    "stock_count": N_("盘点单"),
    "disposal": N_("报损退货单"),
    "disposal_line": N_("报损退货明细"),
    "transfer": N_("调拨单"),
    "transfer_line": N_("调拨明细"),
    "transfer_lot": N_("调拨批号"),
    # prices and what they come from
    "price_list": N_("价格表"),
    "price": N_("价格"),
    "price_step": N_("价格变动记录"),
    "price_takeover": N_("价格承接"),
    "price_request": N_("调价申请"),
    "negotiation": N_("议价项目"),
    "negotiation_item": N_("议价品规"),
    "negotiation_lot": N_("议价分包"),
    "negotiation_need": N_("议价报量"),
    "negotiation_member": N_("议价成员"),
    "negotiation_reference": N_("议价参考价"),
    "negotiation_round": N_("议价轮次"),
    "negotiation_invitation": N_("议价邀请"),
    "score_sheet": N_("评分表"),
    "score": N_("评分"),
    "award": N_("中选方案"),
    "award_line": N_("中选明细"),
    "award_decision": N_("中选决定"),
    "award_objection": N_("中选异议"),
    "pledge": N_("带量承诺"),
    "pledge_draw": N_("带量使用"),
    "pledge_supplement": N_("补量申请"),
    "contract": N_("合同"),
    # money
    "statement": N_("对账单"),
    "statement_line": N_("对账单明细"),
    "statement_adjustment": N_("对账单调整"),
    "reversed_line": N_("冲回明细"),
    "bill_line": N_("账单明细"),
    "invoice": N_("发票"),
    "invoice_match": N_("发票勾对"),
    "payee": N_("收款账户"),
    "payment": N_("付款单"),
    "payment_line": N_("付款明细"),
    "month_close": N_("月结"),
    "loan_settlement": N_("调拨结算"),
    "platform_report": N_("平台上报"),
}
"""Tables whose rows leave imprints, with the name that people know."""

LEFT: Final[Mapping[str, Mapping[str, str]]] = {
    "account": {
        "tries": "counts wrong passwords; grants nothing",
        "locked_until_us": "ends by itself after ten minutes",
    },
    "local_item": {
        "used": "a figure of the member's last sheet, loaded anew each time",
        "value": "as `used`",
        "words": "made from the name",
        "batch_id": "which sheet it came with last",
        "position": "row of that sheet",
        "loaded_at": "when",
        "status": "follows from the mapping",
        "issue": "a hint, computed again by each run",
        "safe": "a hint, computed again by each run",
        "version": "counts changes of the others",
    },
}
"""Columns of covered tables that the digests do not speak of, and why."""

GROUPED: Final[Mapping[str, int]] = {
    "item_unit": 1,
    "item_code": 1,
    "formulary_snapshot_item": 2,
    "statement_line": 2,
    "reversed_line": 2,
    "bill_line": 2,
}
"""Tables whose rows come in thousands: in a file one digest for all that share so many columns of
the key. The one column that is left of the key is a number. On a server, where two people may
write rows of one group at once, each row has its own. A
table that joins or leaves this list is stated anew by a migration."""

_MOVES: Final = "a paper of the store: what it moved stands in the chained ledger"
_SIGNED: Final = "computed from the content against the digest of its signature"
_SEALED: Final = "secret until the opening: proved by its commitment instead"
_HELPER: Final = "an aid to work, computed or typed anew; nothing is owed or allowed by it"
_OWN_CHAIN: Final = "a chain of its own, or what proves one"
_DAILY: Final = "daily work of one person, whose steps stand in the chained trail"
_HASHED: Final = "a file beside its own digest; what was decided on it is covered"

OUTSIDE: Final[Mapping[str, str]] = {
    **dict.fromkeys(("ledger", "audit", "imprint", "chain_head", "anchor", "anchor_head"),
                    _OWN_CHAIN),
    "balance": "held against the ledger by `yilian reconcile` and `doctor`",
    **dict.fromkeys((
        "acceptance_line", "delivery", "delivery_line", "consumption", "case_use", "case_line",
        "dispense_line", "count_line", "reagent_kit", "reagent_count", "fixed_pack", "pack",
        "pack_line", "trace_code", "trace_link", "demand"), _MOVES),
    **dict.fromkeys((
        "member_order", "member_order_line", "member_order_version", "order_answer",
        "order_answer_line", "order_shortage", "order_shortage_line", "signature", "sealed_paper"),
        _SIGNED),
    **dict.fromkeys(("bid", "bid_sheet", "bid_seal"), _SEALED),
    **dict.fromkeys((
        "acceptance_draft", "alignment_figure", "counter", "import_columns", "item_search",
        "label_print", "match_candidate", "pair_memory", "planner_number", "policy", "suggestion",
        "replenishment_run", "release", "platform_batch", "platform_record"), _HELPER),
    **dict.fromkeys((
        "requisition", "requisition_line", "group_order", "group_order_line", "item_request",
        "pack_request", "expiry_action", "upkeep_line", "upkeep_round", "temperature_reading",
        "case_doctor", "goods_paper_turn", "import_batch", "mapping_event", "operation",
        "second_person", "item_change"), _DAILY),
    **dict.fromkeys((
        "attachment", "disposal_photo", "goods_paper", "negotiation_file", "transfer_paper"),
        _HASHED),
    **dict.fromkeys(("pt_vote", "pt_turnout"),
                    "secret ballot: a digest of so little would tell the vote; the result is"
                    " covered"),
}  # fmt: skip
"""Tables that leave no imprints, and why."""


def left(table: str) -> frozenset[str]:
    """The columns of a covered table that its digests do not speak of."""
    return frozenset(LEFT.get(table, ()))
