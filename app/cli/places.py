"""A place that a command names by its code or name."""

from __future__ import annotations

from app.cli.context import cli
from app.domain.errors import DomainError
from app.i18n import _
from app.services.stock.places import PlaceRow, places_of


def place_id(org: int, text: str) -> int:
    """The place of a member with this code or name; 0 where nothing was said."""
    return place_named(org, text).id if text.strip() else 0


def place_named(org: int, text: str) -> PlaceRow:
    """The place of a member with this code or name.

    Raises:
        DomainError: There is none, says how to list them; or several have this name.
    """
    wanted = text.strip()
    places = places_of(*cli().signed_in(), org)
    coded = [one for one in places if wanted.upper() == one.code.upper()]
    found = coded or [one for one in places if wanted == one.name]
    if not found:
        words = _("没有库位 {code}。用 yilian place list 查看。", code=text)
        raise DomainError("place.unknown", words)
    if len(found) > 1:
        codes = "、".join(one.code for one in found)
        words = _("有 {n} 个库位叫「{name}」。请写编码：{codes}。",
                  n=len(found), name=wanted, codes=codes)  # fmt: skip
        raise DomainError("place.several", words)
    return found[0]
