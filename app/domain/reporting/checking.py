"""The checker: every problem of a file of records, by row and field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from app.domain.errors import DomainError, Problem
from app.domain.reporting.fields import codes_of, number, wrong
from app.domain.reporting.kinds import MessageKind, kind_of
from app.i18n import _

MOST: Final = 500
"""Problems that are told at most; a file in the wrong shape would have millions."""
_HALF_UNIT: Final = Decimal("0.00005")
_CENT: Final = Decimal("0.01")
Record = Mapping[str, str]


def check_file(header: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[Problem, ...]:
    """What is wrong with a file, at most `MOST` problems; row 1 is the header, a blank row ()."""
    try:
        kind = _kind_in(header, rows)
    except DomainError as error:
        return (Problem(error.code, error.text, row=2, column="XXBM"),)
    found = list(_check_header(kind, header))
    if found:
        return tuple(found)
    seen: dict[str, int] = {}
    for place, cells in enumerate(rows, 2):
        if not cells:
            continue
        if len(cells) != len(header):
            text = _("有 {n} 列，应有 {m} 列", n=len(cells), m=len(header))
            found.append(Problem("platform.columns", text, row=place))
        else:
            record = dict(zip(header, cells, strict=True))
            found += check_record(kind, record, place)
            found += _check_key(record, seen, place)
        if len(found) >= MOST:
            break
    return tuple(found[:MOST])


def check_record(kind: MessageKind, record: Record, row: int) -> list[Problem]:
    """What is wrong with one record, field by field, then between fields."""
    found = [
        Problem("platform.field", f"{_(one.title)}：{text}", row=row, column=one.code)
        for one in kind.all_fields
        if (text := wrong(one, record.get(one.code, "")))
    ]
    if record.get("XXBM", "") != kind.code:
        text = _("同一个文件里只能有 {code}", code=kind.code)
        found.append(Problem("platform.mixed", text, row=row, column="XXBM"))
    return found or _between(record, row)


def _kind_in(header: Sequence[str], rows: Sequence[Sequence[str]]) -> MessageKind:
    if "XXBM" not in header:
        raise DomainError(
            "platform.header", _("第一行没有 XXBM 列。第一行要写字段代码，见导出说明。")
        )
    first = next((row for row in rows if row), None)
    if first is None:
        raise DomainError("platform.empty", _("文件里没有记录。"))
    place = list(header).index("XXBM")
    return kind_of(first[place] if len(first) > place else "")


def _check_header(kind: MessageKind, header: Sequence[str]) -> list[Problem]:
    wanted = codes_of(kind.all_fields)
    if tuple(header) == wanted:
        return []
    missing = [code for code in wanted if code not in header]
    extra = [code for code in header if code not in wanted]
    found = [
        Problem("platform.missing", _("{kind} 缺这一列", kind=kind.code), row=1, column=code)
        for code in missing
    ]
    found += [
        Problem("platform.extra", _("{kind} 没有这一列", kind=kind.code), row=1, column=code)
        for code in extra
    ]
    if not found:
        text = _("列的次序不对，应是 {order}", order="、".join(wanted))
        found.append(Problem("platform.order", text, row=1))
    return found


def _check_key(record: Record, seen: dict[str, int], row: int) -> list[Problem]:
    key = record["JLBH"]
    first = seen.setdefault(key, row)
    if first == row:
        return []
    text = _("记录编号 {key} 和第 {n} 行重复", key=key, n=first)
    return [Problem("platform.twice", text, row=row, column="JLBH")]


def _between(record: Record, row: int) -> list[Problem]:
    """Rules between fields: the amount against quantity and price, days in their order."""
    found = []
    qty, price, amount = (number(record.get(code, "")) for code in ("SL", "DJ", "JE"))
    if qty is not None and price is not None and amount is not None:
        qty -= number(record.get("ZPSL", "")) or 0  # gifts cost nothing
        # the price is rounded to a ten-thousandth, so the amount may differ by that much a unit
        room = abs(qty) * _HALF_UNIT + _CENT
        product = (qty * price).quantize(_CENT, ROUND_HALF_UP)
        if abs(product - amount) > room:
            text = _("金额 {amount} 和 数量 × 单价 = {n} 对不上", amount=amount, n=product)
            found.append(Problem("platform.amount", text, row=row, column="JE"))
    for first, last in (("QSRQ", "ZZRQ"),):
        if record.get(first) and record.get(last) and record[last] < record[first]:
            text = _("终止日期早于起始日期")
            found.append(Problem("platform.days", text, row=row, column=last))
    if qty is not None and qty < 0:
        found.append(Problem("platform.qty", _("数量不能是负数"), row=row, column="SL"))
    return found
