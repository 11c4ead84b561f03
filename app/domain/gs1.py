"""GS1 element strings: what a DataMatrix or GS1-128 on a pack says, read with suspicion.

biip knows the application identifiers; around it stand guards that it does not have: a length cap,
our own check of the GTIN's check digit, dates that must exist, one value per identifier, and a
warning when a separator was lost and the expiry slid into the lot (GS1 General Specifications §7).
Reading never raises: what is wrong comes back as problems, so that a scan is never lost.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from app.domain import expiry as expiries
from app.domain.codes import gtin as gtins
from app.domain.codes.normalise import is_digits, mod10
from app.domain.errors import DomainError, Problem, Severity
from app.i18n import _

SEPARATOR: Final = "\x1d"
SUBSTITUTES: Final = ("<GS>", "{GS}", "^]", "\x1c", "\x1e", "\u2194", "\u241d")
"""How separators arrive: as text, or as the character that Alt+29 gives on some keyboards."""
LONGEST: Final = 128
MOST_ELEMENTS: Final = 12
_SYMBOLOGIES: Final = ("]C1", "]d2", "]D2", "]Q3", "]E0", "]e0")
_BRACKETED: Final = re.compile(r"\(([0-9]{2,4})\)")
_FIXED: Final = frozenset(f"{n:02d}" for n in (*range(5), *range(11, 21), *range(31, 37), 41))
_DATES: Final = frozenset({"11", "12", "13", "15", "16", "17"})
_SWALLOWED_DATE: Final = re.compile(r".+?(?:17|11)(?P<day>[0-9]{6})(?:(?:10|21).*)?")
_SWALLOWED_SERIAL: Final = re.compile(r"[0-9A-Z]{4,}21[0-9A-Z]{6,}")
_SWALLOWED_GTIN: Final = re.compile(r".*01(?P<gtin>[0-9]{14})")
_ALPHANUMERIC: Final = re.compile(r"[!\"%-?A-Z_a-z]{1,20}")
_MAX_COUNT: Final = 10**8
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Gs1Elements:
    """What an element string says.

    Attributes:
        gtin: AI 01 (or 02, the content of a case) as 14 digits; empty when absent.
        lot: AI 10.
        serial: AI 21.
        expiry: AI 17, the last good day; day 00 is the last of the month.
        produced: AI 11.
        count: AI 37 or 30; 0 when absent.
        sscc: AI 00, a logistic unit.
        extra: Other identifiers and their values.
        problems: Errors (do not use it) and warnings (look at the pack).
    """

    gtin: str = ""
    lot: str = ""
    serial: str = ""
    expiry: date | None = None
    produced: date | None = None
    count: int = 0
    sscc: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = field(default=(), compare=False)

    @property
    def usable(self) -> bool:
        """Whether nothing forbids to use it."""
        return not any(problem.blocks for problem in self.problems)


def parse(text: str, *, separator: str = "", today: date | None = None) -> Gs1Elements:
    """Read an element string as a scanner sends it, or as ``(01)…(17)…`` text.

    Args:
        text: With or without symbology prefix; separators as 0x1D, as one of the usual stand-ins,
            or as `separator`.
        separator: What this scanner sends for FNC1, such as ``|``.
        today: Decides the century of two-digit years; without it they are 20YY.

    >>> found = parse("]d201069245618840741728020010K260318")
    >>> found.gtin, str(found.expiry), found.lot
    ('06924561884074', '2028-02-29', 'K260318')
    """
    if len(text) > LONGEST:
        text = _("扫到 {n} 个字符，太长了。请重新扫一次。", n=len(text))
        return Gs1Elements(problems=(Problem("gs1.long", text),))
    pairs, problems = _split(clean(text, separator))
    return _gather(pairs, problems, today)


def looks_like(text: str) -> bool:
    """Whether the text should be read as GS1: by prefix, by brackets, or as 01 + valid GTIN."""
    if text.startswith(_SYMBOLOGIES) or _BRACKETED.match(text):
        return True
    return text.startswith("01") and is_digits(text[2:16]) and gtins.is_valid(text[2:16].zfill(14))


def clean(text: str, separator: str = "") -> str:
    """The text in half width, with one kind of separator and no symbology prefix."""
    plain = text.strip("\r\n\t ")
    for sign in (separator, *SUBSTITUTES):
        if sign:
            plain = plain.replace(sign, SEPARATOR)
    plain = unicodedata.normalize("NFKC", plain)
    plain = plain[3:] if plain.startswith(_SYMBOLOGIES) else plain
    return plain.strip(SEPARATOR)


def build(elements: Gs1Elements) -> str:
    """The elements as ``(01)…(17)…(10)…(21)…``, those of predefined length first.

    Raises:
        DomainError: A value that GS1 cannot carry; nothing half right is ever printed.

    >>> build(Gs1Elements(gtin="6924561884074", lot="K1", expiry=date(2028, 2, 29)))
    '(01)06924561884074(17)280229(10)K1'
    """
    return "".join(f"({identifier}){value}" for identifier, value in _ordered(elements))


def element_string(elements: Gs1Elements) -> str:
    """The same as a scanner sends it: FNC1 (0x1D) after every open-ended element but the last."""
    parts = [
        f"{ai}{value}" + ("" if ai[:2] in _FIXED else SEPARATOR) for ai, value in _ordered(elements)
    ]
    return "".join(parts).removesuffix(SEPARATOR)


def _split(plain: str) -> tuple[list[tuple[str, str]], list[Problem]]:
    """Identifiers and values in their order, up to the first that cannot be read."""
    pairs: list[tuple[str, str]] = []
    bracketed = bool(_BRACKETED.match(plain))
    for piece in _pieces(plain) if bracketed else (plain,):
        rest = piece
        while rest:
            if len(pairs) >= MOST_ELEMENTS:
                text = _("一个码里的内容太多，像是连扫了两次。请重新扫一次。")
                return pairs, [Problem("gs1.many", text)]
            found = _first(rest)
            if found is None:
                return pairs, [_unreadable(rest)]
            pairs.append(found)
            rest = rest[len(found[0]) + len(found[1]) :].lstrip(SEPARATOR)
            if bracketed and rest:
                return pairs, [_unreadable(piece)]
    return pairs, []


def _pieces(plain: str) -> Iterator[str]:
    """Bracketed text cut at its brackets, each piece one element."""
    marks = list(_BRACKETED.finditer(plain))
    ends = [mark.start() for mark in marks[1:]] + [len(plain)]
    for mark, end in zip(marks, ends, strict=True):
        yield mark[1] + plain[mark.end() : end].strip(SEPARATOR)


def _first(rest: str) -> tuple[str, str] | None:
    """The identifier and value at the front.

    A date is measured with harmless digits in its place: `expiry` says later what is wrong with it.
    """
    # Loaded by the first scan: its table of prefixes costs every start a tenth of a second.
    from biip import ParseError
    from biip.gs1_element_strings import GS1ElementString

    masked = rest
    if rest[:2] in _DATES and is_digits(rest[2:8]):
        masked = rest[:2] + "260101" + rest[8:]
    try:
        element = GS1ElementString.extract(masked)
    except ParseError:
        return None
    identifier = element.ai.ai
    return identifier, rest[len(identifier) : len(identifier) + len(element.value)]


def _unreadable(rest: str) -> Problem:
    shown = rest.replace(SEPARATOR, " ")[:_SHOWN]
    return Problem(
        "gs1.form", _("码里这一段看不懂：{text}。请重新扫一次，或手动输入。", text=shown)
    )


def _gather(
    pairs: Sequence[tuple[str, str]], problems: list[Problem], today: date | None
) -> Gs1Elements:
    found: dict[str, str] = {}
    for identifier, value in pairs:
        if found.setdefault(identifier, value) != value:
            text = _("码里的内容前后不一致，像是连扫了两次。请重新扫一次。")
            problems.append(Problem("gs1.twice", text))
    if not pairs and not problems:
        problems.append(_unreadable(""))
    expiry = _date(found.pop("17", ""), problems, today)
    lot, serial = found.pop("10", ""), found.pop("21", "")
    count = found.pop("37", "") or found.pop("30", "")
    problems.extend(_suspicions(lot, serial, expiry is not None))
    return Gs1Elements(
        gtin=_checked_gtin(found.pop("01", "") or found.pop("02", ""), problems),
        lot=lot,
        serial=serial,
        expiry=expiry,
        produced=_date(found.pop("11", ""), problems, today),
        count=int(count) if is_digits(count) else 0,
        sscc=_checked_sscc(found.pop("00", ""), problems),
        extra=found,
        problems=tuple(problems),
    )


def _checked_gtin(gtin: str, problems: list[Problem]) -> str:
    try:
        return gtins.validate(gtin) if gtin else ""
    except DomainError as error:
        problems.append(Problem("gs1.check", error.text))
        return ""


def _checked_sscc(sscc: str, problems: list[Problem]) -> str:
    if not sscc or is_sscc(sscc):
        return sscc
    text = _("物流箱码 {code} 的校验位不对。请重新扫一次。", code=sscc)
    problems.append(Problem("gs1.check", text))
    return ""


def is_sscc(text: str) -> bool:
    """Whether 18 digits carry the check digit of a serial shipping container code."""
    return is_digits(text) and len(text) == len("3" * 18) and int(text[-1]) == mod10(text[:-1])


def _date(digits: str, problems: list[Problem], today: date | None) -> date | None:
    try:
        return expiries.from_gs1(digits, today) if digits else None
    except DomainError as error:
        problems.append(Problem("gs1.date", error.text))
        return None


def _suspicions(lot: str, serial: str, has_expiry: bool) -> Iterator[Problem]:
    """Signs that a separator was lost: never silently "no expiry"."""
    for value, name in ((lot, _("批号")), (serial, _("序列号"))):
        glued = _SWALLOWED_GTIN.match(value)
        if glued and gtins.is_valid(glued["gtin"]):
            yield Problem("gs1.glued", _("像是两个码连在一起了。请重新扫一次。"))
            return
        day = "" if has_expiry else _swallowed_day(value)
        if day:
            text = _(
                "{name}「{value}」里好像夹着日期 {day}，扫描枪没有送出分隔符。"
                "请核对包装上的批号和有效期。",
                name=name,
                value=value,
                day=day,
            )
            yield Problem("gs1.swallowed", text, severity=Severity.WARNING)
    if lot and not serial and _SWALLOWED_SERIAL.fullmatch(lot):
        text = _("批号「{lot}」里可能夹着序列号，扫描枪没有送出分隔符。请核对包装。", lot=lot)
        yield Problem("gs1.swallowed", text, severity=Severity.WARNING)


def _swallowed_day(value: str) -> str:
    found = _SWALLOWED_DATE.fullmatch(value)
    try:
        return expiries.shown(expiries.from_gs1(found["day"])) if found else ""
    except DomainError:
        return ""


def _ordered(elements: Gs1Elements) -> list[tuple[str, str]]:
    return sorted(_pairs(elements), key=lambda pair: pair[0][:2] not in _FIXED)


def _pairs(elements: Gs1Elements) -> Iterator[tuple[str, str]]:
    """The elements as identifier and value, each checked."""
    if elements.sscc:
        yield "00", _need(is_sscc(elements.sscc), elements.sscc)
    if elements.gtin:
        yield "01", gtins.validate(elements.gtin)
    if elements.produced:
        yield "11", f"{elements.produced:%y%m%d}"
    if elements.expiry:
        yield "17", f"{elements.expiry:%y%m%d}"
    for identifier, value in (("10", elements.lot), ("21", elements.serial)):
        if value:
            right = bool(_ALPHANUMERIC.fullmatch(value)) and not _BRACKETED.search(value)
            yield identifier, _need(right, value)
    if elements.count:
        yield "37", _need(0 < elements.count < _MAX_COUNT, str(elements.count))
    for identifier, value in elements.extra.items():
        yield identifier, _need(_first(identifier + value) == (identifier, value), value)


def _need(right: bool, value: str) -> str:
    if right:
        return value
    raise DomainError(
        "gs1.value",
        _(
            "「{value}」不能印进条码：最多 20 个英文字母、数字和常用符号。请改正后再打印。",
            value=value[:_SHOWN],
        ),
    )
