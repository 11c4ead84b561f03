"""关联编码: an unknown code that was scanned is given to an item, wherever the scan happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.domain.duties import Duty
from app.domain.ids import new_op
from app.domain.receiving.reading import Reading, read
from app.i18n import _
from app.services import scan_rules
from app.services.palette import ItemHit, find
from app.services.receiving.lookup import BindCode, bind_code
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.status import Status
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Field
from app.ui.widgets.item_field import found_item
from app.ui.widgets.item_picker import Found, ItemPicker
from app.ui.widgets.numbers import QtyEdit
from app.ui.widgets.text import Role, Text

_MOST = 12


class BindForm(Form):
    """Which item of the catalogue an unknown code names.

    Signals:
        bound: It is written: the code names that item from now on.
    """

    bound = Signal()

    def __init__(self, context: PageContext, code: str, parent: QWidget) -> None:
        super().__init__(_("关联编码"), _("关联"), parent, cancel=_("返回"))
        self._context = context
        self._code = code
        self._item: ItemHit | None = None
        words = _("把 {code} 关联到哪个品规？以后在这家机构扫这个码就能认出来。", code=code[:40])
        self.body.addWidget(Text(words, Role.BODY, wrap=True))
        self.picker = ItemPicker(self._search, context.jobs, parent=self)
        self.picker.picked.connect(self._pick)
        self.item_field = Field(_("品规"), self.picker)
        self.packs = QtyEdit()
        self.packs.set_value(1)
        self.packs_field = Field(_("扫一次算几个包装（件码填一件的盒数）"), self.packs)
        self.body.addWidget(self.item_field)
        self.body.addWidget(self.packs_field)
        self.picker.setFocus()

    def _search(self, text: str) -> Sequence[Found]:
        context = self._context
        hits = find(context.db, context.actor, text, (context.org.id,)).items
        return [found_item(hit, hit.name, hit.spec, hit.code) for hit in hits[:_MOST]]

    def _pick(self, row: object) -> None:
        if isinstance(row, ItemHit):
            self._item = row
            self.packs.set_unit(row.pack_unit)
            self.item_field.say("")

    @override
    def submit(self) -> None:
        """Write."""
        item = self._item
        if item is None:
            self.item_field.say(_("还没选品规。输入品名、拼音或编码，再从结果里选。"))
            return
        if self.packs.value < 1:
            self.packs_field.say(_("至少算 1。"), Status.BAD)
            return
        context, code = self._context, self._code
        units = self.packs.value * item.pack_factor
        op, org_id, today = new_op(), context.org.id, context.today

        def work() -> None:
            reading: Reading = read(code, today, scan_rules.rules(context.db))
            bind_code(context.db, context.actor, BindCode(op, org_id, item.item_id, reading, units))

        context.jobs.write(work, self._done, owner=self)
        self.accept()

    def _done(self, _nothing: object) -> None:
        self._context.notices.done(_("已关联，再扫就能认出来。"))
        self._context.changes.announce({Topic.CATALOGUE})
        self.bound.emit()


def offer_binding(
    context: PageContext, code: str, parent: QWidget, then: Callable[[], None]
) -> BindForm | None:
    """Open the form for somebody who keeps the store, then go on; None for others."""
    if not context.may(Duty.STORE):
        context.notices.info(_("关联编码要药房库管的职责。请他们扫一次来关联。"))
        return None
    form = BindForm(context, code, parent)
    form.bound.connect(then)
    form.open()
    return form
