"""The demo's 药事会: one meeting that is over, one in session, requests that wait, and 临采."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select

from app.domain.duties import Actor
from app.domain.formulary.ballot import Choice
from app.domain.formulary.requests import Kind
from app.domain.ids import new_op
from app.models.formulary import FormularyEntry
from app.models.party import Organisation
from app.services.access import actor_for
from app.services.committee.effects import CloseMeeting, close_meeting
from app.services.committee.meetings import (
    DeclareInterest,
    PlanMeeting,
    SignIn,
    declare_interest,
    plan_meeting,
    sign_in,
)
from app.services.committee.requests import (
    MakeRequest,
    StepRequest,
    Verb,
    make_request,
    step_request,
)
from app.services.committee.roster import PutSeat, Seat, put_seat
from app.services.committee.temporary import AskTemporary, ask_temporary
from app.services.committee.voting import (
    CastVote,
    CloseItem,
    OpenItem,
    cast_vote,
    close_item,
    open_item,
)
from app.services.db import Database, today

_SEATS: Final = (
    ("周立群", "药学部", "chair", "zhoulq"),
    ("苏明", "药学部", "secretary", "suming"),
    ("张海波", "松原里", "member", "zhanghb"),
    ("马俊林", "望岳", "member", "majl"),
    ("林志强", "澄湖", "member", "linzq"),
    ("李青", "松原里", "member", "liqing"),
    ("王芳", "望岳", "member", "wangfang"),
    ("孙悦", "澄湖", "member", "sunyue"),
    ("何芸", "药库", "member", "heyun"),
    ("陈晓云", "采购", "member", "chenxy"),
    ("高云", "青屿站", "member", "gaoyun"),
    ("韩雪", "内分泌科", "member", ""),
    ("何国庆", "心内科", "member", ""),
    ("马春兰", "呼吸科", "member", ""),
    ("罗一鸣", "感染科", "member", ""),
)
_ABSENT: Final = 3
_KEEPER: Final = "suming"
_ASKERS: Final = (("1002", "liqing", "zhanghb", "全科"), ("1003", "wangfang", "majl", "慢病门诊"),
                  ("1004", "sunyue", "linzq", "联合病房"))  # fmt: skip
_WHY: Final = (
    "慢病患者增多，目录内品种疗效或耐受不能满足",
    "指南推荐一线用药，牵头医院已常规使用，双向转诊需要衔接",
    "现有品种供应不稳，需要同类替代",
)
_VOTES: Final = (Choice.YES, Choice.YES, Choice.NO, Choice.YES, Choice.YES, Choice.ABSTAIN,
                 Choice.YES, Choice.NO, Choice.YES)  # fmt: skip


def hold_committee(db: Database, spare: Sequence[int]) -> None:
    """Seats, a meeting forty days ago, one today at its third item, and what still waits.

    Args:
        db: The demo group.
        spare: Items that no list holds, for requests.
    """
    keeper = actor_for(db, _KEEPER)
    with db.read() as session:
        orgs = {org.code: org.id for org in session.scalars(select(Organisation))}
        day = today(session)
        held = session.scalars(
            select(FormularyEntry.item_id)
            .where(FormularyEntry.org_id == orgs["1002"], FormularyEntry.valid_to.is_(None))
            .order_by(FormularyEntry.item_id)
        ).all()
    since = day - timedelta(days=400)
    seats = [put_seat(db, keeper, PutSeat(new_op(), *seat, since)) for seat in _SEATS]
    first = [_ask(db, orgs, 0, Kind.INTRODUCE, spare[0]), _ask(db, orgs, 1, Kind.STOP, held[3])]
    _earlier(db, keeper, seats, first, day - timedelta(days=40))
    kinds = (Kind.INTRODUCE, Kind.STOP, Kind.INTRODUCE, Kind.REPLACE, Kind.INTRODUCE)
    items = (spare[1], held[7], spare[2], spare[3], spare[4])
    agenda = [
        _ask(db, orgs, place, kind, item, held[11] if kind is Kind.REPLACE else 0)
        for place, (kind, item) in enumerate(zip(kinds, items, strict=True))
    ]
    _today(db, keeper, seats, agenda)
    _waiting(db, orgs, spare)


Asked = tuple[int, int]


def _ask(
    db: Database, orgs: dict[str, int], place: int, kind: Kind, item: int, replaces: int = 0
) -> Asked:
    """A clinic asks, its head agrees."""
    code, login, head, department = _ASKERS[place % len(_ASKERS)]
    org = orgs[code]
    made = make_request(
        db, actor_for(db, login),
        MakeRequest(new_op(), org, kind, item, _WHY[place % len(_WHY)],
                    "国家基本药物临床应用指南；牵头医院药学部循证小结", department, replaces,
                    240 + 60 * place),
    )  # fmt: skip
    step_request(
        db, actor_for(db, head), StepRequest(new_op(), org, made.request_id, Verb.AGREE, 1)
    )
    return org, made.request_id


def _earlier(
    db: Database, keeper: Actor, seats: Sequence[Seat], agenda: Sequence[Asked], day: date
) -> None:
    plan = PlanMeeting(new_op(), day, tuple(agenda), room="综合楼 3 会议室")
    meeting = plan_meeting(db, keeper, plan).meeting_id
    here = tuple(seat.member_id for seat in seats)
    sign_in(db, keeper, SignIn(new_op(), meeting, here, here))
    for seq, paper in ((1, (13, 1, 1)), (2, (12, 2, 1))):
        open_item(db, keeper, OpenItem(new_op(), meeting, seq))
        close_item(db, keeper, CloseItem(new_op(), meeting, seq, paper, exception="特殊诊疗需要"))
    close_meeting(db, keeper, CloseMeeting(new_op(), meeting, day + timedelta(days=20)))


def _today(db: Database, keeper: Actor, seats: Sequence[Seat], agenda: Sequence[Asked]) -> None:
    with db.read() as session:
        day = today(session)
    plan = PlanMeeting(new_op(), day, tuple(agenda), room="综合楼 3 会议室")
    meeting = plan_meeting(db, keeper, plan).meeting_id
    here = tuple(seat.member_id for seat in seats[: len(seats) - _ABSENT])
    sign_in(db, keeper, SignIn(new_op(), meeting, here, here))
    doctor = next(seat for seat in seats if seat.name == "韩雪")
    declare_interest(
        db, keeper, DeclareInterest(new_op(), meeting, 3, doctor.member_id, "参加过该药临床研究")
    )
    for seq, paper in ((1, (12, 0, 0)), (2, (10, 1, 1))):
        open_item(db, keeper, OpenItem(new_op(), meeting, seq))
        close_item(db, keeper, CloseItem(new_op(), meeting, seq, paper, exception="特殊诊疗需要"))
    open_item(db, keeper, OpenItem(new_op(), meeting, 3))
    for seat, (_name, _department, _role, login), choice in zip(
        seats, _SEATS, _VOTES, strict=False
    ):
        vote = CastVote(new_op(), meeting, 3, seat.member_id, choice)
        cast_vote(db, actor_for(db, login), vote)


def _waiting(db: Database, orgs: dict[str, int], spare: Sequence[int]) -> None:
    """One request that its head has not seen, one that waits for a meeting, two 临采."""
    liqing = actor_for(db, "liqing")
    make_request(
        db, liqing,
        MakeRequest(new_op(), orgs["1002"], Kind.INTRODUCE, spare[5], _WHY[1], department="全科",
                    yearly_qty=180),
    )  # fmt: skip
    _ask(db, orgs, 1, Kind.INTRODUCE, spare[5])
    wangfang = actor_for(db, "wangfang")
    for item, qty, reason in ((spare[6], 28, "对目录内同类药过敏，上级医院已用此药"),
                              (spare[4], 14, "转回社区继续原方案，目录内没有同名药")):  # fmt: skip
        ask = AskTemporary(new_op(), orgs["1003"], item, qty, reason, "全科")
        ask_temporary(db, wangfang, ask)
