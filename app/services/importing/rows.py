"""One row of a sheet, read field by field; what is wrong is collected, not raised."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final

from app.adapters.sheets import MAX_CELL, Table
from app.domain import expiry, money
from app.domain.errors import DomainError, Problem
from app.i18n import _
from app.services.importing.columns import Located

_COUNT: Final = re.compile(r"([0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.0+)?")
_MEASURE: Final = re.compile(r"(-?[0-9][0-9,.]*) ?([^\W\d_]{1,6})")
_AMOUNT: Final = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?")
_SERIAL: Final = re.compile(r"[2-9][0-9]{4}")
_SERIAL_ZERO: Final = date(1899, 12, 30)
_MONEY_NOISE: Final = re.compile(r"[¥￥,\s]|元$")
_BLANK: Final = re.compile(r"[\s:：]+")
_MAX_COUNT: Final = 10**9
_REMEMBERED: Final = 20_000
_SUMS: Final = frozenset({"合计", "总计", "小计", "共计", "本页合计", "本页小计"})
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NUMBER: Final = re.compile(r"[-¥￥]?[0-9][0-9,]*(?:\.[0-9]+)?(?:元|%)?")
_BREAKS: Final = frozenset("\n\r\t\u200b\ufeff")
"""Line ends inside a cell and the blanks that copying leaves: folded, not refused."""


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
    texts: dict[str, str] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """The cell in half width, blanks folded; empty when the sheet has no such column."""
        return self.texts.get(key, "")

    def count(self, key: str, default: int = 0) -> int:
        """A whole number; a wrong one becomes a problem and counts as `default`."""
        text = self.text(key)
        return self._whole(key, text, default) if text else default

    def measure(self, key: str) -> tuple[int, str]:
        """A whole number and the unit written behind it (「22 盒」), empty without one."""
        found = _MEASURE.fullmatch(self.text(key))
        if found is None:
            return self.count(key), ""
        return self._whole(key, found[1], 0), found[2]

    def _whole(self, key: str, text: str, default: int) -> int:
        found = _COUNT.fullmatch(text)
        value = int(found[1].replace(",", "")) if found else -1
        if 0 <= value <= _MAX_COUNT:
            return value
        if _COUNT.fullmatch(text.removeprefix("-")) and text.startswith("-"):
            self.wrong(key, "import.count", _("「{text}」是负数。请填 0 或更大的整数。", text=text))
        else:
            self.wrong(key, "import.count", _("「{text}」不是整数。请填整数，如 24。", text=text))
        return default

    def price(self, key: str) -> Decimal | None:
        """An amount of money with at most four places; None when empty or wrong."""
        text = _MONEY_NOISE.sub("", self.text(key))
        if not text:
            return None
        try:
            # Decimal alone would also take 1_000 and ١٢.
            return money.price(text if _AMOUNT.fullmatch(text) else f"「{text[:20]}」")
        except DomainError as error:
            self.wrong(key, error.code, error.text)
            return None

    def day(self, key: str) -> date | None:
        """A day; None when empty or wrong. A month means its last day.

        A number of five digits is a day as Excel counts them (45351 = 2024-02-29).
        """
        text = self.text(key)
        if not text:
            return None
        if _SERIAL.fullmatch(text):
            return _SERIAL_ZERO + timedelta(days=int(text))
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


def let_go(rows: list[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """The rows in their order, none of them held any longer than it is looked at."""
    rows.reverse()
    while rows:
        yield rows.pop()


def data_rows(
    table: Table, located: Located, below: Iterable[tuple[str, ...]] | None = None
) -> Iterator[SheetRow]:
    """The rows below the titles; blank ones, repeated titles, marks and sums are passed over.

    A cell that holds what no cell should (signs that nobody sees, thousands of characters, a
    formula without a result) is noted in its row.

    Args:
        table: The sheet.
        located: Its titles.
        below: The rows below the titles, where the table holds them no more.
    """
    if below is None:
        below = itertools.islice(table.rows, located.row + 1, None)
    titles = table.rows[located.row]
    uncomputed = uncomputed_rows(table, frozenset(located.columns.values()))
    keys, used = tuple(located.columns), tuple(located.columns.values())
    width, plain = max(used, default=-1) + 1, _Plain()
    for offset, cells in _numbered(below, located.row + 2, uncomputed):
        if (any(cells) or offset in uncomputed) and cells != titles and not _is_sum(cells):
            whole = cells if len(cells) >= width else cells + ("",) * (width - len(cells))
            picked = [whole[column] for column in used]
            texts = dict(zip(keys, [plain[cell] for cell in picked], strict=True))
            row = SheetRow(offset, cells, located, texts=texts)
            if plain.odd and not plain.odd.isdisjoint(picked):
                for column in sorted(used):
                    if whole[column] in plain.odd:
                        _look_at(row, column)
            row.problems += uncomputed.get(offset, ())
            yield row


def _numbered(
    below: Iterable[tuple[str, ...]], first: int, uncomputed: Collection[int]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows with their numbers, and those of nothing but uncomputed cells behind the last.

    To the reader those are empty, and cut off at the end of the sheet.
    """
    last = first - 1
    for last, cells in enumerate(below, first):
        yield last, cells
    yield from ((number, ()) for number in sorted(uncomputed) if number > last)


