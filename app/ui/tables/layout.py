"""What a person arranged in a grid, as plain values to be kept per person and screen."""

from __future__ import annotations

from app.ui.tables.halves import Halves


def saved(halves: Halves) -> dict[str, object]:
    """Widths, order, hidden and frozen columns, scroll position."""
    return {
        "widths": halves.widths(),
        "order": halves.order(),
        "hidden": sorted(halves.hidden_keys),
        "frozen": sorted(halves.frozen_keys),
    }


def restore(halves: Halves, state: dict[str, object]) -> None:
    """Put an arrangement back; columns that no longer exist are left out."""
    known = set(halves.model.positions)
    hidden, frozen, order = state.get("hidden"), state.get("frozen"), state.get("order")
    if isinstance(hidden, list):
        halves.hidden_keys = known & {str(key) for key in hidden}
    if isinstance(frozen, list):
        halves.frozen_keys = known & {str(key) for key in frozen}
    if isinstance(order, list):
        halves.set_order([str(key) for key in order])
    halves.arrange()
    widths = state.get("widths")
    if isinstance(widths, dict):
        for key, width in widths.items():
            if key in known and isinstance(width, int) and width > 0:
                halves.set_width(halves.model.columns[halves.model.positions[key]], width)
    halves.stretch()


def reset(halves: Halves) -> None:
    """Back to how the columns came."""
    columns = halves.model.columns
    restore(
        halves,
        {
            "widths": {column.key: column.width for column in columns},
            "order": [column.key for column in columns],
            "hidden": [column.key for column in columns if column.hidden],
            "frozen": [column.key for column in columns if column.frozen],
        },
    )
