"""What did the scanner read? One classifier for every field that takes scans.

The order follows how surely a code can be told: own prefixes, symbology prefixes, structure with a
check digit, then mere length. 本位码 and GTIN-14 share form and check digit, so a result of kind
NATIONAL carries the GTIN too and the caller asks which of the two is registered. Nothing raises:
an unreadable scan is UNKNOWN with the raw text kept, to be bound to an item by a person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final

from app.domain import expiry as expiries, gs1
from app.domain.codes import (
    gtin as gtins,
    label_code,
    national_drug_code,
    pack_code,
    trace_code,
    udi_ahm,
    udi_ma,
)
from app.domain.errors import DomainError, Problem
from app.i18n import _

LONGEST: Final = 256
MOST_PER_SCAN: Final = 100_000
_TIMES: Final = re.compile(r"(?P<count>[0-9]{1,6})[*×](?P<code>.+)", re.DOTALL)
_DOCUMENT: Final = re.compile(r"(?P<prefix>[A-Z]{2,4})(?P<day>20[0-9]{6})-?(?P<number>[0-9]{3,6})")
_OWN_LENGTHS: Final = (2 + label_code.LENGTH, 2 + len("DSB0001260801000001J"))
"""AI 21 and our own code, at the end of the GS1 code of a label that we printed."""
_GLUED: Final = re.compile(r"([0-9]{8,20})\1")


class ScanKind(StrEnum):
    """What a scan turned out to be."""

    PACK = "pack"
    LABEL = "label"
    SSCC = "sscc"
    GS1 = "gs1"
    MA = "ma"
    AHM = "ahm"
    TRACE = "trace"
    NATIONAL = "national"
    GTIN = "gtin"
    DELIVERY = "delivery"
    RULE = "rule"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ScanResult:
    """A classified scan.

    Attributes:
        kind: What it is.
        raw: The text as it came, without the line end.
        code: The code to look up: GTIN-14, trace code, pack code, document number, item code.
        count: How many were meant by a ``12*`` before the code; 1 otherwise.
        lot: Lot, where the code carries one.
        serial: Serial number, where the code carries one.
        expiry: Expiry, where the code carries one; a scan without must never wipe a known one.
        fields: Further parts by name, such as ``prefix`` of a trace code.
        problems: Errors (do not use it) and warnings (look at the pack).
    """

    kind: ScanKind
    raw: str
    code: str = ""
    count: int = 1
    lot: str = ""
    serial: str = ""
    expiry: date | None = None
    fields: dict[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether the code may be looked up."""
        return self.kind is not ScanKind.UNKNOWN and not any(p.blocks for p in self.problems)

    @property
    def own_label(self) -> str:
        """Our own label or pack: its code alone, or the serial of a GS1 code that we printed."""
        if self.kind in {ScanKind.LABEL, ScanKind.PACK}:
            return self.code
        return self.serial if self.kind is ScanKind.GS1 and _is_own(self.serial) else ""


@dataclass(frozen=True, slots=True)
class BarcodeRule:
    """How one supplier's own label is cut: positions count from 0, a length of 0 means absent.

    Attributes:
        title: Whose labels these are.
        prefix: How the code begins; empty for any.
        length: Its whole length; 0 for any.
        item: Start and length of the item code.
        lot: Start and length of the lot.
        expiry: Start and length of the expiry.
        short_year: The expiry is YYMM or YYMMDD instead of YYYYMM or YYYYMMDD.
    """

    title: str
    prefix: str
    length: int
    item: tuple[int, int]
    lot: tuple[int, int] = (0, 0)
    expiry: tuple[int, int] = (0, 0)
    short_year: bool = True

    def matches(self, text: str) -> bool:
        """Whether the text is one of these labels."""
        long_enough = len(text) >= max(sum(self.item), sum(self.lot), sum(self.expiry))
        return (
            bool(self.prefix or self.length)
            and text.startswith(self.prefix)
            and (not self.length or len(text) == self.length)
            and long_enough
        )


def apply(rule: BarcodeRule, text: str) -> ScanResult:
    """Cut a label by a rule that matches it; an impossible expiry becomes a problem."""
    problems: tuple[Problem, ...] = ()
    found: date | None = None
    digits = _cut(text, rule.expiry)
    if digits:
        try:
            found = expiries.parse(digits, two_digit_year=rule.short_year)
        except DomainError as error:
            problems = (Problem(error.code, error.text),)
    return ScanResult(
        ScanKind.RULE,
        text,
        code=_cut(text, rule.item).strip(),
        lot=_cut(text, rule.lot).strip(),
        expiry=found,
        fields={"rule": rule.title},
        problems=problems,
    )


def split_quantity(text: str) -> tuple[int, str]:
    """A ``12*`` before a code means twelve of it: (12, code); without it (1, text).

    >>> split_quantity("12*6924561884074")
    (12, '6924561884074')
    """
    found = _TIMES.fullmatch(text)
    if found is None or not 0 < int(found["count"]) <= MOST_PER_SCAN:
        return 1, text
    return int(found["count"]), found["code"]


