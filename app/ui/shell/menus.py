"""The menu of the person, read from the action registry, and where such boxes drop."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QMenu, QWidget

from app.ui import icons, theme
from app.ui.actions import ACTIONS, Act, key_words
from app.ui.context import PageContext

MENU: Final = (
    Act.PALETTE, Act.KEYS, None, Act.LARGER, Act.SMALLER, Act.NORMAL, Act.DARK, Act.LANGUAGE,
    None, Act.SWITCH_USER, Act.QUIT,
)  # fmt: skip


def person_menu(context: PageContext, parent: QWidget) -> QMenu:
    """Who is signed in, look and language, signing out."""
    menu = QMenu(parent)
    head = menu.addAction(f"{context.actor.name}（{context.actor.login}）")
    head.setEnabled(False)
    for act in MENU:
        if act is None:
            menu.addSeparator()
            continue
        action = ACTIONS[act]
        glyph = icons.qicon(action.icon, theme.colour("text2"))
        words = f"{action.words}\t{key_words(action.key)}".rstrip()
        item = menu.addAction(glyph, words)
        item.triggered.connect(lambda _on=False, act=act: context.perform(act))
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


def drop_below(box: QWidget, anchor: QWidget) -> None:
    """Show a box under the right edge of a button."""
    corner = anchor.mapToGlobal(anchor.rect().bottomRight())
    wide = box.sizeHint().width() if isinstance(box, QMenu) else box.width()
    corner.setX(max(0, corner.x() - wide))
    corner.setY(corner.y() + 4)
    if isinstance(box, QMenu):
        box.popup(corner)
    else:
        box.move(corner)
        box.show()
