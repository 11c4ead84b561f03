"""The panel beside the proposals: why this saves money, and the legal ground in words."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.domain.transfers.proposing import Why
from app.i18n import _
from app.services.transfers.propose import WATCH_DAYS, Proposal
from app.ui import formats
from app.ui.pages.transfers.rows import basis_pill, packs
from app.ui.widgets.badge import Badge
from app.ui.widgets.cards import DetailPanel, Facts
from app.ui.widgets.text import Role, Text, line


class WhyPanel(DetailPanel):
    """One proposal, explained by the figures that made it."""

    def __init__(self) -> None:
        super().__init__(250)
        self.body.setSpacing(6)
        self.why = Text("", Role.CARD_TITLE)
        self.sum = Facts()
        self.use = Text("", Role.SECOND, wrap=True)
        self.law_title = Text(_("法律依据"), Role.CARD_TITLE)
        self.law = Text("", Role.SECOND, wrap=True)
        for part in (self.why, self.sum, self.use, line(), self.law_title, self.law):
            self.content.addWidget(part)

    def show_proposal(self, row: Proposal | None) -> None:
        """Show another proposal; None empties the panel."""
        self.area.setVisible(row is not None)
        if row is None:
            self.name.setText(_("选一条建议"))
            self.spec.setText(_("这里会说清为什么调、能省多少、按什么依据。"))
            self.show_badges([])
            return
        pill = basis_pill(row)
        badges: list[QWidget] = [Badge(pill.status, pill.text)]
        self.show_badges(badges)
        self.name.setText(row.name)
        self.spec.setText(f"{row.donor} → {row.org} · {' '.join(packs(row.qty, row))}")
        self.why.setText(
            _("为什么省 {money}", money=formats.yuan(row.saved)) if row.expiring else _("为什么调")
        )
        price = f"{formats.price(row.unit_price)} / {row.pack_unit}"
        self.sum.show_facts(
            (
                (_("{org}富余", org=row.donor), " ".join(packs(row.spare, row))),
                (_("其中到期用不完"), " ".join(packs(row.expiring, row))),
                (_("× 单价"), price),
                (_("= 省"), formats.yuan(row.saved)),
                (_("本次调拨值"), formats.yuan(row.value)),
            )
        )
        used = (
            _("{org} {n} 天没用过", org=row.donor, n=WATCH_DAYS)
            if not row.donor_use
            else _("{org} {n} 天用了 {qty}", org=row.donor, n=WATCH_DAYS,
                   qty=" ".join(packs(row.donor_use, row)))
        )  # fmt: skip
        ends = (
            _("{org} {n} 天可用完", org=row.org, n=row.use_days)
            if row.use_days
            else _("{org} 近期没用过", org=row.org)
        )
        short = _("{org} 不足 7 天用量。", org=row.org) if row.why == Why.SHORTAGE else ""
        self.use.setText(f"{used}，{ends}。{short}")
        self.law.setText(row.basis.effect)
