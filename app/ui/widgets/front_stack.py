"""Views one behind the other, where the keys belong to the view in front."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QWidget
from typing_extensions import override


class FrontStack(QStackedWidget):
    """A stack that hands the focus of its page to the view in front.

    A page that is shown gets the focus itself, and keys there would do nothing. Each view names
    its own rows or field as its focus proxy; Qt follows the chain.

    Args:
        page: Whose focus the view in front takes.
    """

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        page.setFocusProxy(self)
        self.currentChanged.connect(self._follow)

    @override
    def setCurrentWidget(self, view: QWidget) -> None:
        """Bring a view to the front; the keys that were in the one before go to its rows.

        Qt alone gives them to the first thing that Tab reaches, such as a button that withdraws.
        """
        focus = self.window().focusWidget()  # also while another program is in front
        moves = view is not self.currentWidget() and focus is not None and self.isAncestorOf(focus)
        super().setCurrentWidget(view)
        if moves:
            view.setFocus()

    @override
    def setCurrentIndex(self, index: int) -> None:
        """As `setCurrentWidget`."""
        view = self.widget(index)
        if view is not None:
            self.setCurrentWidget(view)

    def _follow(self) -> None:
        view = self.currentWidget()
        if view is not None:
            self.setFocusProxy(view)
