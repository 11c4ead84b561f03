"""All reports, and the one way to make them. A new report is one more name in `REPORTS`."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, NotAllowedError
from app.i18n import _
from app.models.party import Organisation
from app.services.access import group_orgs
from app.services.db import Database, local_time, now, today
from app.services.directory import is_demo
from app.services.reports.consumption import CONSUMPTION, DEPARTMENTS
from app.services.reports.kinds import Ask, Head, Made, Report, Wanted
from app.services.reports.labels import LABELS
from app.services.reports.money import STATEMENTS
from app.services.reports.purchases import DIFFERENCES, FULFILMENT, RECEIPTS
from app.services.reports.stock import STOCK
from app.services.reports.whereabouts import WHEREABOUTS

REPORTS: Final[tuple[Report, ...]] = (
    STOCK,
    WHEREABOUTS,
    CONSUMPTION,
    DEPARTMENTS,
    RECEIPTS,
    FULFILMENT,
    DIFFERENCES,
    STATEMENTS,
    LABELS,
)
BY_NAME: Final = {report.name: report for report in REPORTS}


def report_of(name: str) -> Report:
    """The report of that name; raises `DomainError` that names those there are."""
    found = BY_NAME.get(name)
    if found is None:
        raise DomainError(
            "report.unknown",
            _("没有报表 {name}。可用的有：{known}。", name=name, known=" ".join(BY_NAME)),
        )
    return found


def make(db: Database, actor: Actor, wanted: Wanted) -> Made:
    """Make a report for the members among `wanted.org_ids` that the person may see.

    Raises:
        DomainError: No such report, or the last day is before the first.
        NotAllowedError: None of the members is the person's to see.
    """
    report = report_of(wanted.name)
    if wanted.last < wanted.first:
        raise DomainError(
            "report.span",
            _(
                "结束日期 {last} 早于开始日期 {first}。请对调。",
                last=wanted.last,
                first=wanted.first,
            ),
        )
    if actor.has(Duty.SUPPLY):
        raise NotAllowedError("report.staff", _("报表给集团的工作人员看，供应商账号不能用。"))
    with db.read() as session:
        day = today(session)
        orgs = actor.orgs() & set(wanted.org_ids) & set(group_orgs(session, day))
        if not orgs:
            raise NotAllowedError(
                "report.members", _("没有可以出报表的机构。请选择你有权限的成员。")
            )
        rows = session.execute(
            select(Organisation.id, Organisation.short_name)
            .where(Organisation.id.in_(sorted(orgs)))
            .order_by(Organisation.code)
        )
        names = {row.id: row.short_name for row in rows}
        ask = Ask(tuple(names), names, wanted.first, wanted.last, day)
        content = report.read(session, ask)
        head = Head(
            title=_(report.title),
            definition=_(report.definition),
            period=_period(report, ask),
            members="、".join(names.values()),
            made_by=actor.name,
            made_at=f"{local_time(now(session)):%Y-%m-%d %H:%M}",
            demo=is_demo(session),
        )
    return Made(report, head, content)


def _period(report: Report, ask: Ask) -> str:
    if not report.dated:
        return _("{day} 当天", day=ask.today.isoformat())
    return _("{first} 至 {last}", first=ask.first.isoformat(), last=ask.last.isoformat())
