"""What people type for organisations and items, turned into ids."""

from __future__ import annotations

from app.cli.context import Cli
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.i18n import _
from app.services.db import Database
from app.services.directory import visible_organisations
from app.services.item_lookup import find_items
from app.services.prices.listing import suppliers
from app.services.scan_rules import read


def org_id(run: Cli, code: str) -> int:
    """The organisation with a four-digit code; empty means the person's own."""
    actor = run.actor()
    if not code:
        return actor.org_id
    for org in visible_organisations(run.db(), actor):
        if code in {org.code, org.name, org.short, str(org.id)}:
            return org.id
    raise DomainError(
        "org.unknown", _("没有机构 {code}，或你没有它的权限。可用 4 位编号或简称。", code=code)
    )


def one_of(word: str, *known: str) -> str:
    """The word, when it is one that the command knows; an empty one stands for no choice."""
    if word not in known:
        said = "、".join(one for one in known if one)
        raise DomainError(
            "cli.word", _("没有「{word}」这个选择。可以写：{known}。", word=word, known=said)
        )
    return word


def price_view(word: str) -> str:
    """Which prices are meant, as lists of prices name it."""
    return one_of(word, "now", "future", "past", "dearer", "all").removeprefix("all")


def signed_in_at(run: Cli, code: str) -> tuple[Database, Actor, int]:
    """The database, who acts, and the member that is meant (`org_id`)."""
    return *run.signed_in(), org_id(run, code)


def org_ids(run: Cli, code: str) -> tuple[int, ...]:
    """One organisation, or with ``all`` every one that the person may see."""
    if code == "all":
        return tuple(org.id for org in visible_organisations(run.db(), run.actor()))
    return (org_id(run, code),)


def supplier_id(run: Cli, text: str) -> int:
    """The supplier with a code, name or short name."""
    for row in suppliers(*run.signed_in()):
        if text in {row.code, row.name, row.short_name}:
            return row.id
    raise DomainError("party.unknown", _("没有供应商「{name}」。请核对名称。", name=text))


def item_id(run: Cli, text: str) -> int:
    """The item that a code names (统一编码, 69 码, 医保编码 …)."""
    db, actor = run.signed_in()
    found = find_items(db, actor, read(db, text))
    if len(found) != 1:
        raise DomainError(
            "item.unknown",
            _("{code} 对应 {n} 个品规。请用统一编码，可先用 yilian search 查。",
              code=text[:40], n=len(found)),
        )  # fmt: skip
    return found[0].item_id
