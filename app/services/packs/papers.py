"""发放单: the fixed packs that went to a department on a day, to be signed at hand-over."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.days import ZONE
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.expiry import shown
from app.domain.packs.steps import PackState
from app.domain.papers import Signing, TableColumn, TablePaper
from app.i18n import _
from app.models.fixed_pack import FixedPack
from app.models.item import Item
from app.models.pack import Pack, PackLine
from app.models.stock import Lot, Place
from app.services.access import require
from app.services.db import Database
from app.services.stock.papers import moment, people, print_info, units_text


def issue_slip(
    db: Database, actor: Actor, org_id: int, department_id: int, day: date
) -> TablePaper:
    """The slip of a department and day; raises `DomainError` where nothing was issued."""
    require(actor, Duty.READ, org_id)
    start = datetime.combine(day, time(), ZONE)
    with db.read() as session:
        rows = session.execute(
            select(FixedPack, Pack, Item, Place.name)
            .join(Pack, (Pack.org_id == FixedPack.org_id) & (Pack.id == FixedPack.pack_id))
            .join(Item, Item.id == Pack.item_id)
            .join(Place, (Place.org_id == FixedPack.org_id)
                  & (Place.id == FixedPack.source_place))
            .where(
                FixedPack.org_id == org_id, FixedPack.department_id == department_id,
                FixedPack.issued_at >= start, FixedPack.issued_at < start + timedelta(days=1),
            )
            .order_by(Item.name, Pack.code)
        ).all()  # fmt: skip
        if not rows:
            raise DomainError("pack.no_slip", _("{day} 没有给这个科室发放定数包。", day=day))
        lots = _lots(session, org_id, [row[1].id for row in rows])
        department = session.scalar(
            select(Place.name).where(Place.org_id == org_id, Place.id == department_id)
        )
        fixed = [row[0] for row in rows]
        names = people(session, [*(x.issued_by for x in fixed), *(x.received_by for x in fixed)])
        info = print_info(session, actor, org_id)
        return TablePaper(
            info=info,
            title=_("定数包发放单"),
            number="",
            facts=(
                (_("领用科室"), department or ""), (_("发放日期"), day.isoformat()),
                (_("发放库房"), "、".join(sorted({row[3] for row in rows}))),
                (_("包数"), str(len(rows))),
            ),
            columns=(
                TableColumn(_("定数包码"), 22), TableColumn(_("品名 / 规格"), 30),
                TableColumn(_("每包"), 12, figures=True), TableColumn(_("批号"), 16),
                TableColumn(_("有效期至"), 12), TableColumn(_("签收"), 16),
            ),
            rows=tuple(
                (
                    pack.code, f"{item.name}\n{item.spec}",
                    units_text(item.base_unit, item.pack_unit, item.pack_factor, pack.qty),
                    "、".join(lots.get(pack.id, [])), shown(one.expiry),
                    _received(one, PackState(pack.status), names),
                )
                for one, pack, item, _place in rows
            ),
            signing=(
                Signing(_("发放人"), info.member, names.get(fixed[0].issued_by or 0, "")),
                Signing(_("领用人"), department or info.member),
            ),
        )  # fmt: skip


def _lots(session: Session, org_id: int, packs: list[int]) -> dict[int, list[str]]:
    """Lot numbers by pack."""
    found: dict[int, list[str]] = {}
    for pack_id, lot_no in session.execute(
        select(PackLine.pack_id, Lot.lot_no)
        .outerjoin(Lot, Lot.id == PackLine.lot_id)
        .where(PackLine.org_id == org_id, PackLine.pack_id.in_(packs))
    ):
        found.setdefault(pack_id, []).append(lot_no or "—")
    return found


def _received(one: FixedPack, state: PackState, names: dict[int, str]) -> str:
    if one.received_at is None:
        return "" if state is PackState.ISSUED else state.label
    return f"{names.get(one.received_by or 0, '')} {moment(one.received_at)[5:]}"
