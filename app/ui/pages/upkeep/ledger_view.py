"""专用账册: the account of one controlled drug, or of all, newest first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import _
from app.services.counting.controlled import ControlledRow
from app.ui.pages.upkeep import rows
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.cards import toolbar
from app.ui.widgets.fields import Select
from app.ui.widgets.text import Role, Text


class LedgerView(QWidget):
    """A drug to choose, and its lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: tuple[ControlledRow, ...] = ()
        self.drug = Select([("", _("全部品种"))])
        self.drug.setAccessibleName(_("品种"))
        self.model = ListModel(rows.ledger_columns())
        self.grid = GridView(self.model)
        self.grid.set_empty(_("没有麻醉药品、精神药品的收发。"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(toolbar(Text(_("品种"), Role.BODY), self.drug, None))
        column.addWidget(self.grid, 1)
        self.drug.currentIndexChanged.connect(lambda _place: self._fill())
        self.setFocusProxy(self.grid)

    @property
    def item(self) -> str:
        """Name and specification of the drug in sight, empty for all."""
        return str(self.drug.value or "")

    def show_lines(self, found: tuple[ControlledRow, ...]) -> None:
        """Fill the account; the drug chosen stays chosen."""
        self._found = found
        drugs: Sequence[str] = sorted({one.item for one in found})
        self.drug.set_entries([("", _("全部品种")), *((one, one) for one in drugs)])
        self._fill()

    def _fill(self) -> None:
        wanted = [one for one in reversed(self._found) if self.item in {"", one.item}]
        self.model.set_rows([rows.ledger_row(one) for one in wanted])
        if wanted:
            self.grid.choose(wanted[0].seq)
