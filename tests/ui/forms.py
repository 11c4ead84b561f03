"""The form that is open on a page; a test that names a form which is not there fails here."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QWidget

F = TypeVar("F", bound=QWidget)


def form_of(page: QWidget, kind: type[F]) -> F:
    """The page's form of this kind."""
    found = page.findChild(kind)
    assert found is not None, f"no {kind.__name__} is open"
    return found
