"""缺货终止: a supplier cannot deliver the rest of an order that both sides have signed.

The signed version stays word for word; what was ended is kept beside it in notes that both sides
sign (补充说明). What is still wanted = what was signed, less what the notes in force ended.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain import money
from app.domain.errors import Problem
from app.domain.orders.content import ContentLine
from app.i18n import _


@dataclass(frozen=True, slots=True)
class Short:
    """So much of a line will not come; smallest units."""

    line: int
    qty: int


@dataclass(frozen=True, slots=True)
class OpenLine:
    """One line of a signed order as it stands.

    Attributes:
        content: The line with the quantity still wanted.
        received: Accepted so far, smallest units.
        coming: On delivery notes that are not accepted yet.
    """

    content: ContentLine
    received: int
    coming: int

    @property
    def open(self) -> int:
        """What may be declared undeliverable: neither received nor on the way."""
        return max(self.content.qty - self.received - self.coming, 0)


def check_shorts(lines: Sequence[OpenLine], shorts: Sequence[Short]) -> tuple[Problem, ...]:
    """What is wrong with a declaration; empty when it can be made."""
    if not shorts:
        return (Problem("short.nothing", _("还没填哪一行缺多少。请至少填一行。")),)
    known = {one.content.line: one for one in lines}
    doubled = {line for line, times in Counter(one.line for one in shorts).items() if times > 1}
    problems = [
        Problem("short.doubled", _("第 {line} 行填了两次。请合成一个数。", line=line), row=line)
        for line in sorted(doubled)
    ]
    return tuple(problems + [found for one in shorts if (found := _check(one, known))])


def _check(short: Short, known: Mapping[int, OpenLine]) -> Problem | None:
    found = known.get(short.line)
    if found is None:
        text = _("这张单没有第 {line} 行。请刷新后再填。", line=short.line)
        return Problem("short.line", text, row=short.line)
    line = found.content
    if not 0 < short.qty <= found.open:
        text = _(
            "「{name}」还没送的是 {n} {unit}，缺货数量要在 1 到 {n} 之间；已到货和在途的不算。",
            name=line.name,
            n=found.open // line.pack_factor,
            unit=line.unit,
        )
        return Problem("short.qty", text, row=short.line, column="qty")
    if short.qty % line.pack_factor:
        return Problem("short.pack", line.packs_only, row=short.line, column="qty")
    return None


def still_wanted(lines: Sequence[ContentLine], ended: Mapping[int, int]) -> tuple[ContentLine, ...]:
    """The signed lines less what was ended of them; lines ended whole are left out."""
    return tuple(
        line if not gone else _less(line, gone)
        for line in lines
        for gone in (ended.get(line.line, 0),)
        if line.qty > gone
    )


def _less(line: ContentLine, gone: int) -> ContentLine:
    qty = line.qty - gone
    return line._replace(qty=qty, amount=money.amount(line.unit_price, qty, line.price_factor))


def note_digest(no: str, signed: bytes, shorts: Sequence[Short], reason: str) -> bytes:
    """What both sides sign: the note's number, the digest of the signed order, lines, reason."""
    plain = {
        "no": no,
        "order": signed.hex(),
        "lines": [[one.line, one.qty] for one in sorted(shorts, key=lambda one: one.line)],
        "reason": reason,
    }
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()
