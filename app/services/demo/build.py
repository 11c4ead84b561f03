"""Make the whole demo group in an empty database."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.errors import ConflictError
from app.i18n import _
from app.models.party import Organisation
from app.models.platform import Setting
from app.services.catalogue.index import reindex
from app.services.db import Database, today
from app.services.demo import sources, trade, usage
from app.services.demo.awards import make_awards
from app.services.demo.catalogue import make_catalogue
from app.services.demo.formulary import open_formulary
from app.services.demo.history import Books, play_member, post_member, write_demand
from app.services.demo.logistics import open_logistics
from app.services.demo.mapping import open_mapping
from app.services.demo.negotiation import make_negotiations
from app.services.demo.order_depth import ask_for_more
from app.services.demo.parties import Parties, make_parties
from app.services.demo.pricing import negotiated
from app.services.demo.work import Progress, open_work

SEED: Final = 20_261_014
"""The stated seed: the same day gives the same group."""


@dataclass(frozen=True, slots=True)
class DemoGroup:
    """What was made, for the command line to tell."""

    organisations: int
    suppliers: int
    people: int
    items: int
    demand_rows: int


def no_progress(what: str, done: int, total: int) -> None:
    """For callers that show nothing."""
    del what, done, total


def build(
    db: Database, *, seed: int = SEED, small: bool = False, progress: Progress = no_progress
) -> DemoGroup:
    """Write the demo group with its history, then open work for every role.

    The mark that `is_demo` reads comes last: a group without it was interrupted.

    Args:
        db: An empty, migrated database, reached with the owner's rights.
        seed: The same seed on the same day makes the same group.
        small: A sixth of the goods, for trials.
        progress: Told what is being done.

    Raises:
        ConflictError: The database holds an organisation already; it is left as it was.
    """
    with db.write() as session:
        refuse_used(session)
        day = today(session)
        group, goods = sources.group(), sources.few() if small else sources.goods()
        progress(_("机构、人员和库位"), 0, 1)
        made = make_parties(session, group, day)
        progress(_("统一目录"), 0, 1)
        items = make_catalogue(session, goods, day)
        reindex(session)
        rows = _fill(session, made, goods, items, (day, seed), progress)
    open_work(db, goods, progress)
    open_formulary(db, goods, progress)
    open_logistics(db, goods, progress)
    open_mapping(db, goods, seed, progress)
    progress(_("集中议价"), 0, 1)
    make_negotiations(db, seed)
    make_awards(db)
    ask_for_more(db)
    with db.write() as session:
        session.add(Setting(org_id=0, key="demo", value=1))
    return DemoGroup(len(made.orgs), len(made.suppliers), len(made.people), len(goods), rows)


def refuse_used(session: Session) -> None:
    """Raise `ConflictError` unless the database is empty."""
    if session.scalar(select(func.count()).select_from(Organisation)):
        raise ConflictError(
            "demo.not_empty",
            _(
                "这个数据库里已经有机构，演示数据没有写入。"
                "请换一个空的数据文件，或用 yilian demo --reset 重做演示库。"
            ),
        )


def _fill(
    session: Session,
    made: Parties,
    goods: tuple[sources.Goods, ...],
    items: dict[str, int],
    when: tuple[date, int],
    progress: Progress,
) -> int:
    """Prices, demand and the history of every member; the number of demand rows."""
    day, seed = when
    series = {
        key: list(
            usage.demand(key, scale, usage.kept_by(key, goods, seed), sources.shapes(), day, seed)
        )
        for key, scale in made.scales.items()
    }
    progress(_("议价前后的价格表"), 0, 1)
    new = negotiated(goods, _yearly(series, goods, day), seed)
    trade.make_prices(session, made, goods, items, new, day)
    old = {item.code: item.price for item in goods}
    books = Books(session, made, items, old, new, day, seed)
    given: dict[tuple[str, str, date], int] = {}
    for number, (key, found) in enumerate(series.items()):
        member = play_member(books, key, found)
        given |= {
            (key, item.code, on): qty
            for item, played in member.played
            for on, qty in played.given.items()
        }
        progress(_("近三个月的入库和消耗"), number, len(series))
        post_member(books, member)
    progress(_("24 个月的需求"), 0, 1)
    return write_demand(books, [one for found in series.values() for one in found], given)


def _yearly(
    series: dict[str, list[usage.Series]], goods: tuple[sources.Goods, ...], day: date
) -> dict[str, int]:
    """Packs that the whole group asked for in the last twelve months, by item."""
    since = day - timedelta(days=365)
    units: dict[str, int] = defaultdict(int)
    for found in series.values():
        for one in found:
            units[one.goods.code] += sum(qty for on, qty, _n in one.events if on >= since)
    return {item.code: max(1, units[item.code] // item.pack) for item in goods}
