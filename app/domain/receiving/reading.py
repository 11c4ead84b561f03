"""A scan in the words of acceptance: which code to look up, and what the code says itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from app.domain.codes import label_code
from app.domain.errors import Problem
from app.domain.receiving.note import Goods
from app.domain.scan import BarcodeRule, ScanKind, ScanResult, classify, split_quantity

_FIRST_LABELS: Final = date(2024, 1, 1)


class Target(StrEnum):
    """What a scan names."""

    GOODS = "goods"
    OWN_LABEL = "own_label"
    DELIVERY = "delivery"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a scan says.

    Attributes:
        raw: As it came.
        target: What it names.
        code: What to look up: GTIN-14, seven-digit prefix, label code, note number, own code.
        count: From a ``12*`` before the code.
        lot: Lot, empty when the code carries none.
        expiry: Expiry, None when the code carries none.
        produced: Day of production.
        trace: The code of this very pack (trace code, or GTIN with serial), empty for none.
        problems: What is wrong with the code itself.
        scan: The classified scan, to look up.
    """

    raw: str
    target: Target
    code: str
    count: int = 1
    lot: str = ""
    expiry: date | None = None
    produced: date | None = None
    trace: str = ""
    problems: tuple[Problem, ...] = ()
    scan: ScanResult | None = None

    @property
    def blocked(self) -> Problem | None:
        """Why the scan cannot be used, if it cannot."""
        return next((problem for problem in self.problems if problem.blocks), None)

    @property
    def doubt(self) -> Problem | None:
        """What to look at before trusting the scan."""
        return next((problem for problem in self.problems if not problem.blocks), None)


@dataclass(frozen=True, slots=True)
class KnownTrace:
    """A trace code that came in before, here or elsewhere in the group.

    Attributes:
        when: Local time in words.
        where: Member in words, empty when it is not ours to see.
        who: Who took it in, empty when it is not ours to see.
        code: The pack, where a whole case was scanned.
    """

    when: str = ""
    where: str = ""
    who: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A scanned code as the supplier's trace file describes it.

    Attributes:
        packs: Codes of the smallest packs in it, empty for a single pack.
        lot_no: Their lot, empty where they have several or the file says none.
        expiry: Their expiry.
        produced: Their day of production.
        within: The cases that the code itself lies in, the nearest first.
    """

    packs: tuple[str, ...] = ()
    lot_no: str = ""
    expiry: date | None = None
    produced: date | None = None
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What the catalogue knows of a scan.

    Attributes:
        goods: The item, None when nothing is bound to the code.
        units: Smallest units that one scan of the code stands for.
        known: The pack, or one of the case, came in before.
        case: What lies in the code, and in what it lies.
        words: Items whose name or pinyin fits typed words; they are chosen, not counted.
    """

    goods: Goods | None = None
    units: int = 1
    known: KnownTrace | None = None
    case: Case = field(default_factory=Case)
    words: tuple[int, ...] = ()


def read(text: str, today: date, rules: Sequence[BarcodeRule] = ()) -> Reading:
    """What the scan says; anything unreadable is words, to be searched or bound by a person.

    Args:
        text: As the scanner sent it.
        today: Decides the century of two-digit years.
        rules: How suppliers' own labels are cut.
    """
    result = classify(text, rules=rules, today=today)
    if result.kind is ScanKind.UNKNOWN:
        return _words(result)
    own = _own_label(result, today)
    if own:
        return Reading(result.raw, Target.OWN_LABEL, own, count=result.count, scan=result)
    if result.kind is ScanKind.DELIVERY:
        return Reading(result.raw, Target.DELIVERY, result.code)
    return Reading(
        raw=result.raw,
        target=Target.GOODS,
        code=result.fields.get("prefix") or result.code,
        count=result.count,
        lot=result.lot,
        expiry=result.expiry,
        produced=_day(result.fields.get("produced", "")),
        trace=trace_of(result),
        problems=result.problems,
        scan=result,
    )


def _own_label(result: ScanResult, today: date) -> str:
    """The code of a label of ours; a maker's serial that looks like one has no day of ours."""
    code = result.own_label
    if result.kind is ScanKind.GS1 and label_code.is_valid(code):
        return code if _FIRST_LABELS <= label_code.parts(code).day <= today else ""
    return code


def trace_of(result: ScanResult) -> str:
    """The code of this very pack: trace code, or GTIN with serial; empty where there is none."""
    if result.kind in {ScanKind.TRACE, ScanKind.SSCC}:
        return result.code
    return f"{result.code}.{result.serial}" if result.serial else ""


def _words(result: ScanResult) -> Reading:
    """Short plain text may be a code of the house or a name; all else keeps its problem."""
    harmless = {"scan.unknown"}
    words = split_quantity(result.raw.strip())[1]
    kept = tuple(problem for problem in result.problems if problem.code not in harmless)
    return Reading(result.raw, Target.WORDS, words, count=result.count, problems=kept, scan=result)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
