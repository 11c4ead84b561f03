"""Words of the workbench for each kind of work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from app.i18n import N_, _
from app.services.db import local_time
from app.services.home import Kind, Reminder, Urgency, WorkItem
from app.ui import formats
from app.ui.actions import ACTIONS, Act, key_words
from app.ui.status import Status


@dataclass(frozen=True, slots=True)
class Wording:
    """How a kind of work reads.

    Attributes:
        title: What it is.
        unit: What is counted, with its number.
        verb: The word on the button.
        status: Its shape.
        act: The action that the button and its key do; None: go to the page.
        primary: Whether the button may be the screen's primary one.
    """

    title: str
    unit: str
    verb: str
    status: Status
    act: Act | None = None
    primary: bool = False


WORDS: Final = {
    Kind.EXPIRED: Wording(
        N_("已过期药品待下架"), N_("{n} 批"), N_("去下架"), Status.BAD, Act.EXPIRED
    ),
    Kind.TO_RECEIVE: Wording(
        N_("到货待验收"), N_("{n} 单"), N_("开始验收"), Status.INFO, Act.RECEIVE, primary=True
    ),
    Kind.URGED: Wording(N_("催签的订单"), N_("{n} 单"), N_("去签署"), Status.NEAR, primary=True),
    Kind.TO_SIGN: Wording(
        N_("分签订单待签署"), N_("{n} 单"), N_("查看签署"), Status.WARN, primary=True
    ),
    Kind.SUPPLIER_SIGN: Wording(
        N_("成员已签，待你方签署"), N_("{n} 单"), N_("查看签署"), Status.WARN, primary=True
    ),
    Kind.REFUSED_ORDERS: Wording(N_("成员拒签的订单"), N_("{n} 单"), N_("看原因"), Status.NEAR),
    Kind.SUGGESTIONS: Wording(
        N_("智能补货待确认"), N_("{n} 行"), N_("确认补货"), Status.INFO, Act.SUGGEST
    ),
    Kind.RETURNED_REQUISITIONS: Wording(
        N_("采购申请被退回"), N_("{n} 单"), N_("看原因"), Status.NEAR
    ),
    Kind.TO_APPROVE: Wording(
        N_("采购申请待你审批"), N_("{n} 单"), N_("去审批"), Status.WARN, primary=True
    ),
    Kind.DRAFT_REQUISITIONS: Wording(N_("采购申请未提交"), N_("{n} 单"), N_("去提交"), Status.WARN),
    Kind.TO_CONSOLIDATE: Wording(
        N_("采购申请待汇总"), N_("{n} 单"), N_("去汇总"), Status.INFO, primary=True
    ),
    Kind.COLLECTING: Wording(N_("统采单收集中"), N_("{n} 单"), N_("查看需求"), Status.MUTE),
    Kind.STATEMENTS: Wording(N_("对账单待处理"), N_("{n} 张"), N_("去对账"), Status.INFO),
    Kind.STATEMENTS_SENT: Wording(N_("对账单待确认"), N_("{n} 张"), N_("去确认"), Status.INFO),
    Kind.SUPPLEMENTS: Wording(
        N_("补充约定待你审批"), N_("{n} 张"), N_("去审批"), Status.WARN, primary=True
    ),
    Kind.ANSWERED_ORDERS: Wording(
        N_("供应商部分确认的订单"), N_("{n} 单"), N_("处理余量"), Status.NEAR, primary=True
    ),
    Kind.SHORT_TO_AGREE: Wording(
        N_("缺货待你同意"), N_("{n} 单"), N_("去看"), Status.NEAR, primary=True
    ),
    Kind.SHORT_TO_SETTLE: Wording(
        N_("缺货余量待处理"), N_("{n} 单"), N_("处理余量"), Status.NEAR, primary=True
    ),
    Kind.PT_REVIEWS: Wording(
        N_("药事会申请待审核"), N_("{n} 份"), N_("去审核"), Status.WARN, primary=True
    ),
    Kind.PT_TO_CALL: Wording(N_("药事会申请待上会"), N_("{n} 份"), N_("召集会议"), Status.INFO),
    Kind.PT_MEETING: Wording(N_("要参加的药事会"), N_("{n} 次"), N_("看议程"), Status.INFO),
    Kind.PT_BALLOT: Wording(
        N_("药事会正在投票"), N_("{n} 项"), N_("去投票"), Status.WARN, primary=True
    ),
    Kind.PT_EVALUATIONS: Wording(N_("新引进品规待评价"), N_("{n} 个"), N_("去评价"), Status.WARN),
    Kind.TEMPORARY_TO_APPROVE: Wording(
        N_("临采待审批"), N_("{n} 份"), N_("去审批"), Status.WARN, primary=True
    ),
    Kind.ITEM_REQUESTS: Wording(
        N_("新增品种申请待答复"), N_("{n} 份"), N_("去答复"), Status.INFO, primary=True
    ),
    Kind.PLEDGES_BEHIND: Wording(N_("约定量落后进度"), N_("{n} 项"), N_("看执行率"), Status.WARN),
    Kind.NEEDS_TO_CONFIRM: Wording(
        N_("集团议价待报量"), N_("{n} 个"), N_("去确认"), Status.WARN, primary=True
    ),
    Kind.QUOTES_DUE: Wording(
        N_("待报价的议价项目"), N_("{n} 个"), N_("去报价"), Status.WARN, primary=True
    ),
    Kind.ROUNDS_TO_OPEN: Wording(
        N_("报价已截止，待开标"), N_("{n} 轮"), N_("去开标"), Status.INFO, primary=True
    ),
    Kind.AWARDS_TO_APPROVE: Wording(
        N_("定标方案待审批"), N_("{n} 个"), N_("去审批"), Status.WARN, primary=True
    ),
    Kind.OBJECTIONS_OPEN: Wording(N_("公示质疑待答复"), N_("{n} 条"), N_("去答复"), Status.NEAR),
    Kind.PUBLICITY_ENDED: Wording(
        N_("公示期满，可生成价格表"), N_("{n} 个"), N_("去生效"), Status.INFO, primary=True
    ),
    Kind.PUBLICITY_ENDS: Wording(N_("定标公示中"), N_("{n} 个"), N_("看公示"), Status.MUTE),
    Kind.PRICE_REQUESTS: Wording(N_("调价申请待处理"), N_("{n} 个"), N_("去处理"), Status.INFO),
    Kind.RECALLS: Wording(N_("召回待答复"), N_("{n} 份"), N_("去处理"), Status.BAD, primary=True),
    Kind.TRANSFERS_TO_ANSWER: Wording(
        N_("别的机构来调货，待答复"), N_("{n} 单"), N_("去答复"), Status.WARN, primary=True
    ),
    Kind.TRANSFERS_TO_APPROVE: Wording(
        N_("调拨借用待审批"), N_("{n} 单"), N_("去审批"), Status.WARN, primary=True
    ),
    Kind.TRANSFERS_TO_SEND: Wording(N_("调拨待发出"), N_("{n} 单"), N_("去发出"), Status.INFO),
    Kind.TRANSFERS_TO_CLEAR: Wording(
        N_("调拨有差异待处理"), N_("{n} 单"), N_("去处理"), Status.NEAR
    ),
    Kind.TRANSFERS_TO_ACCEPT: Wording(
        N_("调入的货待验收"), N_("{n} 单"), N_("去验收"), Status.INFO, primary=True
    ),
    Kind.TRANSFERS_TO_SUBMIT: Wording(
        N_("调拨草稿，补批准文件后提交"), N_("{n} 单"), N_("去提交"), Status.WARN
    ),
    Kind.LOANS_DUE: Wording(N_("借用快到期，待归还"), N_("{n} 单"), N_("去归还"), Status.NEAR),
    Kind.COUNTS_TO_APPROVE: Wording(
        N_("盘点待你审批"), N_("{n} 单"), N_("去审批"), Status.WARN, primary=True
    ),
    Kind.COUNTS_TO_POST: Wording(N_("盘点已批准，待入账"), N_("{n} 单"), N_("去入账"), Status.INFO),
    Kind.DISPOSALS_TO_APPROVE: Wording(
        N_("报损退货待你审批"), N_("{n} 单"), N_("去审批"), Status.WARN, primary=True
    ),
    Kind.DISPOSALS_TO_CARRY: Wording(N_("报损退货待办理"), N_("{n} 单"), N_("去办理"), Status.INFO),
    Kind.EXPIRY_ACTIONS: Wording(N_("近效期任务快到期"), N_("{n} 项"), N_("去办理"), Status.WARN),
    Kind.CLIMATE: Wording(N_("温湿度超限"), N_("{n} 处"), N_("去看记录"), Status.BAD),
    Kind.NEAR_EXPIRY: Wording(N_("近效期待处理"), N_("{n} 批"), N_("查看批号"), Status.WARN),
}

_MANY: Final = frozenset({Kind.EXPIRED, Kind.PLEDGES_BEHIND, Kind.NEAR_EXPIRY})
"""Kinds whose names are only the first few."""

BANDS: Final = {
    Urgency.NOW: (N_("现在"), N_("已超期，先处理")),
    Urgency.TODAY: (N_("今天"), N_("今天要办")),
    Urgency.WEEK: (N_("本周"), N_("有空就办")),
}


def unit_of(item: WorkItem) -> str:
    """What is counted, without the number that stands large before it."""
    number = f"{item.count:,}"
    return _(WORDS[item.kind].unit, n=number).removeprefix(number).strip()


def key_of(item: WorkItem) -> str:
    """The key printed beside the button, empty for none."""
    act = WORDS[item.kind].act
    return key_words(ACTIONS[act].key) if act else ""


def detail(item: WorkItem, today: date) -> str:
    """The second line: what or who is concerned, how much."""
    parts: list[str] = [_urged(item.urged, today)] if item.urged else []
    if item.names:
        names = "、".join(item.names)
        more = item.kind in _MANY and item.count > len(item.names)
        parts.append(_("{names} 等", names=names) if more else names)
    if item.kind is Kind.EXPIRED:
        parts.append(_("已自动锁定，不能发放"))
    if item.kind is Kind.TO_RECEIVE and item.special:
        parts.append(_("共 {n} 行", n=item.special))
    if item.kind is Kind.SUGGESTIONS and item.special:
        parts.append(_("其中 {n} 个品规不足 7 天用量", n=item.special))
    if item.kind is Kind.CLIMATE:
        parts.append(_("里面有 {n} 个批号，先停用、评估", n=item.special))
    if item.kind is Kind.PLEDGES_BEHIND:
        parts.append(_("最早的还有 {n} 天到期", n=item.special))
    if item.kind is Kind.NEAR_EXPIRY:
        parts.append(_("3 个月内到期"))
    if item.amount:
        parts.append(formats.yuan(item.amount))
    return " · ".join(parts) or _("点右边的按钮去处理")


def _urged(reminder: Reminder, today: date) -> str:
    """Who urged, when, and how often."""
    at = formats.minute(local_time(reminder.at), today)
    if reminder.times > 1:
        return _("{who} {time} 第 {n} 次催签", who=reminder.who, time=at, n=reminder.times)
    return _("{who} {time} 催签", who=reminder.who, time=at)


def pill(item: WorkItem, today: date) -> tuple[Status, str] | None:
    """The pill behind the title: since when it is overdue, or until when it is due."""
    if item.kind is Kind.EXPIRED and item.since:
        return Status.BAD, _("最早过期 {n} 天", n=(today - item.since).days)
    if item.kind is Kind.TO_RECEIVE and item.due:
        arrived = formats.minute(local_time(item.due), today)
        return Status.INFO, _("最早 {time} 到", time=arrived)
    if item.due:
        at = local_time(item.due)
        words = formats.minute(at, today)
        if item.urgency is Urgency.NOW:
            return Status.NEAR, _("应于 {time} 前", time=words)
        status = Status.WARN if at.date() == today else Status.INFO
        return status, _("{time} 截止", time=words)
    return None
