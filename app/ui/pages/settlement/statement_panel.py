"""The panel of one bill: how the figures roll, what was used, what differs, whose invoices."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QMenu

from app.domain.documents import State
from app.i18n import _
from app.services.db import local_time
from app.services.settlement.detail import Detail, detail
from app.services.settlement.listing import ItemTotal, StatementRow
from app.services.settlement.pending import PendingRow
from app.ui import formats, theme
from app.ui.formats import pack_text
from app.ui.icons import Icon
from app.ui.page import Page
from app.ui.pages.settlement.deeds import Deed, deeds, words
from app.ui.pages.settlement.explaining import explain
from app.ui.pages.settlement.match_picture import MatchPicture
from app.ui.pages.settlement.panel_parts import FigureLines, Figures, GapBox
from app.ui.pages.settlement.statement_rows import look
from app.ui.status import Status
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button, Kind as ButtonKind, icon_button
from app.ui.widgets.cards import DetailPanel
from app.ui.widgets.text import Role, Text

_LOTS, _FEW = 4, 2
_SHOWN = 2
_MAIN = {Deed.SEND, Deed.CONFIRM, Deed.MATCH, Deed.AUDIT}


class StatementPanel(DetailPanel):
    """One bill.

    Signals:
        asked: Something is to be done: the `StatementRow`, the `Deed`.
        make_asked: The bills of a supplier and member are to be made: the `PendingRow`.
    """

    asked = Signal(object, object)
    make_asked = Signal(object)

    def __init__(self, page: Page) -> None:
        super().__init__(298)
        self._page = page
        self.row: StatementRow | None = None
        self.badge = Badge(Status.MUTE, "")
        self.name.set_role(Role.CARD_TITLE)
        self.badges.takeAt(0)
        self.badges.addWidget(self.name, 1)  # name and state on one line, as in the design
        self.badges.addWidget(self.badge)
        self.body.setSpacing(6)
        self.content.setSpacing(6)
        self.roll = FigureLines(130)
        self.lots = FigureLines(57, 44, 72, left=(1,), size=13)
        self.gap = GapBox()
        self.agreed = Text("", Role.SECOND, wrap=True)
        self.matched = Text("", Role.STRONG)
        self.picture = MatchPicture()
        self.notes = Text("", Role.LABEL, wrap=True)
        for part in (
            self.roll, self.gap, self.lots, self.agreed, self.matched, self.picture, self.notes
        ):  # fmt: skip
            self.content.addWidget(part)
        self.buttons = tuple(Button("") for _n in range(_SHOWN))
        for place, button in enumerate(self.buttons):
            button.clicked.connect(partial(self._press, place))
            self.foot.addWidget(button, 1)
        self.more = icon_button(Icon.DOTS, _("更多"))
        self.more.clicked.connect(self._open_menu)
        self.foot.addWidget(self.more)
        self.offered: tuple[Deed, ...] = ()
        self._pending: PendingRow | None = None

    def show_statement(self, row: StatementRow) -> None:
        """Show another bill and ask for what belongs to it."""
        self.row, self._pending = row, None
        self._show_head(row)
        self.roll.show_lines(_roll(row))
        self.offered = deeds(row, self._page.context.actor)
        self._show_buttons()
        db, actor = self._page.context.db, self._page.context.actor
        self._page.read(
            lambda: detail(db, actor, row.org_id, row.statement_id),
            self._show_detail,
            channel="detail",
        )

    def show_pending(self, one: PendingRow, *, may_make: bool) -> None:
        """Show what waits for a bill."""
        self.row, self._pending = None, one
        self.offered = ()
        self.badge.show_status(Status.MUTE, _("待生成"))
        self.name.setText(f"{one.supplier} × {one.org}")
        self.spec.setText(_("还没有对账单 · {n} 行", n=one.rows))
        lines = [Figures((_("没结算的消耗"), formats.amount(one.amount)))]
        if one.refunds:
            lines.append(Figures((_("没结算的退货（另开一张）"), formats.amount(one.refunds))))
        self.roll.show_lines(lines)
        for part in (self.lots, self.gap, self.agreed, self.matched, self.picture, self.notes):
            part.hide()
        self.buttons[0].setVisible(may_make)
        self.buttons[0].setText(_("生成对账单"))
        self.buttons[0].set_kind(ButtonKind.PRIMARY)
        self.buttons[1].hide()
        self.more.hide()

    def _show_head(self, row: StatementRow) -> None:
        self.badge.show_status(*look(row))
        self.name.setText(f"{row.supplier} × {row.org}")
        parts = [_("对账单 {no}", no=row.no), f"{row.date_from:%m-%d} – {row.date_to:%m-%d}"]
        if row.confirmed_at:
            parts.append(
                _("{who} {when:%m-%d} 确认", who=row.confirmed_by,
                  when=local_time(row.confirmed_at))
            )  # fmt: skip
        if row.audited_at:
            parts.append(
                _("{who} {when:%m-%d} 审核", who=row.audited_by, when=local_time(row.audited_at))
            )
        self.spec.setText(" · ".join(parts))

    def _show_detail(self, found: Detail) -> None:
        if self.row is None or found.head.statement_id != self.row.statement_id:
            return
        self.lots.setVisible(bool(found.totals))
        most = _FEW if found.matches or found.gaps else _LOTS
        self.lots.show_lines(_lots(found.totals, found.head, most))
        self._show_gap(found)
        self.agreed.setVisible(bool(found.agreed))
        self.agreed.setText(
            "\n".join(
                _("调整 {money}：{why}（{who}）", money=formats.amount(one.amount), why=one.reason,
                  who=one.person)
                for one in found.agreed
            )
        )  # fmt: skip
        self._show_matches(found)
        notes = [
            _("{day} 已报平台，回执 {no}", day=one.reported_on, no=one.receipt_no)
            for one in found.reports
        ]
        if found.head.status is State.INVOICED and Deed.AUDIT not in self.offered:
            notes.append(_("等另一位结算员或审计审核。"))
        self.notes.setVisible(bool(notes))
        self.notes.setText("\n".join(notes))

    def _show_gap(self, found: Detail) -> None:
        row = found.head
        gap, title = row.difference, ""
        sentences = [explain(one) for one in found.gaps]
        if row.status is State.DISPUTED or (gap and row.status is State.SENT):
            money = formats.amount(gap) if gap is not None else "—"
            title = _("差异 {money}", money=f"+{money}" if gap and gap > 0 else money)
        if row.dispute and row.status is State.DISPUTED:
            sentences.append(_("异议：{why}", why=row.dispute))
        self.gap.show_gap(title, sentences if title else ())

    def _show_matches(self, found: Detail) -> None:
        invoices = {(one.invoice_org, one.invoice_id) for one in found.matches}
        statements = {(one.org_id, one.statement_id) for one in found.matches}
        row = found.head
        needs = row.status is State.CONFIRMED and row.kind != "reversal"
        self.matched.setVisible(bool(found.matches) or needs)
        self.picture.setVisible(bool(found.matches))
        if found.matches:
            self.matched.setText(
                _("匹配发票 {n} 张发票 : {m} 张对账单", n=len(invoices), m=len(statements))
            )
            self.picture.show_matches(found.matches, (row.org_id, row.statement_id))
        elif needs:
            left = formats.yuan(row.payable)
            self.matched.setText(_("还缺 {left} 的发票", left=left))

    def _show_buttons(self) -> None:
        main = [deed for deed in self.offered if deed not in {Deed.PDF, Deed.EXCEL}][:_SHOWN]
        for place, button in enumerate(self.buttons):
            button.setVisible(place < len(main))
            if place < len(main):
                button.setText(words(main[place]))
                primary = place == 0 and main[0] in _MAIN
                button.set_kind(ButtonKind.PRIMARY if primary else ButtonKind.SECONDARY)
                button.updateGeometry()
        self.more.setVisible(len(self.offered) > len(main))

    def _press(self, place: int) -> None:
        if self._pending is not None:
            self.make_asked.emit(self._pending)
        elif self.row is not None:
            main = [deed for deed in self.offered if deed not in {Deed.PDF, Deed.EXCEL}]
            self.asked.emit(self.row, main[place])

    def _open_menu(self) -> None:
        menu = self.menu()
        menu.popup(self.more.mapToGlobal(self.more.rect().topLeft()) - _above(menu))

    def menu(self) -> QMenu:
        """All that can be done with the bill."""
        menu = QMenu(self.more)
        for deed in self.offered:
            entry = menu.addAction(words(deed))
            entry.triggered.connect(partial(self.asked.emit, self.row, deed))
        return menu

    def main_deed(self) -> Deed | None:
        """What F10 does: the first button, where it takes the bill on."""
        first = self.offered[0] if self.offered else None
        return first if first in _MAIN else None


def _above(menu: QMenu) -> QPoint:
    return QPoint(0, menu.sizeHint().height())


def _roll(row: StatementRow) -> list[Figures]:
    """期初 + 送入 … = 期末, then what is owed for it; lines of nothing are left out."""
    lines: list[Figures] = []
    rolled = row.opening or row.received or row.closing or row.returned or row.other
    if rolled:
        lines += [
            Figures((_("期初寄售"), formats.amount(row.opening))),
            Figures((_("+ 本期送入"), formats.amount(row.received))),
        ]
        lines += _filled((_("+ 退回"), row.returned), (_("+ 其他（盘盈亏、调拨等）"), row.other))
        lines += [
            Figures((_("− 本期消耗"), formats.amount(-(row.consumed - row.price_gap)))),
            Figures((_("= 期末寄售"), formats.amount(row.closing)), bold=True, rule=True),
        ]
    extra = _filled(
        (_("调价差"), row.repriced),
        (_("补结以前月份"), row.late),
        (_("双方同意的调整"), row.adjusted),
    )
    if extra or not rolled:
        lines += [*extra, Figures((_("应付"), formats.amount(row.payable)), bold=True)]
    return lines


def _filled(*entries: tuple[str, Decimal]) -> list[Figures]:
    return [Figures((word, formats.amount(value))) for word, value in entries if value]


def _lots(totals: tuple[ItemTotal, ...], head: StatementRow, most: int) -> list[Figures]:
    lines = [_lot_line(_("消耗批次"), _("批号"), _("数量"), _("金额 元"), light=True)]
    lines += [
        _lot_line(
            one.name, one.lot_no,
            pack_text(one.base_unit, one.pack_unit, one.pack_factor, one.qty),
            formats.amount(one.amount),
        )
        for one in totals[:most]
    ]  # fmt: skip
    rest = totals[most:]
    if rest:
        money = formats.amount(sum((one.amount for one in rest), start=formats.ZERO))
        lines.append(Figures((_("其余 {n} 批", n=len(rest)), "", "", money), light=True))
    total = formats.amount(head.consumed)
    lines.append(Figures((_("合计 = 本期消耗"), "", "", total), bold=True, rule=True))
    return lines


def _lot_line(*cells: str, light: bool = False) -> Figures:
    """Name, lot, quantity, money; the quantity leaves where large text has no room for all."""
    name, lot, qty, money = cells
    kept = "" if theme.density() is theme.Density.LARGE else qty
    return Figures((name, lot, kept, money), light=light)
