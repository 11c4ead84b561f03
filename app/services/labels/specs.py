"""From stored units to what their labels say: for printing, reprinting and preview."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.labels.plan import quantities
from app.domain.labels.spec import LabelKind, LabelSpec
from app.domain.quantity import two_units
from app.i18n import _
from app.models.fixed_pack import FixedPack
from app.models.item import Item
from app.models.pack import LabelPrint, Pack, PackLine
from app.models.party import Maker, Organisation, Person
from app.models.platform import Counter
from app.models.receiving import Acceptance
from app.models.stock import Lot as LotRow, Place
from app.services.access import require
from app.services.db import Database, local_time, today
from app.services.directory import is_demo
from app.services.labels.candidates import trade_numbers
from app.services.labels.commands import Candidate, LabelLine, PrintRow
from app.services.labels.make import COUNTER, codes_from, organisation_number
from app.services.labels.void import VOIDED, refusal
from app.services.platform.places import STORAGES


def specs_of(
    db: Database, actor: Actor, org_id: int, pack_ids: Sequence[int]
) -> tuple[LabelSpec, ...]:
    """What the labels of stored units say, in the order asked for.

    Raises:
        DomainError: One of them is not this member's.
        ConflictError: One was taken out of use.
    """
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        found = _stored(session, org_id, pack_ids)
        if any(pack_id not in found for pack_id in pack_ids):
            raise DomainError("label.unknown", _("有标签不属于这家机构。请核对机构后重新选择。"))
        void = session.scalar(
            select(Pack).where(Pack.org_id == org_id, Pack.id.in_(pack_ids), Pack.status == VOIDED)
        )
        if void is not None:
            raise refusal(session, void)
        return tuple(found[pack_id] for pack_id in pack_ids)


def _stored(session: Session, org_id: int, pack_ids: Sequence[int]) -> dict[int, LabelSpec]:
    """Labels by unit; a unit with several lots says so and shows the earliest expiry."""
    target = aliased(Place)
    rows = session.execute(
        select(Pack, Item, Maker.short_name, Place.name, LotRow, target.name)
        .join(PackLine, (PackLine.org_id == Pack.org_id) & (PackLine.pack_id == Pack.id))
        .join(Item, Item.id == Pack.item_id)
        .join(Maker, Maker.id == Item.maker_id)
        .join(Place, (Place.org_id == Pack.org_id) & (Place.id == Pack.place_id))
        .outerjoin(LotRow, LotRow.id == PackLine.lot_id)
        .outerjoin(FixedPack, (FixedPack.org_id == Pack.org_id) & (FixedPack.pack_id == Pack.id))
        .outerjoin(target, (target.org_id == Pack.org_id) & (target.id == FixedPack.department_id))
        .where(Pack.org_id == org_id, Pack.id.in_(pack_ids))
        .order_by(Pack.id, LotRow.expiry)
    ).all()
    member, demo = member_name(session, org_id), is_demo(session)
    gtins = trade_numbers(session, org_id, {row[1].id for row in rows}, today(session))
    lots: dict[int, list[LotRow | None]] = {}
    for row in rows:
        lots.setdefault(row[0].id, []).append(row[4])
    found: dict[int, LabelSpec] = {}
    for pack, item, maker, place, lot, department in rows:
        fixed = pack.kind == "fixed"
        words = _item_words(item, maker, gtins.get(item.id, "")) | {
            "quantity": _quantity(item, pack.qty),
            "place": f"{member} · {place}",
            "target": department or "",
            "packed": f"{local_time(pack.made_at):%m-%d %H:%M}" if fixed else "",
            "demo": demo,
        }
        kind = LabelKind.PACK if fixed else _kind(lot)
        more = _lot_words(lot)
        if len(lots[pack.id]) > 1 and lot is not None:
            more["lot"] = _("{lot} 等 {n} 批", lot=lot.lot_no, n=len(lots[pack.id]))
        found.setdefault(pack.id, LabelSpec(kind=kind, code=pack.code, **words, **more))
    return found


def find_pack(db: Database, actor: Actor, org_id: int, code: str) -> int:
    """The unit behind a scanned label code.

    Raises:
        DomainError: No such label here; says what to check.
        ConflictError: It was taken out of use; says by whom and why.
    """
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        found = session.scalar(select(Pack).where(Pack.org_id == org_id, Pack.code == code))
        if found is None:
            raise DomainError(
                "label.unknown_code", _("没有标签 {code}。请核对机构，或重扫一次。", code=code)
            )
        if found.status == VOIDED:
            raise refusal(session, found)
        return found.id


def preview_specs(
    db: Database,
    actor: Actor,
    org_id: int,
    chosen: Sequence[tuple[Candidate, LabelLine]],
) -> tuple[LabelSpec, ...]:
    """What the labels would say if they were made now; the codes are not taken yet."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        day = today(session)
        parts = [
            (candidate, qty)
            for candidate, line in chosen
            for qty in quantities(candidate.free, line.per_label, line.count)
        ]
        last = session.scalar(
            select(Counter.last).where(
                Counter.org_id == org_id, Counter.kind == COUNTER, Counter.day == day
            )
        )
        number = organisation_number(session, org_id)
        codes = codes_from(number, day, int(last or 0) + 1, len(parts))
        member, demo = member_name(session, org_id), is_demo(session)
    return tuple(
        _previewed(candidate, qty, code, (member, demo))
        for (candidate, qty), code in zip(parts, codes, strict=True)
    )


