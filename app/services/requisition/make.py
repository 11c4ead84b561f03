"""Making a requisition: from picked suggestions, or line by line, at the price in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Table, Update, bindparam, insert, select, update
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, Problem, refuse_if
from app.domain.ids import new_id
from app.domain.money import amount
from app.domain.orders.approval import first_state
from app.domain.quantity import checked
from app.domain.replenish.review import check_quantity, needs_reason
from app.i18n import _
from app.models.base import BigInt
from app.models.demand import Suggestion
from app.models.item import Item
from app.models.order import Requisition, RequisitionLine
from app.services.audit import record
from app.services.db import Database, now, today
from app.services.many import ForEach
from app.services.numbering import document_no
from app.services.operations import claim, finish
from app.services.price_lookup import PriceInForce, prices_on
from app.services.replenishment.scope import require_planner
from app.services.requisition.limits import limits_in
from app.services.stock.places import main_place

PREFIX = "SQ"
_SUGGESTION: Final = cast("Table", Suggestion.__table__)


def _take(item: Any, version: Any) -> Update:
    return (
        update(_SUGGESTION)
        .where(
            _SUGGESTION.c.org_id == bindparam("b_org"),
            _SUGGESTION.c.place_id == bindparam("b_place"),
            _SUGGESTION.c.item_id == item,
            _SUGGESTION.c.version == version,
            _SUGGESTION.c.status == "open",
        )
        .values(
            status="requested", requisition_id=bindparam("b_requisition"), picked=False,
            version=version + 1,
        )
    )  # fmt: skip


_TAKE: Final = ForEach(_take, item=BigInt, version=BigInt)


@dataclass(frozen=True, slots=True)
class FromSuggestions:
    """Ask for picked suggestions.

    Attributes:
        items: Pairs (item, version seen); empty takes everything that is picked.
        submit: Send it to the group at once, else keep a draft.
    """

    op_id: UUID
    org_id: int
    place_id: int = 0
    items: tuple[tuple[int, int], ...] = ()
    submit: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class WantedLine:
    """One item asked for by hand, smallest units."""

    item_id: int
    qty: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Create:
    """Ask for items by hand."""

    op_id: UUID
    org_id: int
    lines: tuple[WantedLine, ...]
    place_id: int = 0
    submit: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Requested:
    """The requisition that was made."""

    org_id: int
    id: int
    no: str
    status: str
    lines: int
    amount: Decimal
    version: int = 1

    def as_plain(self) -> dict[str, Any]:
        """For the operation's stored answer."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return plain | {"amount": str(self.amount)}

    @classmethod
    def from_plain(cls, stored: dict[str, Any]) -> Requested:
        """From what `as_plain` gave."""
        return cls(**(stored | {"amount": Decimal(stored["amount"])}))


@dataclass(frozen=True, slots=True)
class _Draft:
    """One line on its way into the requisition."""

    item_id: int
    suggested: int
    qty: int
    reason: str
    why: dict[str, Any] = field(default_factory=dict)


def from_suggestions(db: Database, actor: Actor, command: FromSuggestions) -> Requested:
    """Make a requisition of picked suggestions; each suggestion goes into one requisition only.

    Raises:
        DomainError: Nothing is picked, a price is missing, or a large change has no reason; the
            problems name each line.
        ConflictError: A line was changed or requested by somebody else meanwhile.
    """
    require_planner(actor, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "requisition.make", command)
        if earlier is not None:
            return Requested.from_plain(earlier)
        place = command.place_id or main_place(session, command.org_id)
        picked = _picked(session, command, place)
        drafts = [
            _Draft(r.item_id, r.suggested, r.chosen, r.edit_reason or "", _kept_why(r.why))
            for r in picked
        ]
        _refuse_stopped(session, drafts)
        _refuse_unreasoned(session, drafts)
        done = _write(session, actor, command, place, drafts)
        _mark(session, picked, done.id)
        finish(session, command.org_id, command.op_id, done.as_plain())
        return done


