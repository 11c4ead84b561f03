"""The report of 目录吻合度, ready for print."""

from __future__ import annotations

from app.domain.alignment.answer import Answer
from app.domain.duties import Actor
from app.domain.formulary.minutes import AlignmentReport
from app.domain.papers import PrintInfo
from app.i18n import _
from app.models.party import Organisation
from app.services.access import lead_org
from app.services.alignment.members import TrendPoint
from app.services.alignment.sheets import notes
from app.services.db import Database, local_time, now, today
from app.services.directory import is_demo

_LINES = 40


def report_of(
    db: Database, actor: Actor, found: Answer, points: tuple[TrendPoint, ...]
) -> AlignmentReport:
    """A comparison with its trend, as it is printed."""
    with db.read() as session:
        lead = session.get_one(Organisation, lead_org(session, today(session)))
        printed = f"{local_time(now(session)):%Y-%m-%d %H:%M}"
        info = PrintInfo(lead.name, actor.name, printed, demo=is_demo(session))
    return AlignmentReport(
        info=info,
        title=_("目录吻合度报告"),
        notes=notes(found),
        pairs=tuple(
            (pair.member, str(pair.lead_items), str(pair.member_items), str(pair.shared),
             *(f"{one.percent}%" for one in pair.figures))
            for pair in found.pairs
        ),
        best=tuple(
            (str(one.rank), one.member, f"{one.name} {one.spec}", str(one.use), str(one.gain),
             str(one.after))
            for one in found.best
        ),
        gaps=tuple(
            (gap.member, gap.side_text, f"{gap.name} {gap.spec}", str(gap.effect), gap.todo)
            for gap in found.gaps[:_LINES]
        ),
        trend=tuple(
            (point.day.isoformat(), point.org, f"{point.numerator} / {point.denominator}",
             f"{point.share}%")
            for point in points
        ),
    )  # fmt: skip
