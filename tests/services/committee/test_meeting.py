"""药事会 from a clinic's request to the changed list: checks, quorum, interests, ballot, effect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.formulary.ballot import Choice
from app.domain.formulary.precheck import Check
from app.domain.formulary.requests import Kind, Status, evaluate_between
from app.domain.ids import new_op
from app.i18n import use_language
from app.models.formulary import PtRequest, PtTurnout, PtVote
from app.services.committee.effects import CloseMeeting, close_meeting
from app.services.committee.evaluation import Evaluate, evaluate
from app.services.committee.facts import read_checks, stored
from app.services.committee.meetings import (
    DeclareInterest,
    MeetingMade,
    PlanMeeting,
    SignIn,
    declare_interest,
    plan_meeting,
    sign_in,
)
from app.services.committee.requests import (
    MakeRequest,
    RequestMade,
    StepRequest,
    Verb,
    make_request,
    step_request,
)
from app.services.committee.roster import PutSeat, Seat, committee, put_seat
from app.services.committee.views import meeting_view, request_view, requests
from app.services.committee.voting import (
    CastVote,
    CloseItem,
    OpenItem,
    cast_vote,
    close_item,
    open_item,
)
from app.services.formulary.entries import AddItems, add_items
from app.services.formulary.listing import formulary
from app.services.home import work
from tests.conftest import FixedClock
from tests.factories import EAST, LEAD, TODAY, Site

AMOXICILLIN, AMLODIPINE, INSULIN = 101, 102, 103
WHY = "本中心糖尿病患者增多，现有品种不能满足"
VOTERS = ("lead_head", "east_head", "west_head")


@pytest.fixture
def seated(site: Site) -> tuple[Seat, ...]:
    """A committee of five: three with accounts, two who vote by hand."""
    who = site.as_("lead_buyer")
    for number, login in enumerate(VOTERS):
        put_seat(*who, PutSeat(new_op(), f"委员{login}", "药学部", "member", login))
        if number == 0:
            put_seat(*who, PutSeat(new_op(), "主任", "院部", "chair"))
            put_seat(*who, PutSeat(new_op(), "手工", "内科"))
    return committee(*who)


def ask(
    site: Site, item: int = INSULIN, kind: Kind = Kind.INTRODUCE, replaces: int = 0
) -> RequestMade:
    """East's pharmacist asks, East's head agrees."""
    made = make_request(
        *site.as_("east_store"),
        MakeRequest(new_op(), EAST, kind, item, WHY, yearly_qty=120, replaces_item_id=replaces),
    )
    step_request(
        *site.as_("east_head"), StepRequest(new_op(), EAST, made.request_id, Verb.AGREE, 1)
    )
    return made


def meet(site: Site, made: Sequence[RequestMade], *, secret: bool = True) -> MeetingMade:
    """The secretary calls the meeting for today."""
    listed = tuple((EAST, one.request_id) for one in made)
    return plan_meeting(
        *site.as_("lead_buyer"), PlanMeeting(new_op(), TODAY, listed, secret=secret)
    )


def come(site: Site, meeting: MeetingMade, people: Sequence[Seat]) -> None:
    """These are present and have signed the declaration."""
    ids = tuple(seat.member_id for seat in people)
    sign_in(*site.as_("lead_buyer"), SignIn(new_op(), meeting.meeting_id, ids, ids))


def vote(site: Site, login: str, meeting: MeetingMade, seat: Seat, choice: Choice) -> None:
    """One vote on the first item."""
    cast_vote(*site.as_(login), CastVote(new_op(), meeting.meeting_id, 1, seat.member_id, choice))


def own(seated: Sequence[Seat], login: str) -> Seat:
    """The seat of an account."""
    return next(seat for seat in seated if seat.name == f"委员{login}")


def listed(site: Site, org: int, on: date) -> list[str]:
    """What stands on a list."""
    return [row.name for row in formulary(*site.as_("lead_buyer"), org, on)]


def waits(site: Site, login: str) -> set[str]:
    """What of 药事会 waits for a person on the workbench."""
    db, actor = site.as_(login)
    found = {item.kind.value for item in work(db, actor, actor.orgs())}
    return {kind for kind in found if kind.startswith("pt_")}


def test_everybody_is_reminded_of_what_waits_for_them(
    site: Site, seated: tuple[Seat, ...], clock: FixedClock
) -> None:
    who = site.as_("lead_buyer")
    made = make_request(
        *site.as_("east_store"),
        MakeRequest(new_op(), EAST, Kind.INTRODUCE, INSULIN, WHY, yearly_qty=120),
    )
    assert waits(site, "east_head") == {"pt_reviews"}
    assert waits(site, "lead_buyer") == set()
    step_request(
        *site.as_("east_head"), StepRequest(new_op(), EAST, made.request_id, Verb.AGREE, 1)
    )
    assert (waits(site, "east_head"), waits(site, "lead_buyer")) == (set(), {"pt_to_call"})
    meeting = meet(site, [made])
    assert waits(site, "west_head") == {"pt_meeting"}
    come(site, meeting, seated)
    open_item(*who, OpenItem(new_op(), meeting.meeting_id, 1))
    assert "pt_ballot" in waits(site, "west_head")
    vote(site, "west_head", meeting, own(seated, "west_head"), Choice.YES)
    assert "pt_ballot" not in waits(site, "west_head")
    close_item(*who, CloseItem(new_op(), meeting.meeting_id, 1, paper=(4, 0, 0)))
    close_meeting(*who, CloseMeeting(new_op(), meeting.meeting_id, TODAY))
    assert waits(site, "east_store") == set()
    clock.advance(days=340)
    assert waits(site, "east_store") == {"pt_evaluations"}


def test_from_request_to_list(site: Site, seated: tuple[Seat, ...]) -> None:
    who = site.as_("lead_buyer")
    made = ask(site)
    assert {check.name for check in made.checks} >= {"two", "essential", "vbp", "budget", "papers"}
    meeting = meet(site, [made])
    assert (meeting.seats, meeting.quorum) == (5, 4)
    come(site, meeting, seated)
    open_item(*who, OpenItem(new_op(), meeting.meeting_id, 1))
    for login in VOTERS:
        vote(site, login, meeting, own(seated, login), Choice.YES)
    (item,) = meeting_view(*who, meeting.meeting_id).agenda
    assert (item.count.entitled, item.count.needed, item.count.missing) == (5, 4, 1)
    assert len(item.waiting) == 2
    with pytest.raises(DomainError, match="还有 2 人没投票"):
        close_item(*who, CloseItem(new_op(), meeting.meeting_id, 1))
    closed = close_item(*who, CloseItem(new_op(), meeting.meeting_id, 1, paper=(1, 1, 0)))
    assert (closed.result, closed.yes, closed.no, closed.needed) == ("introduced", 4, 1, 4)

    start = TODAY + timedelta(days=18)
    done = close_meeting(*who, CloseMeeting(new_op(), meeting.meeting_id, start))
    assert (done.decided, done.entries) == (1, 2)
    assert listed(site, EAST, TODAY) == []
    assert listed(site, EAST, start) == listed(site, 0, start) == ["门冬胰岛素注射液"]
    (row,) = requests(*site.as_("east_store"))
    assert (row.status, row.effective_on) == ("effective", start)
    assert row.evaluate_by == evaluate_between(start)[1]


def test_a_secret_ballot_keeps_no_names(site: Site, seated: tuple[Seat, ...]) -> None:
    meeting = meet(site, [ask(site)])
    come(site, meeting, seated)
    open_item(*site.as_("lead_buyer"), OpenItem(new_op(), meeting.meeting_id, 1))
    vote(site, "east_head", meeting, own(seated, "east_head"), Choice.NO)
    with site.owner.read() as session:
        votes = session.scalars(select(PtVote)).all()
        assert [(one.choice, one.member_id) for one in votes] == [("no", None)]
        turnout = session.scalars(select(PtTurnout.member_id)).all()
        assert turnout == [own(seated, "east_head").member_id]
    with pytest.raises(NotAllowedError, match="自己的票"):
        vote(site, "lead_buyer", meeting, seated[0], Choice.YES)
    with pytest.raises(NotAllowedError, match="自己的票"):
        vote(site, "west_head", meeting, own(seated, "lead_head"), Choice.YES)
    with pytest.raises(ConflictError, match="已经投过"):
        vote(site, "east_head", meeting, own(seated, "east_head"), Choice.YES)


def test_in_an_open_ballot_the_secretary_writes_down_hands(
    site: Site, seated: tuple[Seat, ...]
) -> None:
    meeting = meet(site, [ask(site)], secret=False)
    come(site, meeting, seated)
    open_item(*site.as_("lead_buyer"), OpenItem(new_op(), meeting.meeting_id, 1))
    for seat, choice in zip(seated, (Choice.YES, Choice.NO, Choice.NO, Choice.NO, Choice.ABSTAIN),
                            strict=True):  # fmt: skip
        vote(site, "lead_buyer", meeting, seat, choice)
    closed = close_item(*site.as_("lead_buyer"), CloseItem(new_op(), meeting.meeting_id, 1))
    assert (closed.result, closed.yes, closed.no, closed.abstain) == ("rejected", 1, 3, 1)


def test_who_has_an_interest_does_not_vote_on_it(site: Site, seated: tuple[Seat, ...]) -> None:
    who = site.as_("lead_buyer")
    meeting = meet(site, [ask(site)])
    come(site, meeting, seated)
    seat = own(seated, "east_head")
    declare_interest(
        *site.as_("east_head"),
        DeclareInterest(new_op(), meeting.meeting_id, 1, seat.member_id, "参加过该药的讲课"),
    )
    open_item(*who, OpenItem(new_op(), meeting.meeting_id, 1))
    with pytest.raises(NotAllowedError, match="回避"):
        vote(site, "east_head", meeting, seat, Choice.YES)
    with pytest.raises(DBAPIError, match="interest"), \
            site.owner.engine.begin() as connection:  # fmt: skip
        connection.execute(
            text(
                "INSERT INTO pt_turnout (org_id, meeting_id, seq, member_id) VALUES (:o, :m, 1, :p)"
            ),
            {"o": LEAD, "m": meeting.meeting_id, "p": seat.member_id},
        )
    (item,) = meeting_view(*who, meeting.meeting_id).agenda
    assert (item.count.entitled, item.count.needed) == (4, 3)
    with pytest.raises(DomainError, match="多于有表决权"):
        close_item(*who, CloseItem(new_op(), meeting.meeting_id, 1, paper=(5, 0, 0)))
    closed = close_item(*who, CloseItem(new_op(), meeting.meeting_id, 1, paper=(3, 1, 0)))
    assert closed.result == "introduced"


def test_nothing_is_decided_without_a_quorum(site: Site, seated: tuple[Seat, ...]) -> None:
    meeting = meet(site, [ask(site)])
    with pytest.raises(DomainError, match="不够法定人数 4 人"):
        come(site, meeting, seated[:3])
    with pytest.raises(DomainError, match="法定人数"):
        open_item(*site.as_("lead_buyer"), OpenItem(new_op(), meeting.meeting_id, 1))


def test_a_deferred_item_waits_for_another_meeting(site: Site, seated: tuple[Seat, ...]) -> None:
    who = site.as_("lead_buyer")
    first, second = ask(site), ask(site, AMLODIPINE)
    meeting = meet(site, [first, second])
    come(site, meeting, seated)
    open_item(*who, OpenItem(new_op(), meeting.meeting_id, 1))
    with pytest.raises(ConflictError, match="还在投票"):
        open_item(*who, OpenItem(new_op(), meeting.meeting_id, 2))
    close_item(
        *who, CloseItem(new_op(), meeting.meeting_id, 1, defer=True, note="补充药物经济学资料")
    )
    done = close_meeting(*who, CloseMeeting(new_op(), meeting.meeting_id, TODAY))
    assert (done.decided, done.waiting) == (0, 1)
    assert {row.status for row in requests(*who)} == {Status.AGREED.value}
    assert meet(site, [second, first]).items == 2


def test_replacing_takes_the_other_off(site: Site, seated: tuple[Seat, ...]) -> None:
    who = site.as_("lead_buyer")
    add_items(*who, AddItems(new_op(), 0, (AMOXICILLIN,)))
    add_items(*who, AddItems(new_op(), EAST, (AMOXICILLIN,)))
    meeting = meet(site, [ask(site, INSULIN, Kind.REPLACE, AMOXICILLIN)])
    come(site, meeting, seated)
    open_item(*who, OpenItem(new_op(), meeting.meeting_id, 1))
    close_item(*who, CloseItem(new_op(), meeting.meeting_id, 1, paper=(5, 0, 0)))
    close_meeting(*who, CloseMeeting(new_op(), meeting.meeting_id, TODAY))
    assert listed(site, EAST, TODAY) == listed(site, 0, TODAY) == ["门冬胰岛素注射液"]


def test_the_head_agrees_and_not_who_asked(site: Site) -> None:
    made = make_request(
        *site.as_("east_store"),
        MakeRequest(new_op(), EAST, Kind.INTRODUCE, INSULIN, WHY, yearly_qty=10),
    )
    agree = StepRequest(new_op(), EAST, made.request_id, Verb.AGREE, 1)
    with pytest.raises(NotAllowedError):
        step_request(*site.as_("east_store"), agree)
    with pytest.raises((NotAllowedError, DomainError)):
        step_request(*site.as_("west_head"), agree)
    with pytest.raises(DomainError, match="退回的理由"):
        step_request(
            *site.as_("east_head"), StepRequest(new_op(), EAST, made.request_id, Verb.RETURN, 1)
        )
    assert step_request(*site.as_("east_head"), agree) is Status.AGREED
    with pytest.raises(ConflictError):
        step_request(
            *site.as_("east_head"), StepRequest(new_op(), EAST, made.request_id, Verb.AGREE, 1)
        )


def test_a_request_shows_what_is_used_of_the_same_class(site: Site) -> None:
    made = ask(site)
    view = request_view(*site.as_("lead_buyer"), EAST, made.request_id)
    assert view.alternatives[0].state == "asked"
    assert view.alternatives[0].yearly == 120
    amount = view.alternatives[0].amount
    assert amount is not None
    assert amount > 0


def test_other_members_do_not_see_a_request_before_it_is_agreed(site: Site) -> None:
    make_request(
        *site.as_("east_store"),
        MakeRequest(new_op(), EAST, Kind.INTRODUCE, INSULIN, WHY, yearly_qty=10),
    )
    assert requests(*site.as_("west_store")) == ()
    ask(site, AMLODIPINE)
    assert len(requests(*site.as_("west_store"))) == 1


def test_evaluation_comes_after_six_months(
    site: Site, seated: tuple[Seat, ...], clock: FixedClock
) -> None:
    who = site.as_("lead_buyer")
    meeting = meet(site, [ask(site)])
    come(site, meeting, seated)
    open_item(*who, OpenItem(new_op(), meeting.meeting_id, 1))
    close_item(*who, CloseItem(new_op(), meeting.meeting_id, 1, paper=(5, 0, 0)))
    close_meeting(*who, CloseMeeting(new_op(), meeting.meeting_id, TODAY))
    with site.owner.read() as session:
        number, version = session.execute(select(PtRequest.id, PtRequest.version)).one()
    command = Evaluate(new_op(), EAST, number, version, "keep",
                       "半年用量 58 支，未见严重不良反应，费用低于预计。")  # fmt: skip
    with pytest.raises(DomainError, match="未满 6 个月"):
        evaluate(*site.as_("east_store"), command)
    clock.advance(days=190)
    assert evaluate(*site.as_("east_store"), command) is Status.EVALUATED


def test_a_kept_precheck_is_read_in_the_readers_language() -> None:
    """It was kept in Chinese by who asked; the findings themselves stay in those words."""
    kept = stored((Check("two", "一品两规", "ok", "1 规", "之后 1 规，没超"),))
    assert read_checks(kept)[0].short == "1 规"
    use_language("en")
    (check,) = read_checks(kept)
    assert (check.title, check.short) == ("Two-kinds rule", "1 kind")
    assert check.text == "之后 1 规，没超"
