"""What the catalogue and the books know of a scan; one short read per scan."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.domain import search_text
from app.domain.codes import CodeSystem, validate
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.domain.receiving.note import Goods
from app.domain.receiving.reading import Case, Found, KnownTrace, Reading, Target
from app.domain.scan import ScanKind, classify
from app.i18n import _
from app.models.base import moment
from app.models.item import Item, ItemCode, ItemSearch
from app.models.party import Organisation, Person
from app.models.receiving import Acceptance, TraceCode
from app.services.access import require
from app.services.audit import record
from app.services.catalogue import hits
from app.services.catalogue.lookup import CodeMatch, by_scan
from app.services.db import Database, database_of, local_time
from app.services.operations import claim, finish
from app.services.queries.portions import portions
from app.services.receiving.goods import facts
from app.services.receiving.trace_files import case_of

_SYSTEM_OF = {
    ScanKind.GS1: CodeSystem.GTIN,
    ScanKind.GTIN: CodeSystem.GTIN,
    ScanKind.NATIONAL: CodeSystem.NATIONAL,
    ScanKind.TRACE: CodeSystem.TRACE_PREFIX,
    ScanKind.MA: CodeSystem.UDI_DI,
    ScanKind.AHM: CodeSystem.UDI_DI,
}


@dataclass(frozen=True, slots=True)
class BindCode:
    """From now on this code names this item at this member.

    Attributes:
        op_id: Made once per intention.
        org_id: The member.
        item_id: 品规.
        reading: The scan that was not known.
        units: Smallest units that one scan stands for.
    """

    op_id: UUID
    org_id: int
    item_id: int
    reading: Reading
    units: int


def look_up(
    db: Database, actor: Actor, org_id: int, reading: Reading, items: Collection[int]
) -> Found:
    """What is known of a scan; `items` are those on the note, which go before others."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        return find(session, org_id, reading, items)


def find(session: Session, org_id: int, reading: Reading, items: Collection[int]) -> Found:
    """`look_up` inside a unit of work."""
    if reading.scan is None or reading.target in {Target.DELIVERY, Target.OWN_LABEL}:
        return Found()
    case = case_of(session, reading.trace)
    match = _first(by_scan(session, (org_id,), reading.scan), items)
    if case.packs:  # the file knows what is in it; the case's own prefix may be bound or not
        inner = classify(case.packs[0].partition(".")[0])
        match = _first(by_scan(session, (org_id,), inner), items) or match
    if match is None and reading.target is Target.WORDS:
        match = _by_own_code(session, reading.code)
        if match is None:
            return Found(words=_by_words(session, reading.code, items))
    if match is None:
        return Found()
    goods = facts(session, (match.item_id,))[match.item_id]
    if case.packs:
        units = goods.pack_factor * len(case.packs)
        return Found(goods, units, _known_case(session, org_id, reading.trace, case), case)
    units = match.unit_factor if match.unit_factor > 1 else goods.pack_factor
    return Found(goods, units, known_trace(session, org_id, reading.trace), case)


def _first(matches: tuple[CodeMatch, ...], items: Collection[int]) -> CodeMatch | None:
    """Of several items that carry the code, one on the note goes first."""
    on_note = [match for match in matches if match.item_id in items]
    return next(iter(on_note or matches), None)


def _by_own_code(session: Session, code: str) -> CodeMatch | None:
    row = session.execute(
        select(Item.id, Item.pack_factor).where(Item.code == code.upper())
    ).first()
    return CodeMatch(row.id, CodeSystem.GROUP, row.pack_factor) if row else None


def _by_words(session: Session, words: str, items: Collection[int]) -> tuple[int, ...]:
    """Items on the note whose name or pinyin holds the words."""
    typed = search_text.words_of(words)
    if not typed or not items:
        return ()
    return tuple(
        session.scalars(
            select(ItemSearch.item_id)
            .where(ItemSearch.item_id.in_(sorted(items)), *(hits.says(word) for word in typed))
            .order_by(ItemSearch.sort_key)
        )
    )


def _known_case(session: Session, org_id: int, code: str, case: Case) -> KnownTrace | None:
    """Whether the case or one of its packs came in before; the first that did."""
    whole = known_trace(session, org_id, code)
    if whole is not None:
        return whole
    for part in portions(case.packs):
        taken = session.scalar(
            select(TraceCode.code).where(TraceCode.code.in_(part), TraceCode.released_at.is_(None))
        )
        if taken is not None:
            known = known_trace(session, org_id, taken)
            return replace(known, code=taken) if known else None
    return None


def known_trace(session: Session, org_id: int, code: str) -> KnownTrace | None:
    """When and, if it is ours to see, where this very pack came in before."""
    if not code:
        return None
    row = session.execute(
        select(TraceCode.received_at, TraceCode.org_id, Organisation.short_name, Person.name)
        .outerjoin(Organisation, Organisation.id == TraceCode.org_id)
        .outerjoin(
            Acceptance,
            (Acceptance.org_id == TraceCode.org_id) & (Acceptance.id == TraceCode.acceptance_id),
        )
        .outerjoin(Person, Person.id == Acceptance.receiver_id)
        .where(TraceCode.code == code, TraceCode.released_at.is_(None))
    ).first()
    if row is not None:
        where, who = (row.short_name, row.name) if row.org_id == org_id else ("", "")
        return KnownTrace(f"{local_time(row.received_at):%m-%d %H:%M}", where or "", who or "")
    if database_of(session).is_sqlite:
        return None
    seen = session.execute(text("SELECT api.trace_seen(:code)"), {"code": code}).scalar()
    return KnownTrace(f"{local_time(moment(seen)):%m-%d %H:%M}") if seen else None


def bind_code(db: Database, actor: Actor, command: BindCode) -> Goods:
    """Give an unknown code to an item; the goods, to scan again.

    Raises:
        DomainError: The scan is no code, or the code names another item already.
    """
    require(actor, Duty.STORE, command.org_id)
    system, code = _code_to_bind(command.reading)
    with db.write() as session:
        content = (command.org_id, command.item_id, system.value, code, command.units)
        earlier = claim(session, actor, command.org_id, command.op_id, "code.bind", content)
        goods = facts(session, (command.item_id,)).get(command.item_id)
        if goods is None:
            raise DomainError("item.unknown", _("目录里没有这个品规。请重新选择。"))
        if earlier is not None:
            return goods
        _check_free(session, command.org_id, system, code)
        session.add(
            ItemCode(
                item_id=command.item_id,
                id=new_id(),
                system=system.value,
                code=code,
                org_id=command.org_id,
                unit_factor=command.units,
            )
        )
        detail = {"system": system.value, "code": code}
        record(session, actor, command.org_id, "item.bind", ("item", command.item_id), detail)
        finish(session, command.org_id, command.op_id, {})
        return goods


def _code_to_bind(reading: Reading) -> tuple[CodeSystem, str]:
    kind = reading.scan.kind if reading.scan else ScanKind.UNKNOWN
    system = _SYSTEM_OF.get(kind, CodeSystem.LOCAL)
    return system, validate(system, reading.code)


def _check_free(session: Session, org_id: int, system: CodeSystem, code: str) -> None:
    other = session.scalar(
        select(Item.name)
        .join(ItemCode, ItemCode.item_id == Item.id)
        .where(
            ItemCode.system == system.value,
            ItemCode.code == code,
            ItemCode.org_id.in_((0, org_id)),
        )
    )
    if other is not None:
        raise DomainError(
            "code.taken", _("{code} 已经关联到 {name}。请核对包装。", code=code, name=other)
        )
