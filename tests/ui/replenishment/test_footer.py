"""智能补货: the foot of the table where room is short."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui import theme
from app.ui.pages.replenishment.footer import Footer
from app.ui.pages.replenishment.page import ReplenishmentPage


def test_what_can_be_pressed_is_shown_whole(page: ReplenishmentPage, qtbot: QtBot) -> None:
    """In large text the key of the button for transfers was cut off."""
    theme.apply(density_now=theme.Density.LARGE)
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(1100, 100)
    host.show()
    footer = Footer(host)
    footer.show_sums(page.lines)
    footer.looked.setText("9 行要先看")
    footer.first.setText("98 行可先调")
    footer.first.show()
    footer.total.setText("¥150,710.03")
    for width in (1000, 840, 760):
        footer.resize(width, footer.sizeHint().height())
        footer.show()
        QApplication.processEvents()
        for whole in (footer.picked, footer.first, footer.total, footer.make):
            assert whole.width() >= whole.sizeHint().width()
    assert not footer.suppliers.isVisible()
    footer.resize(1100, footer.height())
    assert footer.looked.isVisible(), "it comes back with the room"
