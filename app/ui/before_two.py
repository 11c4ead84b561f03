"""A write that may want a second person: tried alone, asked for where it is wanted, done again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from app.domain.errors import DomainError, NotAllowedError
from app.i18n import _
from app.services.receiving.commands import Second
from app.ui.page import Page
from app.ui.widgets.second_form import Asked, SecondForm

T = TypeVar("T")


def asked_for_second(
    page: Page, error: Exception, second: Second | None, given: Callable[[Second], None]
) -> bool:
    """Ask for the second person where the error wants one, or another one than was named.

    Args:
        page: Over which the form opens.
        error: Why the write was refused.
        second: Who was named for it.
        given: Takes the next one; not called when the person goes back.
    """
    wanted = isinstance(error, DomainError) and error.code == "persons.second"
    unproved = second is not None and isinstance(error, NotAllowedError)
    if not isinstance(error, DomainError) or not (wanted or unproved):
        return False
    asked = Asked(_("双人复核"), _("确认"), error.text)
    form = SecondForm(asked, page, demo=page.context.session.demo)
    form.given.connect(given)
    form.open()
    return True


def write_before_two(
    page: Page,
    work: Callable[[Second | None], T],
    done: Callable[[T], None],
    failed: Callable[[Exception], None],
    second: Second | None = None,
) -> None:
    """Do it; where controlled drugs want a second person, ask for one and do the same again."""

    def again(one: Second) -> None:
        write_before_two(page, work, done, failed, one)

    def not_done(error: Exception) -> None:
        if not asked_for_second(page, error, second, again):
            failed(error)

    page.write(lambda: work(second), done, not_done)
