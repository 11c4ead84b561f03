"""Dialogs of the label page: another acceptance, goods from stock, print again, nudge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from PySide6.QtCore import QTimer, Signal, SignalInstance
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app import paths
from app.domain.errors import DomainError
from app.domain.labels.sheet import Nudge
from app.i18n import _
from app.services.labels.commands import AcceptanceRow, Candidate, PrintRow
from app.ui import theme
from app.ui.icons import Icon
from app.ui.label_printing import Outlet
from app.ui.tables.cells import Qty, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field, SearchEdit
from app.ui.widgets.files import FileDialog
from app.ui.widgets.numbers import expiry_text

_TARGETS = {"pdf": "PDF", "zpl": "ZPL"}
_DEBOUNCE_MS = 150


class PickForm(Form):
    """A list to choose one row from; Enter or a double click chooses.

    Signals:
        picked: The record of the chosen row.
    """

    picked = Signal(object)

    def __init__(
        self, title: str, verb: str, columns: Sequence[Column], parent: QWidget, *, wide: int = 620
    ) -> None:
        super().__init__(title, verb, parent, wide=wide)
        self.model = ListModel(columns)
        self.grid = GridView(self.model)
        self.grid.setMinimumHeight(theme.px(320))
        self.grid.opened.connect(lambda _row: self.press())
        self.body.addWidget(self.grid, 1)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show the rows and make the first current."""
        self.model.set_rows(rows)
        if rows:
            self.grid.choose(rows[0].key)

    @override
    def submit(self) -> None:
        """Tell what was chosen."""
        row = self.grid.current()
        if row is None:
            return
        self.picked.emit(row.record)
        self.accept()


def acceptance_form(parent: QWidget, rows: Sequence[AcceptanceRow]) -> PickForm:
    """Choose an acceptance to print labels for."""
    form = PickForm(
        _("选择验收单"),
        _("打印这张单的标签"),
        (
            Column(key="no", title=_("验收单"), width=160),
            Column(key="day", title=_("日期"), width=100),
            Column(key="supplier", title=_("供货单位"), width=140, stretch=True),
            Column(key="lines", title=_("批次"), kind=Kind.NUMBER, width=60),
        ),
        parent,
    )
    form.grid.set_empty(_("还没有验收单。收货验收以后就会出现。"))
    form.show_rows(
        [
            Row(
                one.id,
                (
                    one.no,
                    one.accepted_on.isoformat() if one.accepted_on else "—",
                    one.supplier,
                    str(one.lines),
                ),
                record=one,
            )
            for one in rows
        ]
    )
    return form


def history_form(parent: QWidget, rows: Sequence[PrintRow]) -> PickForm:
    """Choose an earlier print to print again."""
    form = PickForm(
        _("补打标签"),
        _("补打这一次的标签"),
        (
            Column(key="at", title=_("时间"), width=140),
            Column(key="person", title=_("打印人"), width=90),
            Column(key="source", title=_("来源"), width=150, stretch=True),
            Column(key="target", title=_("去向"), width=80),
            Column(key="count", title=_("张数"), kind=Kind.NUMBER, width=60),
        ),
        parent,
    )
    form.grid.set_empty(_("还没有打印过标签。"))
    form.show_rows(
        [
            Row(
                one.id,
                (
                    f"{one.at:%Y-%m-%d %H:%M}",
                    one.person,
                    one.source_no or _("库存"),
                    _TARGETS.get(one.target, _("打印机")),
                    str(one.count),
                ),
                record=one,
            )
            for one in rows
        ]
    )
    return form


