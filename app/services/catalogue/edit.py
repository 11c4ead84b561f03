"""Adding and changing items: checked, kept with its search text, and remembered in its history."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.domain import catalogue, codes
from app.domain.catalogue import ItemDraft
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, refuse_if
from app.domain.ids import new_id
from app.i18n import _
from app.models.item import Item, ItemCode, ItemUnit
from app.services import audit
from app.services.access import lead_org, require
from app.services.catalogue.change import Change, SavedItem, change_all
from app.services.catalogue.history import remember
from app.services.catalogue.index import reindex
from app.services.catalogue.makers import maker_of, product_of
from app.services.catalogue.rows import code_row, columns_of, unit_rows, with_approval
from app.services.catalogue.strictness import is_strict
from app.services.db import Database, now, today
from app.services.operations import claim, finish, plain

_RUNNING: Final = 6


@dataclass(frozen=True, slots=True)
class SaveItem:
    """Add an item (`item_id` 0) or change one.

    Attributes:
        op_id: Made once per intention.
        version: The version that was shown to the person; 0 for a new item.
        code: A group code for a new item; empty takes the next free one.
    """

    op_id: UUID
    draft: ItemDraft
    item_id: int = 0
    version: int = 0
    code: str = ""


def save_item(db: Database, actor: Actor, command: SaveItem) -> SavedItem:
    """Keep an item.

    Raises:
        DomainError: The draft has errors (all of them, by field), or the code is taken.
        ConflictError: Somebody else changed the item since it was shown.
    """
    with db.write() as session:
        lead = lead_org(session, today(session))
        require(actor, Duty.CATALOGUE, lead)
        earlier = claim(session, actor, lead, command.op_id, "item.save", command)
        if earlier is not None:
            return SavedItem(earlier["item_id"], earlier["code"], tuple(earlier["changed"]))
        problems = catalogue.check(command.draft, today(session), strict=is_strict(session))
        refuse_if(problems, "item.invalid", _("品规没有保存。"))
        saved = (
            change_all(session, actor, [Change(command.item_id, command.draft, command.version)])[0]
            if command.item_id
            else add(session, actor, command.draft, command.code)
        )
        reindex(session, (saved.item_id,))
        verb = "item.change" if command.item_id else "item.create"
        audit.record(
            session, actor, lead, verb, ("item", saved.item_id), {"changed": saved.changed}
        )
        finish(session, lead, command.op_id, plain(saved))
        return saved


def add(session: Session, actor: Actor, draft: ItemDraft, code: str = "") -> SavedItem:
    """Write a new item without its search text; the caller has checked the draft."""
    item_id = new_id()
    own_code = _own_code(session, draft, code)
    session.add(
        Item(
            id=item_id,
            code=own_code,
            product_id=product_of(session, draft),
            maker_id=maker_of(session, draft),
            version=1,
            updated_at=now(session),
            usage_rank=0,
            lot_tracked=True,
            **columns_of(draft),
        )
    )
    session.flush()
    session.execute(insert(ItemUnit), list(unit_rows(item_id, draft)))
    entries = with_approval(draft)
    if entries:
        rows = [code_row(item_id, new_id(), entry) for entry in entries]
        session.execute(insert(ItemCode), rows)
    remember(session, actor, item_id, {"": [None, own_code]})
    return SavedItem(item_id, own_code, ())


def _own_code(session: Session, draft: ItemDraft, code: str) -> str:
    prefix = draft.item_class.prefix
    if not code.strip():
        known = session.scalars(select(Item.code).where(Item.code.like(f"{prefix}%"))).all()
        return Numbering(known)(prefix)
    wanted = codes.validate(codes.CodeSystem.GROUP, code)
    if session.scalar(select(Item.id).where(Item.code == wanted)) is not None:
        raise DomainError(
            "item.code_taken",
            _("统一编码 {code} 已有品规在用。请换一个，或留空由系统编号。", code=wanted),
        )
    return wanted


class Numbering:
    """Hands out the next free group codes, in the way that the catalogue writes them.

    YP-010233, or YP010233 where the class already has codes without the hyphen.
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = tuple(taken)
        self._last: dict[str, tuple[str, int]] = {}

    def __call__(self, prefix: str) -> str:
        """The next code of the class with that prefix."""
        hyphen, number = self._last.get(prefix) or self._start(prefix)
        self._last[prefix] = (hyphen, number + 1)
        return f"{prefix}{hyphen}{number + 1:0{_RUNNING}d}"

    def _start(self, prefix: str) -> tuple[str, int]:
        form = re.compile(rf"{prefix}(-?)([0-9]{{{_RUNNING}}})")
        found = [match for code in self._taken if (match := form.fullmatch(code))]
        hyphen = "" if any(not match[1] for match in found) else "-"
        return hyphen, max((int(match[2]) for match in found), default=0)
