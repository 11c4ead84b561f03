"""清单: named lists and ward standing lists, made and changed here, against the stock."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.duties import Duty
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.quantity import MAX_QUANTITY
from app.i18n import _
from app.services.formulary.items import GROUP
from app.services.formulary.named import (
    KINDS,
    CreateNamed,
    NamedRow,
    PutNamed,
    create_named,
    named_lists,
    put_named,
)
from app.services.formulary.readiness import WardRow, ward_readiness
from app.ui.changes import Topic
from app.ui.icons import Icon
from app.ui.page import Page
from app.ui.pages.formulary import rows
from app.ui.tables.cells import Row
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button
from app.ui.widgets.cards import toolbar
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field, Select
from app.ui.widgets.item_field import item_picker
from app.ui.widgets.text import Role, Text


class ListsView(QWidget):
    """A named list: what should be there, what is, and who could help.

    Attributes:
        form: The question for a new list that is or was on screen.
    """

    form: NewListForm

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.lists: dict[int, NamedRow] = {}
        self.choice = Select()
        self.choice.setMinimumWidth(220)
        self.note = Text("", Role.LABEL)
        self.picker = item_picker(page.context, _("加入品规：拼音、名称或编码"))
        self.picker.setMinimumWidth(240)
        self.drop = Button(_("移出"))
        self.new = Button(_("新建清单"), icon=Icon.PLUS)
        self.grid = GridView(ListModel(rows.ward_columns(), self._edit))
        self.setFocusProxy(self.grid)
        self.grid.set_empty(
            _("还没有清单。病房常备、慢性病常见病都可以建一份。"), _("新建清单"), self.make
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(toolbar(self.choice, self.note, None, self.picker, self.drop, self.new))
        column.addWidget(self.grid, 1)
        self.choice.activated.connect(self._ask)
        self.picker.picked.connect(self._add)
        self.drop.clicked.connect(self._drop)
        self.new.clicked.connect(self.make)
        model = self.grid.model
        if isinstance(model, ListModel):
            model.refused.connect(self._refused)

    @property
    def chosen(self) -> NamedRow | None:
        """The list in sight."""
        value = self.choice.value
        return self.lists.get(value) if isinstance(value, int) else None

    def refresh(self) -> None:
        """Ask for the lists, then for the chosen one."""
        db, actor = self.page.context.db, self.page.context.actor
        self.page.read(lambda: named_lists(db, actor), self._offer, channel="named")

    def _offer(self, found: tuple[NamedRow, ...], wanted: int = 0) -> None:
        before = wanted or self.choice.value
        ordered = sorted(found, key=lambda row: (row.kind != "ward", row.code))
        self.lists = {row.list_id: row for row in ordered}
        self.choice.set_entries([(row.list_id, _title(row)) for row in ordered])
        if isinstance(before, int) and before in self.lists:
            self.choice.choose(before)
        self.choice.setVisible(bool(ordered))
        self._ask()

    def _ask(self) -> None:
        chosen = self.chosen
        may = chosen is not None and self._may(chosen.org_id)
        for widget in (self.picker, self.drop):
            widget.setVisible(may)
        self.new.setVisible(self._may(GROUP) or self._may(self.page.context.org.id))
        if chosen is None:
            self.page.overtake("ward")
            self.note.setText("")
            return
        db, actor = self.page.context.db, self.page.context.actor
        org = chosen.org_id or self.page.context.org.id
        self.page.read(
            lambda: ward_readiness(db, actor, org, chosen.org_id, chosen.list_id),
            self._show,
            channel="ward",
        )

    def _show(self, found: tuple[WardRow, ...]) -> None:
        short = sum(row.missing > 0 for row in found)
        words = _("{n} 个品规，{short} 个不够", n=len(found), short=short)
        chosen = self.chosen
        if chosen is not None and self._may(chosen.org_id):
            words += _("　常备量可直接改")
        self.note.setText(words)
        if isinstance(self.grid.model, ListModel):
            ordered = sorted(found, key=lambda row: (-row.missing, row.name))
            self.grid.model.set_rows([rows.ward_row(row) for row in ordered])

    def _may(self, org: int) -> bool:
        actor = self.page.context.actor
        if org == GROUP:
            return actor.has(Duty.CATALOGUE)
        return actor.can(Duty.CATALOGUE, org) or actor.can(Duty.STORE, org)

    # Changing a list

    def make(self) -> None:
        """Ask for a new list."""
        context = self.page.context
        owners: list[tuple[object, str]] = []
        if self._may(context.org.id):
            owners.append((context.org.id, context.org.short))
        if self._may(GROUP):
            owners.append((GROUP, _("全集团")))
        self.form = form = NewListForm(owners, self)
        db, actor = context.db, context.actor

        def go() -> None:
            command = CreateNamed(new_op(), form.owner, form.code.text, form.name.text, form.kind)
            self.page.write(lambda: create_named(db, actor, command), self._made)

        form.accepted.connect(go)
        form.open()

    def _made(self, row: NamedRow) -> None:
        self.page.context.notices.done(_("已建「{name}」，在右上角加入品规。", name=row.name))
        self._offer((*self.lists.values(), row), row.list_id)
        self.page.context.changes.announce({Topic.FORMULARY})
        self.picker.setFocus()

    def _add(self, value: object) -> None:
        if isinstance(value, int):
            self.picker.clear()
            self._put(put=((value, 0),))

    def _drop(self) -> None:
        items = tuple(
            row.record.item_id for row in self.grid.selected() if isinstance(row.record, WardRow)
        )
        if items:
            self._put(drop=items)
        else:
            self.page.context.notices.info(_("先选要移出的品规。"))

    def _put(self, put: tuple[tuple[int, int], ...] = (), drop: tuple[int, ...] = ()) -> None:
        chosen = self.chosen
        if chosen is None:
            return
        db, actor = self.page.context.db, self.page.context.actor
        command = PutNamed(new_op(), chosen.org_id, chosen.list_id, put, drop)

        def failed(error: Exception) -> None:
            self._ask()
            self.page.context.errors.take(error)

        self.page.write(lambda: put_named(db, actor, command), lambda _row: self._ask(), failed)

    def _edit(self, row: Row, _column: str, value: object) -> Row:
        """A typed 常备量, in packs."""
        record, chosen = row.record, self.chosen
        if not isinstance(record, WardRow) or chosen is None or not self._may(chosen.org_id):
            raise DomainError("named.fixed", _("这份清单由别的机构维护，不能在这里改。"))
        text = str(value).strip()
        if not (text.isascii() and text.isdecimal()):
            raise DomainError("named.qty", _("常备量填整数，按{unit}算。", unit=record.pack_unit))
        qty = min(int(text) * record.pack_factor, MAX_QUANTITY)
        self._put(put=((record.item_id, qty),))
        return rows.ward_row(replace(record, keep_qty=qty))

    def _refused(self, _key: object, _column: str, error: DomainError) -> None:
        self.page.context.notices.warn(error.text, error.code)


class NewListForm(Form):
    """Whose list, of what kind, its number and name."""

    def __init__(self, owners: list[tuple[object, str]], parent: QWidget) -> None:
        super().__init__(_("新建清单"), _("建立"), parent, wide=460)
        self.owners = Select(owners)
        self.kinds = Select([(key, _(word)) for key, word in KINDS.items()])
        self.kinds.choose("ward")
        self.code = Field(_("编号"), CodeEdit(), required=True, hint=_("如 BF01、MB01"))
        self.name = Field(_("名称"), QLineEdit(), required=True, hint=_("如 联合病房常备"))
        words = _("病房常备只能放集团供应目录里的品规；慢性病常见病用来算吻合度。")
        self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        for field in (
            Field(_("种类"), self.kinds), Field(_("谁的"), self.owners), self.code, self.name,
        ):  # fmt: skip
            self.body.addWidget(field)
        self.code.editor.setFocus()

    @property
    def owner(self) -> int:
        """Whose list it is; 0 for the group's."""
        return self.owners.value if isinstance(self.owners.value, int) else GROUP

    @property
    def kind(self) -> str:
        """What kind of list."""
        return str(self.kinds.value)

    @override
    def submit(self) -> None:
        """Accept with number and name."""
        for field in (self.code, self.name):
            field.say("" if field.text.strip() else _("这一项要填。"))
        if self.code.text.strip() and self.name.text.strip():
            self.accept()


def _title(row: NamedRow) -> str:
    owner = _("（集团）") if row.org_id == GROUP else ""
    return f"{_(KINDS[row.kind])}　{row.name}{owner}"
