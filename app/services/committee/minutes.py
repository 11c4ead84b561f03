"""The minutes of a meeting, ready for print."""

from __future__ import annotations

from app.domain.duties import Actor
from app.domain.formulary.minutes import Minutes, MinutesItem
from app.domain.formulary.requests import Kind, Result, Status
from app.domain.papers import PrintInfo
from app.i18n import _
from app.models.party import Organisation
from app.services.access import lead_org
from app.services.committee.views import AgendaRow, MeetingView, meeting_view
from app.services.db import Database, local_time, now, today
from app.services.directory import is_demo


def minutes_of(db: Database, actor: Actor, meeting_id: int) -> Minutes:
    """What was decided, by whom, and how it was counted."""
    view = meeting_view(db, actor, meeting_id)
    with db.read() as session:
        lead = session.get_one(Organisation, lead_org(session, today(session)))
        printed = f"{local_time(now(session)):%Y-%m-%d %H:%M}"
        info = PrintInfo(lead.name, actor.name, printed, demo=is_demo(session))
    return Minutes(
        info=info,
        title=_("{title}纪要", title=view.row.title),
        number=view.row.no,
        facts=_facts(view),
        present="、".join(_seat(view, present=True)),
        absent="、".join(_seat(view, present=False)),
        items=tuple(_item(row) for row in view.agenda),
        closing=_closing(view),
    )


def _facts(view: MeetingView) -> tuple[tuple[str, str], ...]:
    return (
        (_("时间"), f"{view.row.day} {view.row.time_text}"),
        (_("地点"), view.row.room or "—"),
        (_("主持"), view.chair or "—"),
        (_("出席"), _("应到 {seats} 人，实到 {n} 人，法定人数 {quorum} 人", seats=view.seats,
                    n=view.present, quorum=view.quorum)),
        (_("表决"), _("{way}，有表决权人数的 {share} 赞成为通过",
                    way=_("不记名") if view.secret else _("记名"), share=view.majority)),
        (_("利益声明"), _("{n} 人已签", n=view.declared)),
    )  # fmt: skip


def _seat(view: MeetingView, *, present: bool) -> list[str]:
    return [
        f"{one.seat.name}（{one.seat.department}）"
        for one in view.attendees
        if one.present is present
    ]


def _item(row: AgendaRow) -> MinutesItem:
    request, count = row.request, row.count
    result = Result(row.result).label if row.status == "done" else _("未议")
    votes = f"{count.yes} : {count.no} : {count.abstain}" if row.status == "done" else "—"
    names = "、".join(f"{name}（{why}）" for _member, name, why in row.interests)
    return MinutesItem(
        seq=str(row.seq),
        name=f"{request.name} {request.spec}",
        asked=f"{Kind(request.kind).label}　{request.org} {request.department}",
        reason=_("申请理由：{reason}", reason=request.reason),
        checks=_("预检：{checks}", checks="；".join(f"{c.title} {c.text}" for c in request.checks)),
        interests=_("回避：{names}；有表决权 {n} 人，过线 {needed} 票", names=names,
                    n=count.entitled, needed=count.needed) if names else
        _("有表决权 {n} 人，过线 {needed} 票", n=count.entitled, needed=count.needed),
        votes=votes,
        result=result + (f"（{row.note}）" if row.note else ""),
    )  # fmt: skip


def _closing(view: MeetingView) -> str:
    days = {
        row.request.effective_on
        for row in view.agenda
        if row.request.status in {Status.EFFECTIVE.value, Status.EVALUATED.value}
        and row.request.effective_on
    }
    if not days:
        return _("本次会议没有改变目录。") if view.row.status == "closed" else _("会议尚未结束。")
    return _("以上决定自 {day} 起生效，6 至 12 个月内评价。", day=max(days))
