"""Members' own drug lists in the demo: written as members write, half of them mapped already."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from app.domain.duties import Actor
from app.domain.ids import new_op
from app.domain.mapping import MapStatus
from app.domain.matching.row import Entry
from app.i18n import _
from app.services.access import actor_for
from app.services.db import Database
from app.services.demo.sources import Goods
from app.services.demo.work import Progress
from app.services.importing.plan import ImportPlan, Outcome, PlanLine
from app.services.mapping.decide import AcceptSafe, accept_safe
from app.services.mapping.load import ApplyList, LocalDraft, LocalPlan, apply
from app.services.mapping.queries import WorkList, work_list
from app.services.mapping.requests import AskItem, ask
from app.services.mapping.run import RunMatch, run

_LISTS: Final = (
    ("liqing", 420, 250), ("wangfang", 160, 100), ("sunyue", 90, 0), ("suming", 120, 90),
)  # fmt: skip
"""Login of the store person, rows of the list, and how many of them are mapped already."""
_GRAMS: Final = re.compile(r"^(0\.\d+)g$")
_NONE: Final = (
    ("复方甘草合剂（本院制剂）", "100ml/瓶", "本院制剂室"),
    ("医用棉签", "50支/包", "恒洁卫生材料厂"),
    ("艾条", "25g*10支", "百草堂"),
    ("白花油", "10ml", ""),
)
_WISHES: Final = {
    "艾条": "中医科每周都用，集团目录里没有",
    "医用棉签": "治疗室常用，想随集团一起采购",
}
"""Rows that members ask to have in the group's catalogue, and why."""
_LEGAL: Final = ("股份有限公司", "有限责任公司", "有限公司")


def open_mapping(db: Database, goods: Sequence[Goods], seed: int, progress: Progress) -> None:
    """Load the lists, match them, and accept what agrees in a part of each."""
    drugs = [item for item in goods if item.item_class == "drug"]
    for login, rows, mapped in _LISTS:
        progress(_("各家成员的本院清单"), 0, 1)
        actor = actor_for(db, login)
        dice = random.Random(f"{seed}-{login}")  # noqa: S311 - the same lists every time
        drafts = _drafts(drugs, min(rows, len(drugs)), dice)
        for part in (mapped * len(drafts) // rows, len(drafts)):
            if part:
                apply(db, actor, ApplyList(new_op(), actor.org_id, _plan(drafts[:part])))
                run(db, actor, RunMatch(new_op(), actor.org_id))
            if part and part < len(drafts):
                accept_safe(db, actor, AcceptSafe(new_op(), actor.org_id))
        _ask_for_items(db, actor)


def _ask_for_items(db: Database, actor: Actor) -> None:
    """Two rows that nothing corresponds to are asked for."""
    seen = set()
    query = WorkList(actor.org_id, (MapStatus.NONE,))
    for row in work_list(db, actor, query):
        if row.name in _WISHES and row.name not in seen:
            seen.add(row.name)
            ask(db, actor, AskItem(new_op(), actor.org_id, row.id, _WISHES[row.name]))


def _drafts(goods: Sequence[Goods], count: int, dice: random.Random) -> list[LocalDraft]:
    """Rows of a member: most are goods of the group, written in other ways."""
    found = []
    for number, item in enumerate(dice.sample(list(goods), count), 1):
        used = max(1, item.monthly * dice.randrange(1, 8) // 4)
        value = (item.price * used).quantize(Decimal("0.0001"))
        entry = _entry(item, number, dice)
        found.append(LocalDraft(f"A{number:05d}", entry, item.pack_unit, used, value, number))
    return found


def _entry(item: Goods, number: int, dice: random.Random) -> Entry:
    if number % 24 == 0:
        name, spec, maker = dice.choice(_NONE)
        return Entry(str(number), name, spec, maker)
    name = item.name + dice.choice(("", "", "", "(集采)", "NR", "△"))
    maker = _maker(item.maker, dice)
    trade = item.trade if dice.random() < 0.6 else ""  # noqa: PLR2004 - as lists have it
    return Entry(
        str(number),
        name,
        _spec(item, number, dice),
        "" if number % 31 == 0 else maker,
        trade,
        dice.choice(("", item.form)),
        item.approval if number % 9 == 0 else "",
    )


def _maker(name: str, dice: random.Random) -> str:
    """The maker in full, without its legal form, or with full-width brackets."""
    short = name
    for tail in _LEGAL:
        short = short.removesuffix(tail)
    return dice.choice((name, name, short, name.replace("(", "（").replace(")", "）")))


def _spec(item: Goods, number: int, dice: random.Random) -> str:
    """The specification with other signs and units; now and then another strength or pack."""
    strength, count = item.strength.replace(" ", ""), item.pack
    grams = _GRAMS.match(strength)
    if grams and dice.random() < 0.5:  # noqa: PLR2004 - half of them
        strength = f"{(Decimal(grams[1]) * 1000).normalize():f}mg"
    if number % 17 == 0:
        count = 12 if count != 12 else 24  # noqa: PLR2004 - another pack
    if number % 19 == 0:
        strength = "10mg" if strength != "10mg" else "20mg"
    if count == 1:
        return strength
    tail = dice.choice((f"{item.base_unit}/{item.pack_unit}", item.base_unit, "s", ""))
    return f"{strength}{dice.choice(('*', '×', '*'))}{count}{tail}"


def _plan(drafts: Sequence[LocalDraft]) -> LocalPlan:
    name = _("本院药品目录")
    lines = tuple(
        PlanLine(draft.row, Outcome.ADDED, draft.code, draft.entry.name, (), (), draft)
        for draft in drafts
    )
    return ImportPlan(f"{name}.xlsx", f"demo-{len(drafts)}", name, (), (), lines)