def classify(
    text: str,
    *,
    rules: Sequence[BarcodeRule] = (),
    substitute: str = "",
    today: date | None = None,
) -> ScanResult:
    """What a scan is. Never raises.

    Args:
        text: As the scanner sent it, full-width digits and quantity prefix included.
        rules: The suppliers' own labels, tried before mere lengths.
        substitute: What this scanner sends for the GS1 separator.
        today: Decides the century of two-digit years.

    >>> classify("６９２４５６１８８４０７４").code
    '06924561884074'
    >>> classify("3*DSB0001260801000001J").count
    3
    """
    raw = text.strip("\r\n\t ")
    if len(raw) > LONGEST:
        return _unknown(
            raw[:LONGEST], "scan.long", _("扫到 {n} 个字符，太长了。请重新扫一次。", n=len(raw))
        )
    count, code = split_quantity(unicodedata.normalize("NFKC", raw))
    for sign in (substitute, *gs1.SUBSTITUTES):
        code = code.replace(sign, gs1.SEPARATOR) if sign else code
    code = code.strip(gs1.SEPARATOR)  # some scanners send the FNC1 that only opens a code, too
    if any(unicodedata.category(sign)[0] == "C" and sign != gs1.SEPARATOR for sign in code):
        return _unknown(
            raw, "scan.control", _("码里有看不见的控制字符。请检查扫描枪设置，再扫一次。")
        )
    return replace(_classify(code, rules, today), raw=raw, count=count)


def _classify(code: str, rules: Sequence[BarcodeRule], today: date | None) -> ScanResult:
    upper = code.upper()
    for attempt in (_own, _structured):
        found = attempt(code, upper, today)
        if found is not None:
            return found
    for rule in rules:
        if rule.matches(code):
            return apply(rule, code)
    return _by_length(upper) or _not_known(upper)


def _own(code: str, upper: str, today: date | None) -> ScanResult | None:
    """Codes that carry our own prefix or check digit, and shipping units."""
    del today
    if upper.startswith("DSB"):
        return _checked(ScanKind.PACK, code, pack_code.validate)
    if label_code.is_valid(code):
        return ScanResult(ScanKind.LABEL, code, code)
    if code.startswith("00") and gs1.is_sscc(code[2:]):
        return ScanResult(ScanKind.SSCC, code, code[2:])
    document = _DOCUMENT.fullmatch(upper)
    if document:
        return ScanResult(ScanKind.DELIVERY, code, upper, fields=document.groupdict())
    return None


def _structured(code: str, upper: str, today: date | None) -> ScanResult | None:
    """Codes whose structure says what they are: GS1, MA, AHM."""
    if gs1.looks_like(code):
        return _from_gs1(_parted(code), today)
    if upper.startswith("MA."):
        return _from_parts(ScanKind.MA, code)
    if upper.startswith("MF") and "*" in code:
        return _from_parts(ScanKind.AHM, code)
    return None


def _by_length(code: str) -> ScanResult | None:
    """Bare digits, told by their number and check digit."""
    if trace_code.is_valid(code):
        return ScanResult(ScanKind.TRACE, code, code, fields={"prefix": trace_code.prefix(code)})
    if national_drug_code.is_valid(code):
        return ScanResult(ScanKind.NATIONAL, code, code, fields={"gtin": code})
    if code.isascii() and code.isdigit() and len(code) in {8, 12, 13, 14}:
        return _checked(ScanKind.GTIN, code, gtins.validate)
    return None


def _parted(code: str) -> str:
    """Our own label with its separator, which many scanners leave out.

    The serial of a label that we printed is told by its check digit, so the lot before it ends
    where the serial begins; of other makers' codes nobody can know that.
    """
    if gs1.SEPARATOR not in code and "(" not in code:
        for length in _OWN_LENGTHS:
            head, tail = code[:-length], code[-length:]
            if tail.startswith("21") and _is_own(tail[2:]):
                return head + gs1.SEPARATOR + tail
    return code


def _is_own(serial: str) -> bool:
    return label_code.is_valid(serial) or pack_code.is_valid(serial)


def _from_gs1(code: str, today: date | None) -> ScanResult:
    found = gs1.parse(code, today=today)
    kind = ScanKind.SSCC if found.sscc and not found.gtin else ScanKind.GS1
    fields = {f"ai{ai}": value for ai, value in found.extra.items()}
    if found.count:
        fields["count"] = str(found.count)
    if found.produced is not None:
        fields["produced"] = found.produced.isoformat()
    return ScanResult(
        kind,
        code,
        code=found.gtin or found.sscc or found.extra.get("240", ""),
        lot=found.lot,
        serial=found.serial,
        expiry=found.expiry,
        fields=fields,
        problems=found.problems,
    )


def _from_parts(kind: ScanKind, code: str) -> ScanResult:
    """An MA or AHM code; one with a day that does not exist is not used."""
    try:
        parts = udi_ma.parse(code) if kind is ScanKind.MA else udi_ahm.parse(code)
    except DomainError as error:
        return _unknown(code, error.code, error.text)
    return ScanResult(
        kind,
        code,
        code=parts.di,
        lot=parts.lot,
        serial=parts.serial,
        expiry=parts.expiry,
        fields={"produced": parts.produced.isoformat()} if parts.produced else {},
    )


def _checked(kind: ScanKind, code: str, validate: Callable[[str], str]) -> ScanResult:
    """A code that must pass its check; a failed check is a problem, not another kind."""
    try:
        return ScanResult(kind, code, validate(code))
    except DomainError as error:
        return _unknown(code, error.code, error.text)


def _not_known(code: str) -> ScanResult:
    if _GLUED.fullmatch(code):
        return _unknown(code, "scan.glued", _("像是两个码连在一起了。请重新扫一次。"))
    if not code:
        return _unknown(code, "scan.empty", _("没有扫到内容。请重新扫一次。"))
    return _unknown(
        code,
        "scan.unknown",
        _("认不出 {code} 是什么码。可关联到品规，或手动查找。", code=code[:40]),
    )


def _unknown(raw: str, problem: str, text: str) -> ScanResult:
    return ScanResult(ScanKind.UNKNOWN, raw, problems=(Problem(problem, text),))


def _cut(text: str, span: tuple[int, int]) -> str:
    start, length = span
    return text[start : start + length] if length else ""
