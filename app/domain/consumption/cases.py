"""High-value use (高值登记): a case by its reference, an operation, and articles used once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.errors import Problem
from app.i18n import _

_REFERENCE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z\-_/]{2,29}")
"""Letters and digits only: a patient's name cannot be typed into it."""
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Article:
    """One article of a case.

    Attributes:
        code: As scanned.
        serial: Its serial number, empty where the maker gives none.
        high_value: Whether the catalogue counts it as 高值耗材.
        traceable: Whether a lot, a serial or our own label says which one it is.
    """

    code: str
    name: str
    item_id: int
    qty: int
    serial: str = ""
    high_value: bool = True
    traceable: bool = True


def check_case(
    case_no: str, operation: str, doctor: str, articles: Sequence[Article]
) -> list[Problem]:
    """What is wrong with a registration, by field and by article (row, from 1)."""
    problems: list[Problem] = []
    if not _REFERENCE.fullmatch(case_no.strip()):
        text = _("病例号只写字母和数字，如住院号 ZY20261014-03，不写患者姓名。")
        problems.append(Problem("case.no", text, column=_("病例号")))
    if not 2 <= len(operation.strip()) <= _LONGEST:  # noqa: PLR2004 - shortest name of an operation
        text = _("请写手术或操作名称（2 到 {n} 个字）。", n=_LONGEST)
        problems.append(Problem("case.operation", text, column=_("手术")))
    if not 1 <= len(doctor.strip()) <= _LONGEST:
        problems.append(Problem("case.doctor", _("请填术者的工号或姓名。"), column=_("术者")))
    if not articles:
        problems.append(Problem("case.empty", _("还没有扫耗材。请扫包装上的 UDI 或院内码。")))
    seen: dict[tuple[int, str], int] = {}
    for row, article in enumerate(articles, 1):
        problems += _check_article(row, article, seen)
    return problems


def _check_article(row: int, article: Article, seen: dict[tuple[int, str], int]) -> list[Problem]:
    if not article.high_value:
        text = _("{name} 不是高值耗材。请在扫码消耗里登记。", name=article.name)
        return [Problem("case.not_high_value", text, row=row)]
    if not article.traceable:
        text = _("{name} 的码里没有序列号和批号。请扫完整的 UDI，或扫院内码。", name=article.name)
        return [Problem("case.not_traceable", text, row=row)]
    if not article.serial:
        return []
    if article.qty != 1:
        text = _("{name} 序列号 {serial} 只有一件。请一件一扫。",
                 name=article.name, serial=article.serial)  # fmt: skip
        return [Problem("case.one", text, row=row)]
    first = seen.setdefault((article.item_id, article.serial), row)
    if first != row:
        text = _("{name} 序列号 {serial} 在本单第 {row} 行已扫过。请去掉一行。",
                 name=article.name, serial=article.serial, row=first)  # fmt: skip
        return [Problem("case.twice", text, row=row)]
    return []
