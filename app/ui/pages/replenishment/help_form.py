"""What other members can give of all picked lines, before they are bought."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.i18n import _, sentences
from app.services.replenishment.group_first import Help
from app.ui import formats, theme
from app.ui.tables.cells import Row, Two, ticked
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.dialogs import Form
from app.ui.widgets.text import Role, Text

_PICK = "pick"


class HelpForm(Form):
    """Rows with check marks (Space), all on at first; Enter asks the members.

    Signals:
        chosen: The offers that are taken (a tuple of `Help`).
    """

    chosen = Signal(object)

    def __init__(self, offers: Sequence[Help], parent: QWidget) -> None:
        super().__init__(_("先向成员调，再买"), _("发调拨申请"), parent, wide=760)
        self.model = ListModel(_columns(), ticked)
        self.model.set_rows([_row(one) for one in offers])
        self.grid = GridView(self.model)
        self.grid.setMinimumHeight(theme.px(260))
        self.words = Text("", Role.SECOND, wrap=True)
        self.body.addWidget(self.words)
        self.body.addWidget(self.grid, 1)
        self.grid.counts_changed.connect(self._sum)
        self.model.dataChanged.connect(self._sum)
        self._sum()
        self.grid.focus_rows()

    @property
    def picked(self) -> tuple[Help, ...]:
        """The offers with a check mark."""
        rows = self.model.checked(_PICK)
        return tuple(row.record for row in rows if isinstance(row.record, Help))

    def _sum(self) -> None:
        found = self.picked
        words = _(
            "向 {donors} 家成员要 {n} 个品规：少买 {value}，对方少报损 {saved}。"
            "这些行的补货数相应减少；对方答应以后才出库。",
            donors=len({one.donor_id for one in found}),
            n=len(found),
            value=formats.yuan(sum((one.value for one in found), Decimal(0))),
            saved=formats.yuan(sum((one.saved for one in found), Decimal(0))),
        )
        drafts = sum(1 for one in found if one.draft)
        if drafts:
            drafted = _("其中 {n} 个品规跨法人，先存草稿，补上批准文件再提交。", n=drafts)
            words = sentences(words, drafted)
        self.words.setText(words)
        self.verb.setEnabled(bool(found))

    @override
    def submit(self) -> None:
        """Hand the offers over."""
        if found := self.picked:
            self.chosen.emit(found)
            self.accept()


def _columns() -> tuple[Column, ...]:
    return (
        Column(key=_PICK, title="", kind=Kind.CHECK, width=36, editable=True),
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=190, stretch=True),
        Column(key="donor", title=_("谁能给"), width=110),
        Column(key="qty", title=_("数量"), kind=Kind.NUMBER, width=84),
        Column(key="value", title=_("少买"), unit=_("元"), kind=Kind.MONEY, width=92),
        Column(key="saved", title=_("少报损"), unit=_("元"), kind=Kind.MONEY, width=92),
        Column(key="km", title=_("公里"), kind=Kind.NUMBER, width=60),
    )


def _row(one: Help) -> Row:
    item = one.proposal
    quantity = formats.number(one.qty // item.pack_factor)
    return Row(
        key=one.item_id,
        cells=(
            True, Two(item.name, item.spec), one.donor, f"{quantity} {item.pack_unit}",
            formats.amount(one.value), formats.amount(one.saved) if one.saved else formats.NONE,
            str(one.km),
        ),
        record=one,
    )  # fmt: skip
