"""Back and forward between screens."""

from __future__ import annotations

from typing import Final

_KEPT: Final = 50


class History:
    """Names of screens in the order visited, with a place in it."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._place = -1

    def visit(self, name: str) -> None:
        """Go on to a screen; what was ahead is forgotten."""
        if self._place >= 0 and self._names[self._place] == name:
            return
        self._names = [*self._names[: self._place + 1], name][-_KEPT:]
        self._place = len(self._names) - 1

    def step(self, by: int) -> str | None:
        """The screen `by` steps away, which becomes the place; None at either end."""
        place = self._place + by
        if not 0 <= place < len(self._names):
            return None
        self._place = place
        return self._names[place]
