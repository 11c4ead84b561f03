"""One row of a sheet, read field by field; what is wrong is collected, not raised."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from app.adapters.sheets import Table
from app.domain import expiry, money
from app.domain.errors import DomainError, Problem
from app.i18n import _
from app.services.importing.columns import Located

_COUNT: Final = re.compile(r"([0-9][0-9,]*)(?:\.0+)?")
_MONEY_NOISE: Final = re.compile(r"[¥￥,\s]|元$")
_MAX_COUNT: Final = 10**9


@dataclass(slots=True)
class SheetRow:
    """A row being read.

    Attributes:
        number: 1-based row in the sheet, as Excel shows it.
        problems: What was wrong so far, with row and column.
    """

    number: int
    cells: tuple[str, ...]
    located: Located
    problems: list[Problem] = field(default_factory=list)

    def text(self, key: str) -> str:
        """The cell in half width, blanks folded; empty when the sheet has no such column."""
        column = self.located.columns.get(key)
        if column is None or column >= len(self.cells):
            return ""
        plain = unicodedata.normalize("NFKC", self.cells[column])
        return " ".join(plain.split())

    def count(self, key: str, default: int = 0) -> int:
        """A whole number; a wrong one becomes a problem and counts as `default`."""
        text = self.text(key)
        if not text:
            return default
        found = _COUNT.fullmatch(text)
        value = int(found[1].replace(",", "")) if found else -1
        if not 0 <= value <= _MAX_COUNT:
            self.wrong(key, "import.count", _("「{text}」不是整数。请填整数，如 24。", text=text))
            return default
        return value

    def price(self, key: str) -> Decimal | None:
        """An amount of money with at most four places; None when empty or wrong."""
        text = _MONEY_NOISE.sub("", self.text(key))
        if not text:
            return None
        try:
            return money.price(text)
        except DomainError as error:
            self.wrong(key, error.code, error.text)
            return None

    def day(self, key: str) -> date | None:
        """A day; None when empty or wrong. A month means its last day."""
        text = self.text(key)
        if not text:
            return None
        try:
            return expiry.parse(text)
        except DomainError:
            self.wrong(
                key,
                "import.day",
                _("「{text}」不是日期。请写成 2026-10-14 的样子。", text=text[:20]),
            )
            return None

    def choice(self, key: str, words: Mapping[str, str], default: str) -> str:
        """One of the words (text → value); another word becomes a problem."""
        text = self.text(key)
        if not text:
            return default
        if text in words:
            return words[text]
        right = "、".join(words)
        self.wrong(
            key,
            "import.choice",
            _("没有「{value}」这一项。可选：{right}。", value=text[:20], right=right),
        )
        return default

    def wrong(self, key: str, code: str, text: str) -> None:
        """Note what is wrong with a cell."""
        title = self.located.titles.get(key, "")
        self.problems.append(Problem(code, text, row=self.number, column=title))


def data_rows(table: Table, located: Located) -> Iterator[SheetRow]:
    """The rows below the titles; blank ones and repeated titles are passed over."""
    titles = table.rows[located.row]
    for offset, cells in enumerate(table.rows[located.row + 1 :], located.row + 2):
        if any(cells) and cells != titles:
            yield SheetRow(offset, cells, located)
