"""The demo's goods and its negotiation: what the files hold, without a database."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.domain.codes import CodeSystem, validate
from app.domain.quantity import chain_of
from app.services.demo import sources, usage
from app.services.demo.build import SEED
from app.services.demo.pricing import negotiated, reduction

TODAY = date(2026, 10, 14)
SCALES = {entry["key"]: entry["scale"] for entry in sources.group()["organisations"]}


@pytest.fixture(scope="module")
def yearly() -> dict[str, int]:
    """Packs that the whole group asked for in a year, by item."""
    goods, found = sources.goods(), dict.fromkeys((i.code for i in sources.goods()), 0)
    for key, scale in SCALES.items():
        kept = usage.kept_by(key, goods, SEED)
        for one in usage.demand(key, scale, kept, sources.shapes(), TODAY, SEED):
            since = TODAY - timedelta(days=365)
            units = sum(qty for day, qty, _lines in one.events if day >= since)
            found[one.goods.code] += units // one.goods.pack
    return {code: max(1, packs) for code, packs in found.items()}


def test_the_papers_numbers_of_lines() -> None:
    classes = Counter(item.item_class for item in sources.goods())
    assert classes == {"drug": 900, "consumable": 418, "reagent": 130}


def test_every_barcode_and_approval_number_is_valid_and_stands_once() -> None:
    goods = sources.goods()
    for item in goods:
        assert validate(CodeSystem.GTIN, item.gtin) == item.gtin
        if item.approval:
            drug = item.item_class == "drug"
            system = CodeSystem.APPROVAL if drug else CodeSystem.CERTIFICATE
            assert validate(system, item.approval) == item.approval
    codes = Counter([item.gtin for item in goods] + [item.case_gtin for item in goods])
    assert max(codes.values()) == 1


def test_every_pack_is_a_chain_of_whole_units() -> None:
    for item in sources.goods():
        steps = {1: item.base_unit, item.pack: item.pack_unit, item.case: "件"}
        chain = chain_of([(name, factor) for factor, name in steps.items()], item.pack_unit)
        assert chain.packs(item.case) * item.pack == item.case


@pytest.mark.parametrize(
    ("item_class", "rate", "lines"),
    [("reagent", Decimal("0.0420"), 96), ("consumable", Decimal("0.0180"), 218)],
)
def test_the_negotiation_comes_out_as_the_papers_tell(
    yearly: dict[str, int], item_class: str, rate: Decimal, lines: int
) -> None:
    goods = sources.goods()
    new = negotiated(goods, yearly, SEED)
    chosen = [item for item in goods if item.item_class == item_class]
    saving, base = reduction(chosen, yearly, new)
    assert abs(saving / base - rate) < Decimal("0.00005")
    assert sum(new[item.code] < item.price for item in chosen) == lines
    assert all(0 < new[item.code] <= item.price for item in chosen)


def test_nothing_is_copied_from_the_future_or_before_the_24_months() -> None:
    series = usage.demand(
        "wangyue", SCALES["wangyue"], list(sources.few()), sources.shapes(), TODAY, SEED
    )
    days = [day for one in series for day, _qty, _lines in one.events]
    assert min(days) >= usage.first_month(TODAY)
    assert max(days) < TODAY
    assert (max(days) - min(days)).days > 690
