"""The award notice of a submission, ready for print."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.awarding.limits import percent
from app.domain.awarding.paper import NoticeLine, NoticePaper
from app.domain.bidding.award import WINNER
from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.errors import ConflictError
from app.domain.papers import PrintInfo
from app.i18n import _
from app.models.awards import AwardDecision
from app.models.item import Item
from app.models.negotiation import Award, Negotiation, NegotiationItem
from app.models.party import Organisation, Person
from app.services.awards.common import decision_of, find_award
from app.services.awards.queries import AwardLineRow, line_rows
from app.services.db import Database, local_time, now
from app.services.directory import is_demo
from app.services.negotiation.common import require_reader


def notice_of(db: Database, actor: Actor, award_id: int) -> NoticePaper:
    """The notice of an award that is public or in force.

    Raises:
        ConflictError: Nobody approved it yet.
    """
    with db.read() as session:
        award, project = find_award(session, award_id)
        require_reader(actor, award.org_id)
        decision = decision_of(session, award)
        if decision is None or decision.approved_at is None:
            raise ConflictError("award.not_public", _("方案还没有审批，没有公示。请先提交和审批。"))
        lead = session.get_one(Organisation, award.org_id)
        printed = f"{local_time(now(session)):%Y-%m-%d %H:%M}"
        rows = line_rows(session, award)
        return NoticePaper(
            info=PrintInfo(lead.name, actor.name, printed, demo=is_demo(session)),
            number=decision.notice_no,
            title=project.title,
            facts=_facts(session, award, project, decision),
            lines=tuple(_line(row) for row in rows),
            failed=_failed(session, project),
            closing=_closing(decision),
        )


def _facts(
    session: Session, award: Award, project: Negotiation, decision: AwardDecision
) -> tuple[tuple[str, str], ...]:
    people = dict(
        session.execute(
            select(Person.id, Person.name).where(
                Person.id.in_((decision.submitted_by, decision.approved_by or 0))
            )
        ).all()
    )
    return (
        (_("公示编号"), decision.notice_no),
        (_("议价项目"), project.no),
        (
            _("公示期"),
            f"{decision.public_from} — {decision.public_to}" if decision.days else _("不公示"),
        ),
        (_("供货期"), f"{project.supply_from} — {project.supply_to}"),
        (_("提交人"), people.get(decision.submitted_by, "")),
        (_("审批人"), people.get(decision.approved_by or 0, "")),
        (_("状态"), _("已生效") if award.status == State.IN_FORCE else _("公示中")),
    )


def _line(row: AwardLineRow) -> NoticeLine:
    role = f"{percent(row.share)}%" if row.rank == WINNER else _("备选")
    packs = f"{row.packs.normalize():,f} {row.unit}" if row.rank == WINNER else ""
    return NoticeLine(
        row.code,
        row.name,
        row.spec,
        row.supplier,
        role,
        packs,
        row.unit,
        row.unit_price,
        row.reason,
    )


def _failed(session: Session, project: Negotiation) -> tuple[tuple[str, str], ...]:
    rows = session.execute(
        select(Item.name, Item.spec, NegotiationItem.failed)
        .join(Item, Item.id == NegotiationItem.item_id)
        .where(
            NegotiationItem.org_id == project.org_id,
            NegotiationItem.negotiation_id == project.id,
            NegotiationItem.failed.is_not(None),
        )
        .order_by(NegotiationItem.line)
    )
    return tuple((f"{name} {spec}", failed or "") for name, spec, failed in rows)


def _closing(decision: AwardDecision) -> str:
    if not decision.days:
        return _("本次结果按集团规定不公示，经负责人审批后生效。")
    return _(
        "对结果有质疑的，请在 {day} 前以书面形式向牵头医院提出，写明事实和依据。",
        day=decision.public_to,
    )
