"""召回报告: what was recalled, what each member had, used, set apart and gave back, and the end."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, NotAllowedError
from app.domain.expiry import shown
from app.domain.papers import Signing, TableColumn, TablePaper
from app.domain.stock.recalls import level_words, reply_due
from app.i18n import _
from app.models.item import Item
from app.models.party import Organisation
from app.models.recall import Recall, RecallLot, RecallReply
from app.models.stock import Lot
from app.services.db import Database, local_time
from app.services.recalls.sums import Member, lot_sums
from app.services.stock.papers import moment, people, print_info, units_text


def recall_paper(db: Database, actor: Actor, recall_id: int) -> TablePaper:
    """The record of a recall, by the books of now; a member sees its own lines.

    Raises:
        DomainError: Unknown.
        NotAllowedError: A supplier asks.
    """
    if actor.has(Duty.SUPPLY):
        raise NotAllowedError("recall.paper", _("召回报告由医疗机构打印。请联系对方。"))
    with db.read() as session:
        head = session.scalars(select(Recall).where(Recall.id == recall_id)).one_or_none()
        if head is None:
            raise DomainError("recall.unknown", _("没有这次召回。请刷新后再看。"))
        goods = session.execute(
            select(Lot, Item)
            .join(RecallLot, RecallLot.lot_id == Lot.id)
            .join(Item, Item.id == Lot.item_id)
            .where(RecallLot.org_id == head.org_id, RecallLot.recall_id == head.id)
            .order_by(Item.name, Lot.lot_no)
        ).all()
        replies = _replies(session, actor, recall_id)
        orgs = sorted(actor.orgs())
        sums = lot_sums(session, [lot.id for lot, _item in goods], orgs)
        rows = tuple(
            _row(lot, item, one, replies.get(one.org_id))
            for lot, item in goods
            for one in sums[lot.id]
        )
        names = people(session, (head.started_by, head.closed_by, *_people(replies)))
        info = print_info(session, actor, head.org_id)
        return TablePaper(
            info=info,
            title=_("召回报告") if head.level else _("冻结报告"),
            number=head.no,
            facts=_facts(head),
            columns=_columns(),
            rows=rows,
            notes=_notes(replies, names, _members(session, replies)),
            signing=(
                Signing(_("发起人"), info.member, names[head.started_by],
                        moment(head.started_at)),
                Signing(_("结束人"), info.member, names.get(head.closed_by or 0, ""),
                        moment(head.closed_at)),
            ),
            landscape=True,
        )  # fmt: skip


def _facts(head: Recall) -> tuple[tuple[str, str], ...]:
    started = local_time(head.started_at)
    return (
        (_("级别"), level_words(head.level)), (_("召回通知文号"), head.source or "—"),
        (_("原因"), head.reason), (_("发起"), moment(head.started_at)),
        (_("回复期限"), reply_due(head.level, started.date()).isoformat()),
        (_("状态"), _("进行中") if head.status == "active" else _("已结束")),
        (_("结束"), moment(head.closed_at) or "—"), (_("处理结果"), head.report or "—"),
    )  # fmt: skip


def _columns() -> tuple[TableColumn, ...]:
    return (
        TableColumn(_("机构"), 14), TableColumn(_("品名 / 规格"), 30),
        TableColumn(_("批号 / 有效期"), 14), TableColumn(_("收到"), 10, figures=True),
        TableColumn(_("已用"), 10, figures=True), TableColumn(_("退货、销毁等"), 12, figures=True),
        TableColumn(_("在库"), 10, figures=True), TableColumn(_("其中已隔离"), 12, figures=True),
        TableColumn(_("在途"), 10, figures=True), TableColumn(_("回复"), 14),
    )  # fmt: skip


def _row(lot: Lot, item: Item, one: Member, reply: RecallReply | None) -> tuple[str, ...]:
    def text(qty: int) -> str:
        return units_text(item.base_unit, item.pack_unit, item.pack_factor, qty)

    return (
        one.org, f"{item.name}\n{item.spec}", f"{lot.lot_no}\n{shown(lot.expiry)}",
        text(one.came), text(one.used), text(one.gone), text(one.here), text(one.secured),
        text(one.coming), moment(reply.at) if reply else _("没有回复"),
    )  # fmt: skip


def _replies(session: Session, actor: Actor, recall_id: int) -> dict[int, RecallReply]:
    rows = session.scalars(
        select(RecallReply).where(
            RecallReply.recall_id == recall_id, RecallReply.org_id.in_(sorted(actor.orgs()))
        )
    )
    return {row.org_id: row for row in rows}


def _people(replies: dict[int, RecallReply]) -> tuple[int, ...]:
    return tuple(row.person_id for row in replies.values())


def _members(session: Session, replies: dict[int, RecallReply]) -> dict[int, str]:
    rows = session.execute(
        select(Organisation.id, Organisation.short_name)
        .where(Organisation.id.in_(replies))
        .order_by(Organisation.code)
    )
    return {row.id: row.short_name for row in rows}


def _notes(
    replies: dict[int, RecallReply], names: dict[int, str], members: dict[int, str]
) -> tuple[str, ...]:
    """What members wrote, also those that never had the goods, with who did."""
    return tuple(
        _("{org} {who}（{at}）：{note}", org=name, who=names.get(replies[org].person_id, "—"),
          at=moment(replies[org].at), note=replies[org].note or _("已回复"))
        for org, name in members.items()
    )  # fmt: skip
