"""Views one behind the other, where the keys belong to the view in front."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QWidget


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

    def _follow(self) -> None:
        view = self.currentWidget()
        if view is not None:
            self.setFocusProxy(view)