def create(db: Database, actor: Actor, command: Create) -> Requested:
    """Make a requisition by hand, as a draft unless it shall be submitted at once.

    Raises:
        DomainError: No lines, an unknown or stopped item, not whole packs, no price in force.
    """
    require_planner(actor, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "requisition.make", command)
        if earlier is not None:
            return Requested.from_plain(earlier)
        place = command.place_id or main_place(session, command.org_id)
        _check_lines(session, command.lines)
        drafts = [_Draft(line.item_id, 0, line.qty, line.reason) for line in command.lines]
        done = _write(session, actor, command, place, drafts)
        finish(session, command.org_id, command.op_id, done.as_plain())
        return done


def _picked(session: Session, command: FromSuggestions, place: int) -> Sequence[Suggestion]:
    versions = dict(command.items)
    statement = select(Suggestion).where(
        Suggestion.org_id == command.org_id,
        Suggestion.place_id == place,
        Suggestion.chosen > 0,
    )
    if versions:
        statement = statement.where(Suggestion.item_id.in_(versions))
    else:
        statement = statement.where(Suggestion.picked.is_(True), Suggestion.status == "open")
    ordered = statement.order_by(Suggestion.urgency, Suggestion.item_id)
    rows = session.scalars(ordered.with_for_update()).all()  # of two who ask at once one waits
    if not rows:
        raise DomainError(
            "requisition.empty", _("还没有选要补的行。用空格键选几行，再生成采购申请。")
        )
    stale = len(rows) != len(versions) or any(
        row.status != "open" or row.version != versions[row.item_id] for row in rows
    )
    if versions and stale:
        raise ConflictError(
            "requisition.stale",
            _("有的行刚被别人改过或已申请，没有重复生成。请看新的建议再做。"),
        )
    return rows


def _kept_why(why: dict[str, Any]) -> dict[str, Any]:
    return {name: why[name] for name in ("headline", "detail", "explanation") if name in why}


def _refuse_stopped(session: Session, drafts: Sequence[_Draft]) -> None:
    """An item that was stopped since the plan would hold up the group's whole order later."""
    items = [draft.item_id for draft in drafts]
    stopped = set(
        session.scalars(select(Item.id).where(Item.id.in_(items), Item.status != "active"))
    )
    names = _names(session, list(stopped))
    problems = [
        Problem(
            "requisition.item",
            _("{item} 已停用或暂停，不能再申请。请取消这一行，或重新计算建议。", item=names[item]),
            row=row,
            column="item",
        )
        for row, item in enumerate(items, 1)
        if item in stopped
    ]
    refuse_if(problems, "requisition.item", "")


def _refuse_unreasoned(session: Session, drafts: Sequence[_Draft]) -> None:
    names = _names(session, [draft.item_id for draft in drafts])
    problems = [
        Problem(
            "requisition.reason",
            _("{item} 比建议多很多，还没写原因。请写一句再生成。", item=names[draft.item_id]),
            row=row,
            column="reason",
        )
        for row, draft in enumerate(drafts, 1)
        if needs_reason(draft.suggested, draft.qty) and not draft.reason
    ]
    refuse_if(problems, "requisition.reason", "")


def _names(session: Session, items: Sequence[int]) -> dict[int, str]:
    rows = session.execute(select(Item.id, Item.name).where(Item.id.in_(items)))
    return {row.id: row.name for row in rows}


