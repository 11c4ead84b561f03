"""Whose goods a list being scanned takes: it stays when another organisation is chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.errors import DomainError
from app.i18n import _
from app.ui.context import PageContext


@dataclass(frozen=True, slots=True)
class Whose:
    """Where the goods of a list are.

    Attributes:
        org: The member.
        place: Tells, in another thread, the place they are taken from.
    """

    org: int
    place: Callable[[], int]


def refuse_other(context: PageContext, before: Whose | None, now: Whose) -> None:
    """Refuse goods of another member for a list that is not empty.

    Args:
        context: Of the page.
        before: Whose goods are on the list; None while it is empty.
        now: Whose goods were scanned.

    Raises:
        DomainError: They are another member's (`draft.other_org`).
    """
    if before is None or before.org == now.org:
        return
    name = next((one.short for one in context.session.orgs if one.id == before.org), "")
    raise DomainError(
        "draft.other_org",
        _(
            "本单是{org}的，还没有登记，这一下没有计数。"
            "请先按 F10 登记或按 Ctrl+Z 撤销，再扫别家的货。",
            org=name,
        ),
    )
