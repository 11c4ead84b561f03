"""What is done with prices: agree one, let one follow, end one; each in its own form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.i18n import _
from app.services.prices.change import (
    ClosePrice,
    PriceSet,
    SetPrice,
    close_price,
    create_list,
    set_price,
)
from app.services.prices.listing import ListRow, PriceRow, SupplierRow, price_lists
from app.services.prices.putting import NewPrice
from app.ui import formats
from app.ui.page import Page
from app.ui.pages.prices.list_form import ListForm
from app.ui.pages.prices.price_form import Choices, CloseForm, PriceForm, read_day

_HITS = 8


class PriceDesk:
    """The forms of the price list, opened on its page.

    Attributes:
        lists: Price lists that a price can go into.
        suppliers: Suppliers to choose from.
        form: The price form that is or was open.
    """

    form: PriceForm
    list_form: ListForm
    close_form: CloseForm

    def __init__(self, page: Page, changed: Callable[[str], None]) -> None:
        """Prepare the desk; `changed` is told in words what was done."""
        self._page = page
        self._changed = changed
        self.lists: tuple[ListRow, ...] = ()
        self.suppliers: tuple[SupplierRow, ...] = ()

    def take_suppliers(self, found: tuple[SupplierRow, ...]) -> None:
        """Offer these suppliers."""
        self.suppliers = found

    def new(self) -> None:
        """Agree a price of an item still to be chosen."""
        self.follow(None)

    def follow(self, row: PriceRow | None) -> None:
        """Agree the price that follows `row`; without any list, make one first."""
        typed = tuple(one for one in self.lists if one.typed)
        if not typed:
            self._new_list(partial(self.follow, row))
            return
        context = self._page.context
        choices = Choices(
            typed,
            self.suppliers,
            context,
            context.today + timedelta(days=1),
            row.item_id if row else 0,
            f"{row.name} {row.spec}" if row else "",
            row.supplier_id if row else 0,
            row.ceiling if row else None,
        )
        self.form = PriceForm(self._page, choices, self._save)
        self.form.open()

    def end(self, row: PriceRow | None) -> None:
        """End a price, with a reason."""
        if row is None:
            self._page.not_available()
            return
        words = _(
            "{name} · {supplier} · {price} 元",
            name=row.name,
            supplier=row.supplier,
            price=formats.price(row.unit_price),
        )
        context = self._page.context
        form = CloseForm(self._page, words, context.today + timedelta(days=1))
        op = new_op()

        def close() -> None:
            command = ClosePrice(op, row.id, read_day(form.day.text), form.reason.text)
            work = partial(close_price, context.db, context.actor, command)
            self._page.write(work, lambda _done: self._changed(_("价格已截止。")))

        form.accepted.connect(close)
        self.close_form = form
        form.open()

    def _save(self, list_id: int, price: NewPrice) -> None:
        context = self._page.context
        command = SetPrice(new_op(), list_id, price)
        work = partial(set_price, context.db, context.actor, command)
        self._page.write(work, self._saved, self._not_saved)

    def _saved(self, done: PriceSet) -> None:
        self.form.accept()
        words = _("已登记，旧价格同日截止。") if done.closed_id else _("已登记价格。")
        self._changed(words)

    def _not_saved(self, error: Exception) -> None:
        if isinstance(error, DomainError):
            self.form.show_error(error)
        else:
            self._page.context.errors.take(error)

    def _new_list(self, then: Callable[[], None]) -> None:
        context = self._page.context
        form = ListForm(self._page, f"JG-{context.today:%Y%m}")

        def listed(rows: tuple[ListRow, ...]) -> None:
            self.lists = rows
            then()

        def made(_list: int) -> None:
            self._page.read_for_form(partial(price_lists, context.db, context.actor), listed)

        def make() -> None:
            self._page.write(partial(create_list, context.db, context.actor, form.command()), made)

        form.accepted.connect(make)
        self.list_form = form
        form.open()