def _check_lines(session: Session, lines: Sequence[WantedLine]) -> None:
    if not lines:
        raise DomainError("requisition.empty", _("采购申请里还没有品规。请至少加一行。"))
    found = {
        item.id: item
        for item in session.scalars(select(Item).where(Item.id.in_([x.item_id for x in lines])))
    }
    problems = []
    for row, line in enumerate(lines, 1):
        item = found.get(line.item_id)
        if item is None or item.status != "active":
            text = _("第 {row} 行的品规不在用。请换一个在用的品规。", row=row)
            problems.append(Problem("requisition.item", text, row, "item"))
            continue
        try:
            checked(line.qty)
            check_quantity(
                line.qty, item.pack_factor, item.pack_unit, (item.pack_unit, item.pack_factor)
            )
        except DomainError as error:
            problems.append(Problem(error.code, f"{item.name}：{error.text}", row, "qty"))
    refuse_if(problems, "requisition.lines", "")


def _write(
    session: Session,
    actor: Actor,
    command: FromSuggestions | Create,
    place: int,
    drafts: Sequence[_Draft],
) -> Requested:
    org, day, at = command.org_id, today(session), now(session)
    prices = _prices(session, org, drafts)
    lines = [_line(draft, prices[draft.item_id]) for draft in drafts]
    total = sum(
        (amount(line["unit_price"], line["qty"], line["price_factor"]) for line in lines),
        Decimal(0),
    )
    state = sent_state(session, actor, org, total) if command.submit else State.DRAFT
    made = Requested(
        org, new_id(), document_no(session, org, PREFIX, day), state, len(lines), total
    )
    session.execute(
        insert(Requisition).values(
            org_id=org,
            id=made.id,
            no=made.no,
            status=state,
            place_id=place,
            created_at=at,
            created_by=actor.person_id,
            submitted_at=at if command.submit else None,
            submitted_by=actor.person_id if command.submit else None,
            amount=total,
            note=command.note.strip() or None,
        )
    )
    session.execute(
        insert(RequisitionLine),
        [
            {"org_id": org, "requisition_id": made.id, "line": number} | line
            for number, line in enumerate(lines, 1)
        ],
    )
    doc = (DocKind.REQUISITION.value, made.id)
    step = "requisition.submit" if command.submit else "requisition.draft"
    record(session, actor, org, step, doc, {"no": made.no, "lines": len(lines), "amount": total})
    return made


def sent_state(session: Session, actor: Actor, org_id: int, total: Decimal) -> State:
    """Where a requisition of this amount goes when this person sends it."""
    level = limits_in(session, org_id).level(total)
    return first_state(level, own_head=actor.can(Duty.SIGN, org_id))


def _prices(session: Session, org: int, drafts: Sequence[_Draft]) -> dict[int, PriceInForce]:
    items = [draft.item_id for draft in drafts]
    found = prices_on(session, today(session), org, items)
    missing = [item for item in items if item not in found]
    names = _names(session, missing) if missing else {}
    problems = [
        Problem(
            "requisition.no_price",
            _("{item} 今天没有有效价格。请集团采购先补价格。", item=names.get(item, f"#{item}")),
            row=row,
            column="price",
        )
        for row, item in enumerate(items, 1)
        if item not in found
    ]
    refuse_if(problems, "requisition.no_price", "")
    return {item: rows[0] for item, rows in found.items()}


def _line(draft: _Draft, price: PriceInForce) -> dict[str, Any]:
    return {
        "item_id": draft.item_id,
        "supplier_id": price.supplier_id,
        "suggested": draft.suggested,
        "qty": draft.qty,
        "unit_price": price.unit_price,
        "price_factor": price.price_factor,
        "reason": draft.reason or None,
        "why": draft.why,
    }


def _mark(session: Session, picked: Sequence[Suggestion], requisition_id: int) -> None:
    """Tie the suggestions of a place to the requisition; each may be taken once."""
    first = picked[0]
    rows = sorted((row.item_id, row.version) for row in picked)
    taken = _TAKE.do(
        session, rows, b_org=first.org_id, b_place=first.place_id, b_requisition=requisition_id
    )
    if taken != len(rows):
        raise ConflictError(
            "requisition.stale",
            _("有的行刚被别人改过或已申请，没有重复生成。请看新的建议再做。"),
        )
