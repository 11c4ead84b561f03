"""Attackers with psql: real logins on a real server, no program in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import psycopg
import pytest

from app.domain.documents import DocKind
from app.domain.ids import new_id, new_op
from app.domain.ledger import Move
from app.models.order import MemberOrder
from app.models.party import Person
from app.services.db import now
from app.services.stock.places import virtual_place
from app.services.stock.posting import Posting, post
from tests.databases import Backend, ServerBackend
from tests.factories import EAST, KANGZE, LEAD, RUIHE, WEST, Site, make_world

Psql = Callable[[str], psycopg.Connection]


@pytest.fixture
def server_backend(postgresql_backend: Backend) -> ServerBackend:
    """The PostgreSQL database of this test."""
    assert isinstance(postgresql_backend, ServerBackend)
    return postgresql_backend


@pytest.fixture
def group(server_backend: ServerBackend) -> Iterator[Site]:
    """The small group with stock at both members and an order of each at each supplier."""
    site = Site(server_backend.db, make_world(server_backend.db), server_backend.connect)
    for org, login in ((EAST, "east_store"), (WEST, "west_store")):
        actor = site.actor(login)
        with site.owner.write() as session:
            move = Move(
                item_id=101,
                lot_id=0,
                owner_id=KANGZE,
                from_place=virtual_place(session, org, "supplier"),
                to_place=site.world.stores[org],
                qty=240,
                unit_price=Decimal("3.86"),
                price_factor=24,
            )
            day = date(2026, 10, 14)
            post(session, actor, Posting(org, new_op(), DocKind.OPENING, 1, day, [move]))
    _make_orders(site)
    yield site
    site.close()


def _make_orders(site: Site) -> None:
    with site.owner.write() as session:
        for org in (EAST, WEST):
            for supplier in (KANGZE, RUIHE):
                session.add(
                    MemberOrder(
                        org_id=org,
                        id=new_id(),
                        no=f"DD-{org}-{supplier}",
                        lead_id=LEAD,
                        group_order_id=1,
                        supplier_id=supplier,
                        place_id=site.world.stores[org],
                        status="to_sign",
                        amount=Decimal(100),
                        digest=b"x" * 32,
                        created_at=now(session),
                    )
                )
        assert session.query(Person).count() > 0


@pytest.fixture
def psql(server_backend: ServerBackend, group: Site) -> Iterator[Psql]:
    """Sign in as somebody with nothing but psql; every statement stands alone."""
    opened = []

    def connect(login: str) -> psycopg.Connection:
        info = server_backend.login(login).conninfo()
        opened.append(psycopg.connect(info, autocommit=True))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()
