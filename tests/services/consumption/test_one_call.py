"""A use at the counter is the last word of its unit of work: the same papers on both databases."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update

from app.models.demand import Demand
from app.models.platform import Audit, Counter, Operation
from app.models.settlement import Consumption
from app.services.consumption import ConsumeLine, consume
from tests.factories import EAST, TODAY, Site
from tests.services.test_consumption import AMOXICILLIN, receive, use

FIRST, LATER = date(2027, 1, 31), date(2027, 9, 30)


def test_paper_trail_demand_and_answer_of_one_use(site: Site) -> None:
    lots = receive(site, EAST, {"A": (2, LATER), "B": (3, FIRST)})
    lines = (ConsumeLine(AMOXICILLIN, 10, reason='"拆零"'), ConsumeLine(AMOXICILLIN, 80))
    command = use(site, *lines, note="门诊 {no}")
    done = consume(*site.as_("east_store"), command)

    assert [(x.line, x.lot_id, x.qty) for x in done.lines] == [
        (1, lots["B"], 10), (2, lots["B"], 62), (2, lots["A"], 18),
    ]  # fmt: skip
    assert [x.ledger_seq for x in done.lines] == [3, 4, 5]
    with site.owner.read() as s:
        papers = select(
            Consumption.no, Consumption.person_id, Consumption.note, Consumption.occurred_on,
            Consumption.status, Consumption.source,
        )  # fmt: skip
        paper = s.execute(papers).one()
        audit = s.execute(
            select(Audit.person_id, Audit.doc_id, Audit.detail).where(
                Audit.action == "consumption.post"
            )
        ).one()
        demand = s.execute(
            select(Demand.item_id, Demand.asked, Demand.given, Demand.lines)
        ).one()  # fmt: skip
        answer = s.scalars(select(Operation.result).where(Operation.op_id == command.op_id)).one()
    person = site.actor("east_store").person_id
    assert tuple(paper) == (done.no, person, "门诊 {no}", TODAY, "posted", "scan")
    assert tuple(audit) == (person, done.document_id, {"lines": 3, "no": done.no})
    assert tuple(demand) == (AMOXICILLIN, 90, 90, 2)
    assert answer == done.as_plain()


def test_the_thousandth_paper_of_a_day_has_four_figures(site: Site) -> None:
    receive(site, EAST, {"A": (2, LATER)})
    first = consume(*site.as_("east_store"), use(site, ConsumeLine(AMOXICILLIN, 1)))
    with site.owner.write() as s:
        s.execute(update(Counter).where(Counter.kind == "XH").values(last=998))
    next_two = [
        consume(*site.as_("east_store"), use(site, ConsumeLine(AMOXICILLIN, 1))).no
        for _time in range(2)
    ]
    day = f"XH{TODAY:%Y%m%d}-"
    assert [first.no, *next_two] == [f"{day}001", f"{day}999", f"{day}1000"]
