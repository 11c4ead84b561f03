"""标签报表: who printed which labels, when, on what."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.days import ZONE, end_of
from app.i18n import N_
from app.models.pack import LabelPrint
from app.models.party import Person
from app.models.receiving import Acceptance
from app.services.db import local_time
from app.services.reports.kinds import Ask, Column, Content, Format, Report


def read(session: Session, ask: Ask) -> Content:
    """Prints of these days, the newest first; a reprint is a print of its own."""
    begin = datetime.combine(ask.first, time(), ZONE)
    end = end_of(ask.last)
    rows = session.execute(
        select(LabelPrint, Person.name, Acceptance.no)
        .outerjoin(Person, Person.id == LabelPrint.person_id)
        .outerjoin(
            Acceptance,
            (Acceptance.org_id == LabelPrint.org_id) & (Acceptance.id == LabelPrint.source_id),
        )
        .where(LabelPrint.org_id.in_(ask.org_ids), LabelPrint.at >= begin, LabelPrint.at < end)
        .order_by(LabelPrint.at.desc())
    ).all()
    return Content(
        [
            (
                ask.names[row.org_id],
                f"{local_time(row.at):%Y-%m-%d %H:%M}",
                person or "—",
                row.template,
                row.target.upper(),
                no or "—",
                row.count,
            )
            for row, person, no in rows
        ]
    )


LABELS = Report(
    name="labels",
    title=N_("标签打印记录"),
    definition=N_("期间内每次打印的标签：谁、什么时候、什么纸、多少张。补打单独算一次。"),
    columns=(
        Column(N_("机构"), width=12),
        Column(N_("时间"), width=16),
        Column(N_("打印人"), width=10),
        Column(N_("标签纸"), width=10),
        Column(N_("去向"), width=10),
        Column(N_("来源单号"), width=16),
        Column(N_("张数"), Format.COUNT, 8, total=True),
    ),
    read=read,
)
