"""Goods on the move in the demo: fixed packs, transfers, recalls, counts."""

from __future__ import annotations

from collections.abc import Sequence

from app.i18n import _
from app.services.db import Database, today
from app.services.demo.consumption import open_consumption
from app.services.demo.desk import open_desk
from app.services.demo.keeping import open_keeping
from app.services.demo.packs import open_packs_work
from app.services.demo.sources import Goods
from app.services.demo.transfers import open_transfers
from app.services.demo.work import Progress


def open_logistics(db: Database, goods: Sequence[Goods], progress: Progress) -> None:
    """Make today's work of store keepers beside receiving, by the services themselves."""
    desk = open_desk(db, goods)
    progress(_("定数包"), 0, 1)
    open_packs_work(desk)
    with db.read() as session:
        day = today(session)
    progress(_("调拨和借用"), 0, 1)
    open_transfers(desk, day)
    progress(_("召回、近效期和盘点"), 0, 1)
    open_keeping(desk, day)
    progress(_("发药、试剂和高值耗材"), 0, 1)
    open_consumption(desk, day)
