"""The papers' figures beside the program's own."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.services.savings.example import checks
from app.ui import theme
from app.ui.status import Status
from app.ui.tables.cells import Pill, Row
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.dialogs import Form
from app.ui.widgets.text import Role, Text


class ExampleForm(Form):
    """The worked example: what the papers say, what the same code computes."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(_("论文算例"), _("知道了"), parent, wide=620)
        self.cancel.hide()
        words = _("用论文的基准额和降价条数造出一年的单据，走和真实数据同样的算法。")
        self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        columns = (
            Column(key="what", title=_("指标"), width=300, stretch=True),
            Column(key="paper", title=_("论文"), kind=Kind.NUMBER, width=80),
            Column(key="computed", title=_("算出"), kind=Kind.NUMBER, width=90),
            Column(key="agrees", title=_("结果"), kind=Kind.PILL, width=100),
        )
        model = ListModel(columns)
        model.set_rows(
            [
                Row(
                    place,
                    (
                        one.what,
                        one.paper,
                        one.computed,
                        Pill(Status.OK, _("相符")) if one.agrees else Pill(Status.BAD, _("不符")),
                    ),
                    record=one,
                )
                for place, one in enumerate(checks(), 1)
            ]
        )
        self.grid = GridView(model)
        self.grid.setMinimumHeight(theme.px(400))
        self.body.addWidget(self.grid, 1)
