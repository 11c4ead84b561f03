"""The state of the page without widgets: the board, edits with undo, and what is on its way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from PySide6.QtCore import QObject, Signal

from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.replenish.cautions import HARD, Caution, cautions
from app.domain.replenish.explain import Phrase
from app.domain.replenish.review import check_quantity
from app.i18n import _
from app.services.db import Database
from app.services.replenishment.edit import Edit, Edited, edit
from app.services.replenishment.group_first import Help
from app.services.replenishment.review import line_of
from app.services.replenishment.suggestions import Board, SuggestionRow
from app.ui.pages.replenishment.rows import shown_unit

_FOLD = str.maketrans("０１２３４５６７８９，", "0123456789,")


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person wants of a line."""

    chosen: int
    picked: bool
    reason: str


def choice_of(row: SuggestionRow) -> Choice:
    """What the line says now."""
    return Choice(row.chosen, row.picked, row.edit_reason)


Writer = Callable[
    [Callable[[], Edited], Callable[[Edited], None], Callable[[Exception], None]], object
]
"""Runs a change on the one writer thread: work, done, failed."""


class Suggestions(QObject):
    """The lines of the board.

    Every change is written at once, so that nothing is lost when the program ends; versions pass
    from one write to the next on the writer thread, so quick changes of one line keep their order.

    Signals:
        line_changed: A line has other figures now (carries the `SuggestionRow`).
        board_changed: All lines are other ones.
        refused: A change could not be kept (carries the exception); the line is as before.
        settled: All changes are written.
        offers_changed: Other members can give other goods.
    """

    line_changed = Signal(object)
    board_changed = Signal()
    refused = Signal(object)
    settled = Signal()
    offers_changed = Signal()

    def __init__(self, db: Database, actor: Actor, write: Writer, parent: QObject) -> None:
        super().__init__(parent)
        self._db, self._actor, self._write = db, actor, write
        self.board: Board | None = None
        self._lines: dict[int, SuggestionRow] = {}
        self._versions: dict[int, int] = {}
        self._undo: list[tuple[int, Choice, Choice]] = []
        self._redo: list[tuple[int, Choice, Choice]] = []
        self._looks: dict[int, tuple[tuple[Caution, Phrase], ...]] = {}
        self._offers: Mapping[int, Help] = {}
        self.only: frozenset[int] | None = None
        self.pending = 0

    @property
    def lines(self) -> Sequence[SuggestionRow]:
        """All lines, worst first."""
        return tuple(self._lines.values())

    @property
    def picked(self) -> tuple[SuggestionRow, ...]:
        """The lines that go into the next requisition."""
        return tuple(row for row in self._lines.values() if row.picked and row.chosen > 0)

    @property
    def safe(self) -> tuple[SuggestionRow, ...]:
        """Picked lines that nobody needs to look at."""
        return tuple(row for row in self.picked if row.item_id not in self._looks)

    @property
    def looked(self) -> tuple[SuggestionRow, ...]:
        """Lines to be looked at, picked or not."""
        return tuple(row for row in self._lines.values() if row.item_id in self._looks)

    def look(self, item_id: int) -> str:
        """Why a line should be looked at; empty for a safe one."""
        return "；".join(str(words) for _kind, words in self._looks.get(item_id, ()))

    def offer(self, item_id: int) -> Help | None:
        """What another member can give of what is chosen, None for nothing."""
        row = self._lines.get(item_id)
        return self._offers.get(item_id) if row is not None and row.chosen > 0 else None

    @property
    def offers(self) -> tuple[Help, ...]:
        """All that members can give of the picked lines, worst line first."""
        found = (self.offer(row.item_id) for row in self.picked)
        return tuple(one for one in found if one is not None)

    def show_offers(self, offers: Mapping[int, Help]) -> None:
        """Take what other members can give, by item."""
        self._offers = offers
        self.offers_changed.emit()

    def barred(self, item_id: int) -> bool:
        """Whether the line cannot be asked for as it stands."""
        return any(kind in HARD for kind, _words in self._looks.get(item_id, ()))

    @property
    def edited(self) -> int:
        """How many lines a person changed."""
        return sum(1 for row in self._lines.values() if row.edited)

    @property
    def total(self) -> Decimal:
        """What the picked lines cost."""
        return sum((row.amount or Decimal(0) for row in self.picked), Decimal(0))

    @property
    def suppliers(self) -> int:
        """From how many suppliers."""
        return len({row.supplier_id for row in self.picked})

    def versions(self) -> tuple[tuple[int, int], ...]:
        """Picked lines (of `only`, where that is set) as (item, version), for the requisition."""
        wanted = self.only
        return tuple(
            (row.item_id, self._versions[row.item_id])
            for row in self.picked
            if wanted is None or row.item_id in wanted
        )

    def line(self, item_id: object) -> SuggestionRow | None:
        """The line of an item."""
        return self._lines.get(item_id) if isinstance(item_id, int) else None

    def show(self, board: Board) -> None:
        """Take another board."""
        self.board = board
        self._lines = {row.item_id: row for row in board.rows}
        self._versions = {row.item_id: row.version for row in board.rows}
        self._looks = {}
        for row in board.rows:
            self._judge(row)
        self._undo = [step for step in self._undo if step[0] in self._lines]
        self._redo = [step for step in self._redo if step[0] in self._lines]
        self.board_changed.emit()

    def typed(self, row: SuggestionRow, text: str) -> Choice:
        """What was typed into the quantity; raises `DomainError` when it cannot be ordered."""
        unit, factor = shown_unit(row)
        digits = text.translate(_FOLD).replace(",", "").removesuffix(unit).strip()
        if not digits.isdecimal():
            raise DomainError(
                "quantity.form",
                _("「{text}」不是数量。请填整数，单位是{unit}。", text=text, unit=unit),
            )
        chosen = int(digits) * factor
        pack = (row.pack_unit, row.pack_factor)
        check_quantity(chosen, row.why.multiple, row.why.multiple_unit, pack)
        return Choice(chosen, chosen > 0 and row.unit_price is not None, row.edit_reason)

    def change(self, item_id: int, wanted: Choice) -> None:
        """Change a line; can be undone."""
        row = self._lines[item_id]
        before = choice_of(row)
        if wanted != before:
            self._undo.append((item_id, before, wanted))
            self._redo.clear()
            self._apply(item_id, wanted)

    def undo(self) -> bool:
        """Take back the last change."""
        return self._step(self._undo, self._redo, 1)

    def redo(self) -> bool:
        """Do again what was taken back."""
        return self._step(self._redo, self._undo, 2)

    def _step(
        self,
        source: list[tuple[int, Choice, Choice]],
        target: list[tuple[int, Choice, Choice]],
        side: int,
    ) -> bool:
        if not source:
            return False
        step = source.pop()
        target.append(step)
        self._apply(step[0], step[1] if side == 1 else step[2])
        return True

    def _apply(self, item_id: int, wanted: Choice) -> None:
        row = self._lines[item_id]
        self._put(
            replace(
                row,
                chosen=wanted.chosen,
                picked=wanted.picked and wanted.chosen > 0,
                edited=wanted.chosen != row.suggested,
                edit_reason=wanted.reason,
            )
        )
        self.pending += 1
        self._write(
            partial(self._send, row, wanted, new_op()),
            self._kept,
            partial(self._not_kept, row),
        )

    def _send(self, row: SuggestionRow, wanted: Choice, op_id: object) -> Edited:
        """On the writer thread: one after the other, each with the version of the one before."""
        command = Edit(
            op_id,  # type: ignore[arg-type]  # a UUID, made once per intention
            self.board.org_id if self.board else 0,
            row.place_id,
            row.item_id,
            self._versions[row.item_id],
            wanted.chosen,
            wanted.picked,
            wanted.reason,
        )
        done = edit(self._db, self._actor, command)
        self._versions[row.item_id] = done.version
        return done

    def _kept(self, done: Edited) -> None:
        row = self._lines.get(done.item_id)
        if row is not None:
            self._lines[done.item_id] = replace(row, version=done.version)
        self._one_less()

    def _not_kept(self, before: SuggestionRow, error: Exception) -> None:
        if before.item_id in self._lines:
            self._put(before)
        self._undo = [step for step in self._undo if step[0] != before.item_id]
        self._one_less()
        self.refused.emit(error)

    def _one_less(self) -> None:
        self.pending -= 1
        if self.pending == 0:
            self.settled.emit()

    def _judge(self, row: SuggestionRow) -> None:
        above = self.board.settings.look_above if self.board else 0
        found = cautions(line_of(row, above)) if row.status == "open" else ()
        self._looks.pop(row.item_id, None)
        if found:
            self._looks[row.item_id] = found

    def _put(self, row: SuggestionRow) -> None:
        self._lines[row.item_id] = row
        self._judge(row)
        self.line_changed.emit(row)
