"""A button that cannot be pressed says why (design §18)."""

from __future__ import annotations

from app.ui.widgets.buttons import Button


def allow(button: Button, otherwise: str, *, when: bool) -> None:
    """Let a button be pressed, or not with a reason as its tip: what to do that it can."""
    button.setEnabled(when)
    usual = button.text() if button.short else ""
    button.setToolTip(usual if when else otherwise)
