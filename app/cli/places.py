"""A place that a command names by its code or name."""

from __future__ import annotations

from app.cli.context import cli
from app.domain.errors import DomainError
from app.i18n import _
from app.services.stock.places import places_of


def place_id(org: int, text: str) -> int:
    """The place of a member with this code or name; 0 where nothing was said.

    Raises:
        DomainError: There is none; says how to list them.
    """
    if not text:
        return 0
    for place in places_of(*cli().signed_in(), org):
        if text.strip().upper() == place.code.upper() or text.strip() == place.name:
            return place.id
    raise DomainError("place.unknown", _("没有库位 {code}。用 yilian place list 查看。", code=text))
