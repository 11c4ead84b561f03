"""The chips above the list: which rows are looked at, and how many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtWidgets import QButtonGroup, QGridLayout, QWidget

from app.i18n import N_, _
from app.services.mapping.queries import LocalLine
from app.ui.pages.mapping.work_list import wanted_by
from app.ui.widgets.buttons import Chip

VIEWS: Final = {
    "open": N_("待对 {n}"),
    "safe": N_("一致 {n}"),
    "conflict": N_("冲突 {n}"),
    "none": N_("无对应 {n}"),
    "done": N_("已对 {n}"),
}
_IN_A_ROW: Final = 3


class ViewChips(QGridLayout):
    """One chip for each view; the rows waiting are looked at first."""

    def __init__(self, page: QWidget, chosen: Callable[[str], None]) -> None:
        super().__init__()
        self.setSpacing(6)
        group = QButtonGroup(page)
        self.chips: dict[str, Chip] = {}
        for place, view in enumerate(VIEWS):
            chip = Chip("")
            chip.clicked.connect(lambda _on=False, wanted=view: chosen(wanted))
            group.addButton(chip)
            self.chips[view] = chip
            self.addWidget(chip, place // _IN_A_ROW, place % _IN_A_ROW)
        self.setColumnStretch(_IN_A_ROW, 1)
        self.check("open")
        self.show_counts(())

    def check(self, view: str) -> None:
        """Mark the view that is looked at."""
        self.chips[view].setChecked(True)

    def show_counts(self, rows: Sequence[LocalLine]) -> None:
        """Say how many rows each view has."""
        for view, chip in self.chips.items():
            keep = wanted_by(view, "")
            chip.setText(_(VIEWS[view], n=sum(keep(row) for row in rows)))
            chip.updateGeometry()
