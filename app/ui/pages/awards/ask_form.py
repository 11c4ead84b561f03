"""A supplier asks for another price."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QGridLayout
from typing_extensions import override

from app.domain.days import typed_day
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.i18n import _
from app.services.catalogue.search import SearchQuery
from app.services.prices.listing import PriceRow, price_page
from app.services.prices.requests import AskPrice, ask_price
from app.ui import formats
from app.ui.page import Page
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field, Select
from app.ui.widgets.numbers import MoneyEdit
from app.ui.widgets.text import Role, Text

_MOST = 500


class AskForm(Form):
    """Which price, how much, and the proof that the platform's price moved."""

    def __init__(self, page: Page, done: Callable[[], None]) -> None:
        super().__init__(_("申请调价"), _("提交申请"), page, wide=560)
        self._page = page
        self._done = done
        words = _("只在平台价变动时可以申请；新价不能高于平台现价，涨幅不能超过平台的涨幅。")
        self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        self.price = Select([(0, _("正在读取价格…"))])
        self.body.addWidget(Field(_("价格"), self.price))
        self.new, self.before, self.after = MoneyEdit(), MoneyEdit(), MoneyEdit()
        self.day = Field(_("生效日期"), CodeEdit(page.context.today.isoformat()))
        self.fields = (
            Field(_("新价格"), self.new, required=True),
            Field(_("平台原价"), self.before, required=True),
            Field(_("平台现价"), self.after, required=True),
            self.day,
        )
        grid = QGridLayout()
        for place, field in enumerate(self.fields):
            grid.addWidget(field, place // 2, place % 2)
        self.body.addLayout(grid)
        self.evidence = Field(_("依据（公告号或链接）"), CodeEdit(), required=True)
        self.reason = Field(_("理由"), CodeEdit(), required=True)
        self.body.addWidget(self.evidence)
        self.body.addWidget(self.reason)
        db, actor = page.context.db, page.context.actor
        page.read(
            lambda: price_page(db, actor, SearchQuery("", view="now"), (None, _MOST)).rows,
            self._prices,
            owner=self,
        )

    def _prices(self, rows: tuple[PriceRow, ...]) -> None:
        self.price.set_entries(
            [(row.id, f"{row.name} {row.spec} · {formats.price(row.unit_price)}") for row in rows]
        )

    @override
    def submit(self) -> None:
        """Check, then ask."""
        try:
            command = self._command()
        except DomainError as error:
            self.reason.say(error.text)
            return
        db, actor = self._page.context.db, self._page.context.actor
        self._page.write(lambda: ask_price(db, actor, command), self._asked, self._failed)

    def _command(self) -> AskPrice:
        price = self.price.value
        day = typed_day(self.day.text)
        return AskPrice(
            new_op(),
            price if isinstance(price, int) else 0,
            self.new.amount(),
            self.before.amount(),
            self.after.amount(),
            self.evidence.text,
            day,
            self.reason.text,
        )

    def _asked(self, no: str) -> None:
        self._page.context.notices.done(_("已提交，申请编号 {no}。", no=no))
        self._done()
        self.accept()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, DomainError):
            self.reason.say(error.text)
        else:
            self._page.context.errors.take(error)
