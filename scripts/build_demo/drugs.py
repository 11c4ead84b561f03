"""`drugs.csv`: about 900 products picked from three sets, cleaned, checked and coded."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from scripts.build_demo import clean, codes, flags, sources
from scripts.build_demo.injections import injections
from scripts.build_demo.prices import PriceLevels

TARGET: Final = 900
NHSA_PICK: Final = 70
COLUMNS: Final = (
    "code",
    "generic",
    "trade",
    "form",
    "strength",
    "spec",
    "base_unit",
    "pack_unit",
    "pack",
    "case",
    "maker",
    "approval",
    "drug_code",
    "nhsa_code",
    "atc4",
    "flags",
    "storage",
    "gtin",
    "case_gtin",
    "trace",
    "price",
    "monthly",
    "community",
)
_CASES: Final = (60, 100, 120, 200, 300, 400)
_ODD_STRENGTH: Final = {
    "国药准字J20080085": "3mg:0.03mg",
    "国药准字H10910003": "10mg",
    "国药准字H10910002": "1ml:1mg",
    "国药准字H10960013": "500mg:65mg",
    "国药准字H20013063": "500mg:30mg:15mg:2mg",
}
_BRANDS: Final = re.compile(
    "拜耳|辉瑞|诺华|阿斯利康|默沙东|赛诺菲|罗氏|杨森|施贵宝|葛兰素|礼来|勃林格|卫材|武田|施维雅|安斯泰来|大冢|史克|"
    "第一制药|参天|雅培|惠氏|先灵|住友|协和发酵|强生|默克"
)
_NHSA_SPEC: Final = re.compile(
    r"(?:每[粒袋片丸支瓶枚](?:装|重|含)?)?(\d[\d.]*(?:g|mg|ml|μg|万IU))\*(\d{1,2})"
)
_NHSA_UNITS: Final = {
    "颗粒": ("袋", "盒"),
    "胶囊": ("粒", "盒"),
    "片": ("片", "盒"),
    "口服液": ("支", "盒"),
    "栓": ("粒", "盒"),
    "丸": ("丸", "盒"),
    "注射液": ("支", "盒"),
    "糖浆": ("瓶", "瓶"),
}


@dataclass(slots=True)
class Drug:
    """One product before it is numbered."""

    name: str
    trade: str
    form: str
    pack: clean.Pack
    maker: str
    approval: str = ""
    drug_code: str = ""
    nhsa_code: str = ""
    tender: Decimal | None = None
    source: str = ""

    @property
    def injection(self) -> bool:
        """Whether it is given by needle."""
        return "注射" in self.form

    @property
    def kind(self) -> str:
        """``original`` (repacked import or known brand), ``patent`` or ``generic``."""
        if "准字J" in self.approval or (self.trade and _BRANDS.search(self.maker)):
            return "original"
        return "patent" if "准字Z" in self.approval else "generic"


def _trade(text: str, name: str) -> str:
    bare = re.sub(r"(?:(?:胶囊|片)?OTC|口服溶液)$", "", clean.plain(text))
    return "" if not bare or bare.startswith(name[:4]) or "专用" in bare or name in bare else bare


def _distributor(folder: Path) -> Iterator[Drug]:
    for row in sources.distributor_rows(folder):
        name = clean.plain(row["DRUG_CHEM_NAME"])
        pack = clean.pack(row["DRUG_SPEC"], name)
        maker, number = clean.maker(row["DRUG_MANUFATURER"]), clean.approval(row["DRUG_LICENSE_NO"])
        form = clean.form(name, pack.unit if pack else "")
        if not (pack and maker and number and form) or re.search(r"[a-z]{2}|\[", name):
            continue
        if float(row["DRUG_APPERANCE_NUM"] or 0) != pack.count:
            continue
        strength = _ODD_STRENGTH.get(number, pack.strength)
        pack = clean.Pack(strength, pack.count, pack.unit, pack.container)
        yield Drug(
            name, _trade(row["DRUG_TRADE_NAME"], name), form, pack, maker, number, source="list"
        )


def _insured(folder: Path) -> Iterator[Drug]:
    rows = [row for row in sources.nhsa_rows(folder) if codes.is_drug_code(row["bw_code"])]
    random.Random(8501).shuffle(rows)  # noqa: S311 - a repeatable pick, no secret
    names: set[str] = set()
    for row in rows:
        name, spec = clean.plain(row["name"]), _NHSA_SPEC.fullmatch(clean.plain(row["spec"]))
        units = next((value for end, value in _NHSA_UNITS.items() if name.endswith(end)), None)
        form = "注射剂" if name.endswith("注射液") else clean.form(name)
        maker, licence = clean.maker(row["maker"]), f"国药准字{row['licence'][-9:]}"
        right = codes.NHSA.fullmatch(row["nhsa_code"]) and codes.APPROVAL.fullmatch(licence)
        if name in names or not (spec and units and form and maker and right):
            continue
        count = int(spec[2])
        if row["pack_unit"] not in {"盒", "瓶"} or (units[0] == "瓶") != (row["pack_unit"] == "瓶"):
            continue
        if units[0] == "瓶" and count != 1:
            continue
        names.add(name)
        pack = clean.Pack(spec[1], count, units[0], units[1])
        yield Drug(
            name, "", form, pack, maker, licence, row["bw_code"], row["nhsa_code"], source="nhsa"
        )


def _given_by_needle(folder: Path) -> Iterator[Drug]:
    for row in injections(sources.tender_rows(folder)):
        single = row["count"] == "1"
        container = row["unit"] if single else "盒"
        pack = clean.Pack(row["strength"], int(row["count"]), row["unit"], container)
        yield Drug(
            row["name"],
            "",
            row["form"],
            pack,
            row["maker"],
            tender=Decimal(row["price"]),
            source="tender",
        )


def _milligrams(strength: str) -> str:
    found = re.fullmatch(r"([\d.]+)(g|mg|μg)", strength)
    if not found:
        return strength
    scale = {"g": Decimal(1000), "mg": Decimal(1), "μg": Decimal("0.001")}[found[2]]
    return str((Decimal(found[1]) * scale).normalize())


def _distinct(found: Iterator[Drug]) -> Iterator[Drug]:
    seen: set[tuple[object, ...]] = set()
    for drug in found:
        product = (drug.name, drug.maker, _milligrams(drug.pack.strength), drug.pack.count)
        licence = (drug.approval, drug.pack.count) if drug.approval else product
        if product in seen or licence in seen:
            continue
        seen |= {product, licence}
        yield drug


def pick(folder: Path) -> list[Drug]:
    """`TARGET` products: injections, insured packs with codes, and the distributors' readable ones.

    Chemical products come first; Chinese patent medicines fill up by a seeded draw, so that no list
    is taken over whole.
    """
    needle = list(_distinct(_given_by_needle(folder)))
    insured = list(_distinct(_insured(folder)))
    insured = [d for d in insured if d.injection] + [d for d in insured if not d.injection]
    insured = insured[:NHSA_PICK]
    taken = {drug.approval for drug in insured}
    listed = [drug for drug in _distinct(_distributor(folder)) if drug.approval not in taken]
    draw = random.Random(8502)  # noqa: S311 - a repeatable pick, no secret
    listed.sort(key=lambda drug: (drug.kind == "patent") * 0.55 + draw.random() * 0.85)
    chosen = needle + insured + listed[: TARGET - len(needle) - len(insured)]
    return sorted(chosen, key=lambda drug: (drug.injection, drug.name, drug.maker, drug.pack.text))


def _monthly(drug: Drug, price: Decimal, draw: random.Random) -> int:
    """Packs that the lead hospital uses in a month: dear packs move slowly, infusions fast."""
    level = draw.lognormvariate(3.7, 1.0) * float((price + 4) ** Decimal("-0.35")) * 3.0
    if drug.form == "大容量注射剂":
        level *= 18
    elif drug.injection:
        level *= 2.2
    ceiling = 6000 if drug.form == "大容量注射剂" else 700
    return min(max(2, round(level)), ceiling)


def rows(folder: Path) -> list[dict[str, str]]:
    """The finished rows of `drugs.csv`."""
    levels = PriceLevels(sources.tender_rows(folder))
    classes = sources.nhsa_classes(folder)
    return [
        _row(number, drug, levels, classes) for number, drug in enumerate(pick(folder), start=1)
    ]


def _row(number: int, drug: Drug, levels: PriceLevels, classes: dict[str, str]) -> dict[str, str]:
    seed = f"{drug.name}{drug.maker}{drug.pack.text}"
    draw = random.Random(seed)  # noqa: S311 - repeatable demo figures
    chosen = flags.flags(drug.name, originator=drug.kind == "original", injection=drug.injection)
    price = drug.tender or levels.pack_price(
        drug.name, drug.form, drug.pack.count, kind=drug.kind, seed=seed
    )
    by_code = drug.nhsa_code or classes.get(drug.name, "")
    atc4 = by_code[1:6] if by_code.startswith("X") else flags.insurance_class(drug.name)
    bag = drug.form == "大容量注射剂"
    packs_in_case = 24 if bag else draw.choice(_CASES)
    clinic = not drug.injection or bool(
        re.search("胰岛素|氯化钠|葡萄糖|头孢|地塞米松|维生素", drug.name)
    )
    special = {"narcotic", "psychotropic1"} & set(chosen)
    values = (
        f"YP{number:06d}",
        drug.name,
        drug.trade,
        drug.form,
        drug.pack.strength,
        drug.pack.text,
        drug.pack.unit,
        drug.pack.container,
        drug.pack.count,
        drug.pack.count * packs_in_case,
        drug.maker,
        drug.approval,
        drug.drug_code,
        drug.nhsa_code,
        atc4,
        ";".join(chosen),
        flags.storage(drug.name, chosen),
        codes.gtin14(10_000 + number),
        codes.gtin14(10_000 + number, level=1),
        codes.trace_prefix(number),
        price.quantize(Decimal("0.01")),
        _monthly(drug, price, draw),
        int(clinic and not special),
    )
    return {title: str(value) for title, value in zip(COLUMNS, values, strict=True)}