class StockForm(PickForm):
    """Choose goods from stock by name, code or lot.

    Signals:
        asked: The text to search for, a moment after the last key.
        again: The lot (`Candidate`) whose labels are to be printed again.
    """

    asked = Signal(str)
    again = Signal(object)

    def __init__(self, parent: QWidget, text: str = "", title: str = "") -> None:
        super().__init__(
            title or _("从库存添加"),
            _("添加到标签"),
            (
                Column(
                    key="goods", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=200,
                    stretch=True,
                ),
                Column(key="lot", title=_("批号 / 有效期"), kind=Kind.TWO_LINE, width=110),
                Column(key="place", title=_("库位"), width=110),
                Column(key="free", title=_("可贴"), kind=Kind.QTY, width=80),
                Column(key="stuck", title=_("已贴"), kind=Kind.QTY, width=80),
            ),
            parent,
            wide=740,
        )  # fmt: skip
        self.reprint = Button(_("补打已贴的"), icon=Icon.HISTORY)
        self.reprint.clicked.connect(lambda: self._leave(self.again))
        self.buttons.insertWidget(0, self.reprint)
        self.grid.selection_changed.connect(self._offer)
        self.search = SearchEdit(_("品名、编码或批号"))
        self.body.insertWidget(0, self.search)
        self.grid.set_empty(_("库存里没有符合的货。换个词再找。"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DEBOUNCE_MS)
        self._timer.timeout.connect(lambda: self.asked.emit(self.search.text()))
        self.search.searched.connect(lambda _text: self._timer.start())
        self.search.setText(text)
        self.search.setFocus()

    def _offer(self) -> None:
        """New labels where goods have none, the old ones again where some stand."""
        row = self.grid.current()
        one = row.record if row is not None else None
        self.verb.setEnabled(isinstance(one, Candidate) and one.free > 0)
        self.reprint.setEnabled(isinstance(one, Candidate) and one.labelled > 0)

    def _leave(self, signal: SignalInstance) -> None:
        row = self.grid.current()
        if row is not None:
            signal.emit(row.record)
            self.accept()

    @override
    def submit(self) -> None:
        """New labels; where all goods have theirs, those again."""
        self._leave(self.picked if self.verb.isEnabled() else self.again)

    def show_goods(self, found: Sequence[Candidate]) -> None:
        """Show what was found."""
        self.show_rows(
            [
                Row(
                    one.lot,
                    (
                        Two(one.name, one.spec),
                        Two(one.lot_no or "—", expiry_text(one.expiry) if one.expiry else "—"),
                        one.place,
                        *(
                            Qty(f"{units // one.pack_factor:,}", one.pack_unit)
                            for units in (one.free, one.qty - one.free)
                        ),
                    ),
                    record=one,
                )
                for one in found
            ]
        )
        self._offer()


class NudgeForm(Form):
    """Shift the print by tenths of a millimetre."""

    def __init__(self, nudge: Nudge, take: Callable[[Nudge], None], parent: QWidget) -> None:
        super().__init__(_("微调打印位置"), _("用这个微调"), parent)
        self._take = take
        self.right_edit = CodeEdit(f"{nudge.right / 10:.1f}")
        self.down_edit = CodeEdit(f"{nudge.down / 10:.1f}")
        self.right = Field(_("向右（毫米，向左填负数）"), self.right_edit)
        self.down = Field(_("向下（毫米，向上填负数）"), self.down_edit)
        self.body.addWidget(self.right)
        self.body.addWidget(self.down)

    @override
    def submit(self) -> None:
        """Take the numbers, or say what is not right."""
        values: list[int] = []
        for field, edit in ((self.right, self.right_edit), (self.down, self.down_edit)):
            try:
                values.append(_tenths(edit.folded()))
            except DomainError as error:
                field.say(error.text)
                edit.setFocus()
                return
            field.say("")
        try:
            nudge = Nudge(*values)
        except DomainError as error:
            self.right.say(error.text)
            return
        self._take(nudge)
        self.accept()


def ask_file(parent: QWidget, outlet: Outlet, take: Callable[[Outlet, Path], None]) -> None:
    """Ask where a print that goes to a file shall be kept."""
    suffix = outlet.kind.value
    dialog = FileDialog(parent, outlet.words)
    dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suffix)
    dialog.setNameFilter(f"*.{suffix}")
    dialog.selectFile(str(paths.output() / f"labels.{suffix}"))
    dialog.fileSelected.connect(lambda path: take(outlet, Path(path)))
    dialog.open()


def _tenths(text: str) -> int:
    """Tenths of a millimetre from what was typed."""
    try:
        value = Decimal(text.replace("−", "-") or "0") * 10
        if value == value.to_integral_value():
            return int(value)
    except (InvalidOperation, OverflowError):
        pass
    raise DomainError(
        "label.nudge_form", _("「{text}」读不出来。请填如 0.5 或 -0.3 的数。", text=text)
    )
