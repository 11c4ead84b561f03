"""What a person arranged in a grid, as plain values to be kept per person and screen."""

from __future__ import annotations

from app.ui.tables.halves import Halves


def saved(halves: Halves) -> dict[str, object]:
    """Widths that the person gave, order, hidden and frozen columns."""
    return {
        "held": dict(halves.widths.held),
        "order": halves.order(),
        "hidden": sorted(halves.hidden_keys),
        "frozen": sorted(halves.frozen_keys),
    }


def restore(halves: Halves, state: dict[str, object]) -> None:
    """Put an arrangement back; columns that no longer exist are left out."""
    known = set(halves.model.positions)
    hidden, frozen, order = state.get("hidden"), state.get("frozen"), state.get("order")
    held = state.get("held")
    if isinstance(hidden, list):
        halves.hidden_keys = known & {str(key) for key in hidden}
    if isinstance(frozen, list):
        halves.frozen_keys = known & {str(key) for key in frozen}
    if isinstance(order, list):
        halves.set_order([str(key) for key in order])
    if isinstance(held, dict):
        given = {key: width for key, width in held.items() if isinstance(width, int) and width > 0}
        halves.widths.held = {key: width for key, width in given.items() if key in known}
    halves.arrange()


def reset(halves: Halves) -> None:
    """Back to how the columns came."""
    columns = halves.model.columns
    restore(
        halves,
        {
            "held": {},
            "order": [column.key for column in columns],
            "hidden": [column.key for column in columns if column.hidden],
            "frozen": [column.key for column in columns if column.frozen],
        },
    )
