"""What can stand in for an item; and saying that one of them does from now on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget
from typing_extensions import override

from app.domain.errors import DomainError
from app.domain.replenish.successor import Successor
from app.i18n import _
from app.services.replenishment.substitutes import NEARNESS, Substitute
from app.services.replenishment.successors import SuccessorRow
from app.services.replenishment.suggestions import SuggestionRow
from app.ui import formats, theme
from app.ui.icons import Icon
from app.ui.status import Status
from app.ui.tables.cells import Pill, Row, Two
from app.ui.tables.columns import Column, Kind as ColumnKind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field, check_all
from app.ui.widgets.text import Role, Text


class StandInForm(Form):
    """What can stand in for an item, with the stock at hand.

    Signals:
        replaced: One of them is used instead from now on: the `Successor` and why.
        ended: The item has its own history again.
    """

    replaced = Signal(object, str)
    ended = Signal()

    def __init__(
        self,
        row: SuggestionRow,
        found: Sequence[Substitute],
        now: SuccessorRow | None,
        parent: QWidget,
    ) -> None:
        title = _("可替代 {name} 的品规", name=row.name)
        super().__init__(title, _("知道了"), parent, wide=760)
        self._row = row
        self.replace_form: ReplaceForm | None = None
        if now is not None:
            words = _("{name} 的用量现在归到 {code} {new}：{reason}", name=row.name,
                      code=now.new_code, new=now.new_name, reason=now.reason)  # fmt: skip
            self.body.addWidget(Text(words, Role.BODY, wrap=True))
        self.model = ListModel(_columns())
        self.grid = GridView(self.model)
        self.grid.set_empty(_("目录里没有同通用名或同类的在用品规。"))
        self.model.set_rows([_line(one) for one in found])
        self.grid.setMinimumHeight(theme.px(260))
        self.body.addWidget(self.grid, 1)
        words = _(
            "换用由药师和医生定；换药后按新品规请领，系统不会自动替换。"
            "长期改用的，选中一行按「用量归到它」，新品规就接着旧品规的用量算。"
        )
        self.body.addWidget(Text(words, Role.HELP, wrap=True))
        self.take = Button(_("用量归到它"), icon=Icon.SWAP)
        self.take.clicked.connect(self._ask)
        self.take.setVisible(bool(found))
        self.back = Button(_("取消归并"))
        self.back.clicked.connect(lambda: self.hand_over(self._end))
        self.back.setVisible(now is not None)
        for place, button in enumerate((self.take, self.back)):
            self.buttons.insertWidget(place, button)
        self.cancel.hide()
        self.grid.focus_rows()

    def _ask(self) -> None:
        row = self.grid.current()
        one = row.record if row is not None else None
        if isinstance(one, Substitute):
            self.replace_form = ReplaceForm(self._row, one, self)
            self.replace_form.chosen.connect(self._told)
            self.replace_form.open()

    def _told(self, link: Successor, reason: str) -> None:
        self.replaced.emit(link, reason)
        self.accept()

    def _end(self) -> None:
        self.ended.emit()
        self.accept()


class ReplaceForm(Form):
    """How much of the new item does what the old one did, and why it is used instead.

    Signals:
        chosen: The `Successor` and the reason.
    """

    chosen = Signal(object, str)

    def __init__(self, row: SuggestionRow, one: Substitute, parent: QWidget) -> None:
        super().__init__(_("改用 {name}", name=one.name), _("归到它"), parent, wide=460)
        self._old, self._new = row.item_id, one.item_id
        words = _("{old} 过去的用量算作 {new} 的，从下次计算起。随时可以取消。",
                  old=f"{row.name} {row.spec}", new=f"{one.name} {one.spec}")  # fmt: skip
        self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        self.old = Field(_("旧品规"), CodeEdit("1"), hint=_("最小单位，如 2 片"))
        self.new = Field(_("相当于新品规"), CodeEdit("1"), hint=_("最小单位，如 1 片"))
        pair = QHBoxLayout()
        pair.addWidget(self.old)
        pair.addWidget(self.new)
        self.body.addLayout(pair)
        self.reason = Field(_("原因"), QLineEdit(), required=True, hint=_("如 中选换厂家"))
        self.body.addWidget(self.reason)
        self.reason.editor.setFocus()

    @override
    def submit(self) -> None:
        """Check, then hand it over."""
        fields = (self.old, self.new)
        if not check_all([(self.old, lambda: _units(self.old)),
                          (self.new, lambda: _units(self.new)),
                          (self.reason, self._why)]):  # fmt: skip
            return
        old, new = (_units(field) for field in fields)
        self.chosen.emit(Successor(self._old, self._new, old, new), self._why())
        self.accept()

    def _why(self) -> str:
        words = self.reason.text.strip()
        if not words:
            raise DomainError("successor.reason", _("请写明为什么换。"))
        return words


def _units(field: Field) -> int:
    text = field.text.strip()
    if not text.isascii() or not text.isdigit() or not int(text):
        raise DomainError("successor.units", _("请填大于 0 的整数。"))
    return int(text)


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="item", title=_("品名 / 规格"), kind=ColumnKind.TWO_LINE, width=220,
               stretch=True),
        Column(key="near", title=_("替代关系"), kind=ColumnKind.TWO_LINE, width=210),
        Column(key="here", title=_("本店"), kind=ColumnKind.PILL, width=100),
        Column(key="elsewhere", title=_("其他成员"), kind=ColumnKind.TWO_LINE, width=110),
    )  # fmt: skip


def _line(one: Substitute) -> Row:
    here = f"{formats.number(one.here // one.pack_factor)} {one.pack_unit}"
    other = f"{formats.number(one.elsewhere // one.pack_factor)} {one.pack_unit}"
    listed = _("在处方集") if one.listed else _("不在处方集")
    return Row(
        key=one.item_id,
        cells=(
            Two(one.name, f"{one.spec} · {one.maker}"),
            Two(_(NEARNESS[one.nearness]), listed if one.priced else _("没有有效价格")),
            Pill(Status.OK if one.here else Status.MUTE, here, bare=True),
            Two(other, _("{n} 家", n=one.members)),
        ),
        record=one,
        raw=(one.name, one.nearness.value, one.here, one.elsewhere),
    )
