"""The panel right of the catalogue: one item's facts, price steps and changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.catalogue import FLAGS, ItemDraft
from app.domain.codes import CodeSystem, gtin
from app.i18n import _
from app.services.catalogue.detail import ChangeRow, ItemDetail, ItemPrice
from app.ui import formats
from app.ui.pages.catalogue.rows import state
from app.ui.status import Status
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import DetailPanel, Facts
from app.ui.widgets.charts import StepChart
from app.ui.widgets.item_words import changed_words
from app.ui.widgets.text import Role, Text, line

_STEPS = 5
_CHANGES = 4
_BADGES = 2


class ItemPanel(DetailPanel):
    """One item.

    Signals:
        edit: The button that changes the item was clicked.
        stock: Show the item's stock.
        prices: Show the item's prices.
        codes: Show all codes with their validity.
        papers: Show pictures and papers.
    """

    edit = Signal()
    codes = Signal()
    papers = Signal()
    stock = Signal()
    prices = Signal()

    def __init__(self, *, may_edit: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.item: ItemDetail | None = None
        self.facts = Facts()
        self.chart_title = Text("", Role.SECOND)
        self.chart = StepChart(92)
        self.changes = Text("", Role.LABEL, wrap=True)
        self.codes_button, self.papers_button = Button(""), Button("")
        self.codes_button.clicked.connect(self.codes)
        self.codes_button.setVisible(may_edit)
        self.papers_button.clicked.connect(self.papers)
        self.content.addWidget(self.facts)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.codes_button, self.papers_button):
            row.addWidget(button, 1)
        for widget in (line(), self.chart_title, self.chart):
            self.content.addWidget(widget)
        self.content.addLayout(row)
        for widget in (line(), self.changes):
            self.content.addWidget(widget)
        stock = Button(_("看库存"))
        stock.clicked.connect(self.stock)
        prices = Button(_("看价格"))
        prices.clicked.connect(self.prices)
        self.edit_button = Button(_("修改"), Kind.PRIMARY)
        self.edit_button.clicked.connect(self.edit)
        self.edit_button.setVisible(may_edit)
        for button in (stock, prices, self.edit_button):
            self.foot.addWidget(button, 1)

    def show_item(self, item: ItemDetail, today: date, own_org: str) -> None:
        """Show an item; `own_org` is the short name of the organisation worked for."""
        self.item = item
        draft = item.draft
        status, words = state(draft.status, draft.approval_valid_to, today)
        badges: list[QWidget] = [Badge(status, words)]
        marks = [_(word) for name, word in FLAGS.items() if name in draft.flags]
        badges += [Badge(Status.LOCK, mark) for mark in marks[: _BADGES - 1]]
        self.show_badges(badges)
        self.name.setText(
            draft.name if not draft.trade_name else f"{draft.name}（{draft.trade_name}）"
        )
        self.spec.setText(" · ".join(part for part in (item.spec, draft.form, *marks[1:]) if part))
        self.facts.show_facts(_facts(item, own_org))
        group = sum(not row.org for row in item.codes)
        self.codes_button.setText(_("编码 {n}", n=group))
        self.papers_button.setText(_("附件 {n}", n=len(item.papers)))
        self._show_prices(item)
        self._show_changes(item.changes)

    def _show_prices(self, item: ItemDetail) -> None:
        steps = _group_steps(item.prices)
        pack = item.draft.pack_unit
        words = _("统采价变化（元 / {unit}）", unit=pack) if steps else _("还没有统采价。")
        self.chart_title.setText(words)
        self.chart.setVisible(bool(steps))
        self.chart.show_steps(steps)

    def _show_changes(self, changes: Sequence[ChangeRow]) -> None:
        lines = [
            f"{formats.minute(one.at)} {one.person} {changed_words(one.what)}"
            for one in changes[:_CHANGES]
        ]
        self.changes.setText("\n".join([_("改动记录"), *lines]) if lines else _("还没有改动记录。"))


def _facts(
    item: ItemDetail, own_org: str
) -> list[tuple[str, str] | tuple[str, str, Status | None]]:
    draft: ItemDraft = item.draft
    own = [row.code for row in item.codes if row.org == own_org]
    codes = {
        _("医保码"): item.codes_of(CodeSystem.NHSA),
        _("本位码"): item.codes_of(CodeSystem.NATIONAL),
        _("ATC"): (draft.atc,) if draft.atc else (),
    }
    facts: list[tuple[str, str] | tuple[str, str, Status | None]] = [(_("统一编码"), item.code)]
    facts += [(title, "\n".join(found)) for title, found in codes.items() if found]
    facts.append((_("批准文号"), draft.approval_no or "—"))
    if draft.approval_valid_to:
        facts.append((_("文号有效期"), formats.day(draft.approval_valid_to)))
    facts += [
        (_("69 码"), _pack_code(item)),
        (_("生产企业"), item.maker_short),
        (_("包装"), item.case_text or f"1 {draft.pack_unit}"),
        (_("储存"), draft.storage_text or draft.storage.label),
    ]
    if item.doses:
        doses = "、".join(
            f"{one.amount.normalize():f} {one.unit} {one.route}" for one in item.doses
        )
        facts.append((_("限定日剂量"), f"{doses}（{item.doses[0].release}）"))
    matched = f"{own[0]} ✓ {_('已对码')}" if own else _("还没对码")
    facts.append((_("本院编码"), matched, Status.OK if own else None))
    return facts


def _pack_code(item: ItemDetail) -> str:
    """The bar code on the pack; those of larger packs are in the form."""
    codes = [row for row in item.codes if row.system is CodeSystem.GTIN]
    codes.sort(key=lambda row: (row.unit_factor != item.draft.pack_factor, row.unit_factor))
    return gtin.printed(codes[0].code) if codes else "—"


def _group_steps(prices: Sequence[ItemPrice]) -> list[tuple[str, float, str]]:
    """The winner's price for the whole group, step by step."""
    steps = [
        (f"{one.valid_from:%Y-%m}", float(one.unit_price), formats.price(one.unit_price))
        for one in prices
        if not one.org and one.rank == 1
    ]
    return steps[-_STEPS:]