def _previewed(candidate: Candidate, qty: int, code: str, common: tuple[str, bool]) -> LabelSpec:
    """The label of a unit that is not made yet."""
    member, demo = common
    last = candidate.expiry is not None and (candidate.expiry + timedelta(days=1)).day == 1
    return LabelSpec(
        kind=LabelKind.LOT if candidate.lot_no else LabelKind.ITEM,
        code=code,
        name=candidate.name,
        spec=candidate.spec,
        maker=candidate.maker,
        lot=candidate.lot_no,
        expiry=candidate.expiry,
        by_month=last,
        quantity=quantity_text(candidate, qty),
        place=f"{member} · {candidate.place}",
        gtin=candidate.gtin,
        item_code=candidate.code,
        serial=candidate.serial,
        demo=demo,
        storage=storage_words(candidate.storage),
    )


def bin_specs(
    db: Database, actor: Actor, org_id: int, place_ids: Sequence[int] = ()
) -> tuple[LabelSpec, ...]:
    """Labels of the given places, or of all that hold stock."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        statement = select(Place).where(
            Place.org_id == org_id, Place.holds_stock.is_(True), Place.active.is_(True)
        )
        if place_ids:
            statement = statement.where(Place.id.in_(place_ids))
        member, demo = member_name(session, org_id), is_demo(session)
        return tuple(
            LabelSpec(LabelKind.BIN, place.code, place.name, place=member, demo=demo)
            for place in session.scalars(statement.order_by(Place.code))
        )


def print_history(
    db: Database, actor: Actor, org_id: int, limit: int = 100
) -> tuple[PrintRow, ...]:
    """Prints of a member, newest first; times in the member's zone."""
    require(actor, Duty.READ, org_id)
    statement = (
        select(LabelPrint, Person.name, Acceptance.no)
        .join(Person, Person.id == LabelPrint.person_id)
        .outerjoin(
            Acceptance,
            (Acceptance.org_id == LabelPrint.org_id) & (Acceptance.id == LabelPrint.source_id),
        )
        .where(LabelPrint.org_id == org_id)
        .order_by(LabelPrint.id.desc())
        .limit(limit)
    )
    with db.read() as session:
        return tuple(
            PrintRow(
                id=row.id,
                at=local_time(row.at),
                person=person,
                template=row.template,
                target=row.target,
                count=row.count,
                source=row.source_kind,
                source_id=row.source_id or 0,
                source_no=number or "",
                pack_ids=tuple(row.content),
            )
            for row, person, number in session.execute(statement)
        )


def member_name(session: Session, org_id: int) -> str:
    """The member's name as printed."""
    return session.scalar(select(Organisation.name).where(Organisation.id == org_id)) or ""


def storage_words(storage: str) -> str:
    """How goods of a storage class are kept; nothing for those that need no care."""
    return "" if storage in {"", "normal"} else _(STORAGES.get(storage, ""))


def quantity_text(candidate: Candidate, qty: int) -> str:
    """`qty` smallest units as people say it."""
    return two_units(candidate.base_unit, candidate.pack_unit, candidate.pack_factor).text(qty)


def _quantity(item: Item, qty: int) -> str:
    """`qty` smallest units of an item as people say it."""
    return two_units(item.base_unit, item.pack_unit, item.pack_factor).text(qty)


def _kind(lot: LotRow | None) -> LabelKind:
    """A lot label, unless the goods are not tracked by lot."""
    return LabelKind.LOT if lot is not None else LabelKind.ITEM


def _lot_words(lot: LotRow | None) -> dict[str, Any]:
    """The lot's part of a label; an expiry on the last day of a month is printed as the month."""
    if lot is None:
        return {}
    last = lot.expiry is not None and (lot.expiry + timedelta(days=1)).day == 1
    return {
        "lot": lot.lot_no, "expiry": lot.expiry, "by_month": last, "serial": lot.serial,
        "made": lot.produced,
    }  # fmt: skip


def _item_words(item: Item, maker: str, gtin: str) -> dict[str, Any]:
    """The item's part of a label."""
    return {
        "name": item.name,
        "spec": item.spec,
        "maker": maker,
        "gtin": gtin,
        "item_code": item.code,
        "storage": storage_words(item.storage),
    }
