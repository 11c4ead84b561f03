"""Search against a plain look at every item: the same hits, on both databases, however typed."""

from __future__ import annotations

import itertools
import random
import re

import pytest

from app.domain import pinyin, search_text
from app.models.base import moment
from app.models.item import Item
from app.services.bulk import insert_rows
from app.services.catalogue import broad, hits
from app.services.catalogue.index import search_row, write_rows
from app.services.catalogue.search import SearchQuery, catalogue_count, catalogue_page
from tests.factories import Site

NAMES = (
    "阿莫西林胶囊", "阿莫西林克拉维酸钾片", "重组人胰岛素注射液", "盐酸二甲双胍缓释片",
    "长春西汀注射液", "参芪降糖颗粒", "左氧氟沙星滴眼液", "一次性使用输液器", "骨化三醇软胶囊",
)  # fmt: skip
MAKERS = ("北辰药业", "江岸制药有限公司", "明德制药股份有限公司")
SEED = 20_261_122


def fill(site: Site, count: int) -> list[tuple[int, str, str, str, str]]:
    """Items with every name, strength and maker; some in use."""
    dice = random.Random(SEED)
    items, rows, known = [], [], []
    columns = [column.name for column in Item.__table__.columns]
    for number in range(count):
        name, maker = dice.choice(NAMES), dice.choice(MAKERS)
        spec = f"{dice.choice((5, 10, 25, 50))}mg × {dice.choice((6, 12, 24))} 片/盒"
        code, licence = f"YP-2{number:05d}", f"国药准字H2026{dice.randrange(10_000):04d}"
        if number == count - 1:  # says the number of another, and carries nearly the same
            licence, spec = "国药准字H20260001", f"{spec} 替国药准字H20260002"
        values = dict.fromkeys(columns) | {
            "id": 5_000 + number, "code": code, "product_id": 101, "item_class": "drug",
            "name": name, "strength": "5mg", "spec": spec, "maker_id": 1, "base_unit": "片",
            "pack_unit": "盒", "pack_factor": 6, "storage": "normal", "status": "active",
            "controlled": "", "antibiotic": "", "lot_tracked": True, "version": 1,
            "usage_rank": dice.choice((0, 0, 0, number)), "updated_at": moment(0),
        }  # fmt: skip
        for flag in ("essential", "vbp", "negotiated", "high_alert", "high_value", "critical"):
            values[flag] = False
        items.append(tuple(values[column] for column in columns))
        rows.append(search_row(5_000 + number, (name,), (spec, maker), [("", code), ("", licence)]))
        known.append((5_000 + number, name, f"{spec}\n{maker}", code, licence))
    with site.owner.write() as session:
        insert_rows(session, Item, columns, items)
        write_rows(session, rows)
    return known


def says(item: tuple[int, str, str, str, str], word: str) -> bool:
    """The rules in plain words, without an index."""
    _key, name, texts, code, licence = item
    bared = [search_text.bare(line) for line in (name, *texts.split("\n"))]
    if any(word in line for line in bared):
        return True
    starts = [one for number in (code, licence) for one in search_text.code_starts(number)]
    if any(start.startswith(word) for start in starts):
        return True
    if not (word.isascii() and word.isalnum()):
        return False
    if any(word in letters for letters in pinyin.initials(name)):
        return True
    parts = pinyin.syllables(name)
    full = ["".join(parts[place:]) for place in range(len(parts))]
    return len(word) >= 3 and any(line.startswith(word) for line in full)


def texts(known: list[tuple[int, str, str, str, str]]) -> list[str]:
    """Parts of names, initials, pinyin, codes and numbers, and some that fit nothing."""
    dice = random.Random(SEED + 1)
    found = [
        "片",
        "注",
        "mg",
        "5mg",
        "y",
        "yp",
        "h2026",
        "国药准字",
        "冇",
        "qzx",
        "片 江岸",
        "24",
        "盒",
    ]
    for _part in range(40):
        _key, name, _texts, code, licence = dice.choice(known)
        start = dice.randrange(len(name))
        found.append(name[start : start + dice.choice((1, 2, 5))])
        letters = dice.choice(pinyin.initials(name))
        found.append(letters[dice.randrange(len(letters)) :][: dice.choice((1, 2, 4))])
        parts = pinyin.syllables(name)
        found.append("".join(parts[dice.randrange(len(parts)) :])[: dice.choice((3, 6, 14))])
        found.append(code[: dice.choice((3, 5, 8))])
        found.append(licence[dice.choice((0, 4, 5)) :][: dice.choice((4, 9))])
        found.append(f"{name[:2]} {letters[:2]}")
    # longer than a piece of the index: the same beginning as other codes, another end
    licence = known[0][4]
    found += [licence, licence[:-1], licence[:-1] + "x", licence[4:] + "0", "国药准字H20260002"]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("many", [3_000, 5])
def test_every_text_finds_just_what_a_plain_look_finds(
    site: Site, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    """With 5, nearly every text takes the way for texts that mean a large part of the catalogue."""
    monkeypatch.setattr(hits, "_MANY", many)
    monkeypatch.setattr(broad, "_PART", 60)
    known = fill(site, 120)
    way = site.as_("east_store")
    for text in texts(known):
        words = search_text.words_of(text)
        expected = {item[0] for item in known if all(says(item, word) for word in words)}
        found: list[int] = []
        key: object = None
        while True:
            page = catalogue_page(*way, SearchQuery(text), (key, 90))
            found += [row.id for row in page.rows if row.id >= 5_000]
            key = page.next_key
            if key is None:
                break
        assert len(found) == len(set(found)), text
        assert set(found) == expected, text
        assert catalogue_count(*way, SearchQuery(text)) >= len(expected), text


def test_both_ways_give_the_same_order(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    known = fill(site, 120)
    way = site.as_("east_store")
    monkeypatch.setattr(broad, "_WALKED", 12)
    monkeypatch.setattr(broad, "_FEW", 6)
    for text, limit in itertools.product(texts(known)[:12], (3, 60)):
        monkeypatch.setattr(hits, "_MANY", 10**6)
        monkeypatch.setattr(hits, "_SHORT", re.compile("(?!)"))
        narrow = [row.id for row in catalogue_page(*way, SearchQuery(text), (None, limit)).rows]
        monkeypatch.setattr(hits, "_MANY", 0)
        wide = [row.id for row in catalogue_page(*way, SearchQuery(text), (None, limit)).rows]
        assert narrow == wide, text
