"""Editing a design: moving with snapping, changing, undo and redo; no window in here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from app.domain.labels.design.arranging import Arrange, arranged, bounds
from app.domain.labels.design.parts import (
    AnyPart,
    CodeKind,
    CodePart,
    Design,
    FramePart,
    RulePart,
    TextPart,
)
from app.domain.labels.design.turning import turn_by

GRID: Final = 5
"""Half a millimetre."""
REACH: Final = 8
"""An edge this near (0.1 mm) to another draws the part there."""
_LEAST_SIDE: Final = 2
_MOST_STEPS: Final = 200


@dataclass(frozen=True, slots=True)
class Guide:
    """A line shown while a part stands exactly in line with something."""

    upright: bool
    at: int


@dataclass(frozen=True, slots=True)
class Snapped:
    """Where a part comes to stand, and the lines it stands on."""

    x: int
    y: int
    guides: tuple[Guide, ...] = ()


def snap(design: Design, part: AnyPart, x: int, y: int, *, free: bool = False) -> Snapped:
    """Where `part` stands when it is dragged to (x, y): in line with others, else on the grid."""
    if free:
        return Snapped(x, y)
    others = [one for one in design.parts if one.key != part.key]
    across = _lines(design.wide, ((one.x, one.right) for one in others))
    along = _lines(design.high, ((one.y, one.bottom) for one in others))
    new_x, guide_x = _nearest(x, part.width, across)
    new_y, guide_y = _nearest(y, part.height, along)
    guides = [Guide(upright=True, at=guide_x)] if guide_x is not None else []
    guides += [Guide(upright=False, at=guide_y)] if guide_y is not None else []
    return Snapped(new_x, new_y, tuple(guides))


def _lines(size: int, spans: Iterable[tuple[int, int]]) -> set[int]:
    """Edges and middles to stand on."""
    found = {0, size // 2, size}
    for start, end in spans:
        found |= {start, (start + end) // 2, end}
    return found


def _nearest(at: int, length: int, lines: set[int]) -> tuple[int, int | None]:
    """The place whose edge or middle meets a line within reach, else the grid."""
    best: tuple[int, int, int] | None = None
    for offset in (0, length // 2, length):
        for line in lines:
            away = abs(at + offset - line)
            if away <= REACH and (best is None or away < best[0]):
                best = (away, line - offset, line)
    if best is None:
        return round(at / GRID) * GRID, None
    return best[1], best[2]


@dataclass(slots=True)
class Editor:
    """A design while it is edited.

    Attributes:
        design: As it is now.
        chosen: Key of the chosen part, 0 for the label itself.
        marked: Keys of further parts that are chosen with it.
        saved: As it was saved last.
    """

    design: Design
    chosen: int = 0
    saved: Design | None = None
    marked: frozenset[int] = frozenset()
    _undo: list[Design] = field(default_factory=list)
    _redo: list[Design] = field(default_factory=list)
    _gesture: str = ""

    @property
    def part(self) -> AnyPart | None:
        """The chosen part."""
        return self.design.part(self.chosen)

    @property
    def group(self) -> tuple[AnyPart, ...]:
        """All chosen parts, from the lowest to the topmost."""
        keys = self.marked | {self.chosen}
        return tuple(one for one in self.design.parts if one.key in keys)

    @property
    def keys(self) -> frozenset[int]:
        """The keys of all chosen parts."""
        return frozenset(one.key for one in self.group)

    def choose(self, key: int = 0, *more: int) -> None:
        """Choose one part and no other, several, or the label."""
        self.chosen, self.marked = key, frozenset(more) - {key}

    def choose_all(self) -> None:
        """Choose every part."""
        self.choose(*(one.key for one in reversed(self.design.parts)))

    def choose_within(self, left: int, top: int, right: int, bottom: int) -> None:
        """Choose what stands whole in a rectangle."""
        inside = [
            one.key
            for one in reversed(self.design.parts)
            if left <= one.x and one.right <= right and top <= one.y and one.bottom <= bottom
        ]
        self.choose(*inside)

    def mark(self, key: int) -> None:
        """Take a part into the group, or out of it."""
        keys = self.keys
        if key not in keys:
            self.marked, self.chosen = keys, key
        elif len(keys) > 1:
            rest = sorted(keys - {key})
            self.choose(rest[-1], *rest)
        else:
            self.choose()

    def toggle_mark(self) -> None:
        """Keep the chosen part in the group while another is chosen, or let it go again."""
        self.marked ^= {self.chosen}

    @property
    def changed(self) -> bool:
        """Whether something would be lost by closing."""
        return self.design != self.saved

    def take(self, design: Design, gesture: str = "") -> bool:
        """Take a changed design; changes of one gesture (a drag) are undone in one step."""
        if design == self.design:
            return False
        if not gesture or gesture != self._gesture:
            self._undo = [*self._undo[-_MOST_STEPS:], self.design]
        self._gesture = gesture
        self._redo.clear()
        self.design = design
        return True

    def end_gesture(self) -> None:
        """The mouse was let go: what follows is another step."""
        self._gesture = ""

    def undo(self) -> bool:
        """Take the last step back."""
        return self._swap(self._undo, self._redo)

    def redo(self) -> bool:
        """Do the step again."""
        return self._swap(self._redo, self._undo)

    def _swap(self, source: list[Design], target: list[Design]) -> bool:
        if not source:
            return False
        target.append(self.design)
        self.design = source.pop()
        self._gesture = ""
        if self.part is None:
            self.choose()
        return True

    def put(self, part: AnyPart, gesture: str = "") -> bool:
        """Change or add a part, and choose it."""
        done = self.take(self.design.put(part), gesture)
        self.chosen = part.key
        return done

    def add(self, kind: str) -> AnyPart:
        """Add a text, code, line or box in the middle; the new part is chosen."""
        part = new_part(self.design, kind)
        self.marked = frozenset()
        self.put(part)
        return part

    def move(self, by_x: int, by_y: int, gesture: str = "") -> bool:
        """Shift the chosen parts together, not beyond the label."""
        group = self.group
        if not group:
            return False
        left, top, right, bottom = bounds(group)
        across = max(-left, min(by_x, self.design.wide - right))
        along = max(-top, min(by_y, self.design.high - bottom))
        design = self.design
        for one in group:
            design = design.put(replace(one, x=one.x + across, y=one.y + along))
        return self.take(design, gesture)

    def move_to(self, x: int, y: int, *, free: bool = False) -> tuple[Guide, ...]:
        """Drag the chosen part to a place; the lines it stands on."""
        part = self.part
        if part is None:
            return ()
        rest = self.keys - {part.key}
        others = replace(
            self.design, parts=tuple(one for one in self.design.parts if one.key not in rest)
        )
        where = snap(others, part, x, y, free=free)
        self.move(where.x - part.x, where.y - part.y, f"drag {part.key}")
        return where.guides

    def arrange(self, how: Arrange) -> bool:
        """Line the chosen parts up, or spread them evenly."""
        return self.take(arranged(self.design, self.keys, how))

    def turn(self, degrees: int = 90) -> bool:
        """Turn each chosen part clockwise about its middle; it stays on the label."""
        design = self.design
        for one in self.group:
            new = turn_by(one, degrees)
            new = replace(
                new, width=min(new.width, design.wide), height=min(new.height, design.high)
            )
            design = design.put(design.within(new, new.x, new.y))
        return self.take(design)

    def size_to(self, right: int | None, bottom: int | None, *, free: bool = False) -> None:
        """Drag an edge or the lower right corner of the chosen part; None leaves an edge."""
        part = self.part
        if part is None:
            return
        width = self._side(part.x, part.right, right, self.design.wide, free=free)
        height = self._side(part.y, part.bottom, bottom, self.design.high, free=free)
        self.put(replace(part, width=width, height=height), f"size {part.key}")

    @staticmethod
    def _side(start: int, before: int, end: int | None, most: int, *, free: bool) -> int:
        """The length of a side whose far end is dragged."""
        if end is None:
            return before - start
        wanted = end if free else round(end / GRID) * GRID
        return min(max(_LEAST_SIDE, wanted - start), most - start)

    def remove(self) -> bool:
        """Take the chosen parts away."""
        design = self.design
        for one in self.group:
            design = design.without(one.key)
        self.choose()
        return self.take(design)

    def double(self) -> bool:
        """A second one of each chosen part, a little lower; the copies are chosen."""
        design, made = self.design, []
        for one in self.group:
            copy = replace(one, key=design.fresh_key)
            copy = design.within(copy, one.x + 2 * GRID, one.y + 2 * GRID)
            design = design.put(copy)
            made.append(copy.key)
        if not made:
            return False
        self.choose(*reversed(made))
        return self.take(design)

    def next(self, by: int = 1) -> None:
        """Choose the next part, from the top left down."""
        order = [one.key for one in sorted(self.design.parts, key=lambda one: (one.y, one.x))]
        if not order:
            return
        at = order.index(self.chosen) + by if self.chosen in order else (0 if by > 0 else -1)
        self.chosen = order[at % len(order)]

    def choose_at(self, x: int, y: int) -> int:
        """Choose the topmost part under a point; the label where there is none.

        A part of the group stays in it, so that the group can be dragged by any of its parts.
        """
        self.choose(self.part_at(x, y), *(self.keys if self.part_at(x, y) in self.keys else ()))
        return self.chosen

    def part_at(self, x: int, y: int) -> int:
        """The key of the smallest part under a point, 0 where there is none."""
        hit = [
            one for one in self.design.parts if one.x <= x <= one.right and one.y <= y <= one.bottom
        ]
        small = sorted(hit, key=lambda one: one.width * one.height)
        return small[0].key if small else 0


def new_part(design: Design, kind: str) -> AnyPart:
    """A new part of a kind: ``text``, ``line``, ``box``, or the word of a code."""
    key, wide, high = design.fresh_key, design.wide, design.high
    x, y = wide // 10, high // 3

    def fit(width: int, height: int) -> tuple[int, int, int, int, int]:
        return key, x, y, min(width, wide - x), min(height, high - y)

    if kind == "text":
        return TextPart(*fit(300, 40), text="{name}", size=28, rows=1)
    if kind == "line":
        return RulePart(*fit(wide - 2 * x, 2))
    if kind == "box":
        return FramePart(*fit(200, 100))
    code = CodeKind(kind)
    if code is CodeKind.EAN:
        return CodePart(*fit(380, 100), code, "{gtin}")
    if code.gs1:
        width, height = (140, 140) if code is CodeKind.MATRIX_GS1 else (560, 80)
        return CodePart(*fit(width, height), code, "item+expiry+lot+serial")
    width, height = (140, 140) if code in {CodeKind.QR, CodeKind.MATRIX} else (500, 80)
    return CodePart(*fit(width, height), code, "{code}")
