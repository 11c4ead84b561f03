"""A label printer stopped in the middle: from which label to go on, so that none comes twice."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.i18n import _
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Field
from app.ui.widgets.numbers import QtyEdit
from app.ui.widgets.text import Role, Text


class ResumeForm(Form):
    """Asks how many labels are on paper.

    Args:
        taken: Labels that the printer has for sure.
        count: Labels of the whole print.

    Signals:
        given: How many are on paper.
    """

    given = Signal(int)

    def __init__(self, taken: int, count: int, parent: QWidget) -> None:
        super().__init__(_("打印停在中途"), _("接着打"), parent, cancel=_("先不打"), wide=460)
        words = _(
            "共 {count} 枚，前 {n} 枚已送到打印机。请看打出来几枚：下一枚打坏了不要贴。"
            "接着打用原来的编号，不会多出一件货。",
            count=count, n=taken,
        )  # fmt: skip
        self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        self.printed = QtyEdit(_("枚"), most=count)
        self.printed.set_value(taken)
        self.body.addWidget(Field(_("已经打好的"), self.printed))

    @override
    def submit(self) -> None:
        """Go on behind what is on paper."""
        self.accept()
        self.given.emit(self.printed.value)