def _is_sum(cells: tuple[str, ...]) -> bool:
    """Whether the row only adds up others: 「合计」 and figures, nothing else."""
    told = False
    for cell in cells:
        if not cell or _NUMBER.fullmatch(cell):
            continue
        if _BLANK.sub("", cell) not in _SUMS:
            return False
        told = True
    return told


class _Plain(dict[str, str]):
    """Cells → their plain text, made once for equal cells; odd ones are noted."""

    def __init__(self) -> None:
        super().__init__()
        self.odd: set[str] = set()

    def __missing__(self, cell: str) -> str:
        """The plain text of a cell that was not seen lately."""
        if len(self) > _REMEMBERED:
            self.clear()
        if not cell.isprintable() or len(cell) > MAX_CELL:
            self.odd.add(cell)
        elif cell.isascii() and " " not in cell:
            self[cell] = cell
            return cell
        text = self[cell] = plain_cell(cell)
        return text


def plain_cell(text: str) -> str:
    """A cell in half width, blanks folded."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text
    folded = text.replace("\u200b", "").replace("\ufeff", "")
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def uncomputed_rows(table: Table, columns: Collection[int]) -> dict[int, list[Problem]]:
    """Row → its cells that came to an error or were never computed, in the columns that are read.

    Args:
        table: The sheet.
        columns: 0-based columns.
    """
    found: dict[int, list[Problem]] = {}
    for place in table.uncomputed:
        digits = place.lstrip(_LETTERS)
        if _column(place.removesuffix(digits)) in columns:
            text = _(
                "{place} 的公式没有结果，或结果是错误值（如 #N/A）。"
                "请在 Excel 里改好，保存后再导入。",
                place=place,
            )
            problem = Problem("import.formula", text, row=int(digits), column=place)
            found.setdefault(int(digits), []).append(problem)
    return found


def _column(letters: str) -> int:
    """``A`` is column 0."""
    number = 0
    for letter in letters:
        number = number * len(_LETTERS) + _LETTERS.index(letter) + 1
    return number - 1


def _look_at(row: SheetRow, column: int) -> None:
    """Note what is wrong with the cell itself."""
    cell = row.cells[column]
    title = next((row.located.titles[k] for k, c in row.located.columns.items() if c == column), "")
    if len(cell) > MAX_CELL:
        text = _("这一格超过 {n} 个字。请只留需要的内容。", n=MAX_CELL)
        row.problems.append(Problem("import.long", text, row=row.number, column=title))
    elif _hidden(cell):
        text = _("这一格里有看不见的控制字符。请重新输入这一格。")
        row.problems.append(Problem("import.control", text, row=row.number, column=title))


@lru_cache(maxsize=32768)
def _hidden(text: str) -> bool:
    """Whether there are signs that nobody sees: controls, directions, halves of characters."""
    if text.isprintable():
        return False
    return any(
        unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn"} and sign not in _BREAKS
        for sign in text
    )
