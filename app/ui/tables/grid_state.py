"""Order and filters of one grid: what the person clicked and typed, as one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.domain.errors import DomainError
from app.ui.tables.columns import Column, Filter
from app.ui.tables.query import PageQuery, Sort, understand


class GridState(QObject):
    """Keeps the query of a grid.

    Signals:
        changed: The query is another one.
        refused: A filter text was not understood: column key, the `DomainError`.
    """

    changed = Signal()
    refused = Signal(str, object)

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = {column.key: column for column in columns}
        self.query = PageQuery()
        self.texts: dict[str, str] = {}
        self.home = ""
        """The view that the page opens with: it narrows nothing in the eyes of the person."""

    def click_sort(self, key: str, *, add: bool = False) -> None:
        """A click on a heading: up, down, natural; with `add` (Shift) beside the other keys."""
        if not self.columns[key].sortable:
            return
        now = next((sort for sort in self.query.sorts if sort.column == key), None)
        others = tuple(sort for sort in self.query.sorts if sort.column != key) if add else ()
        if now is None:
            sorts = (*others, Sort(key))
        elif not now.descending:
            sorts = tuple(
                replace(sort, descending=True) if sort.column == key else sort
                for sort in (self.query.sorts if add else (now,))
            )
        else:
            sorts = others
        self._take(replace(self.query, sorts=sorts))

    def set_filter(self, key: str, text: str) -> None:
        """What was typed for a column; an empty text takes the filter away."""
        try:
            condition = understand(key, self.columns[key].filter, text)
        except DomainError as error:
            self.refused.emit(key, error)
            return
        if text.strip():
            self.texts[key] = text
        else:
            self.texts.pop(key, None)
        self._take(self.query.with_condition(key, condition))

    def clear_filters(self) -> None:
        """Take all column filters and the quick view away; the search text stays."""
        self.texts.clear()
        self._take(replace(self.query, filters=(), view=""))

    def clear_all(self) -> None:
        """Take filters, quick view and search text away."""
        self.texts.clear()
        self._take(replace(self.query, filters=(), view="", text=""))

    def chosen(self, key: str) -> list[str]:
        """The values picked for a column with a pick-list."""
        return [part for part in self.texts.get(key, "").split("|") if part]

    def chosen_words(self, key: str) -> str:
        """The picked values in words."""
        chosen = set(self.chosen(key))
        choices = self.columns[key].choices
        return "、".join(choice.title for choice in choices if choice.value in chosen)

    def search(self, text: str) -> None:
        """The page's search field."""
        self._take(replace(self.query, text=text.strip()))

    def view(self, view: str) -> None:
        """A quick chip."""
        self._take(replace(self.query, view=view))

    @property
    def filtered(self) -> bool:
        """Whether anything narrows the rows."""
        view = self.query.view if self.query.view != self.home else ""
        return bool(self.query.filters or self.query.text or view)

    def words(self, key: str) -> str:
        """The filter of a column for its chip: 有效期至 ≤ 2027-04."""
        column = self.columns[key]
        text = self.texts.get(key, "")
        if column.filter is Filter.CHOICE:
            text = self.chosen_words(key)
        return f"{column.title} {text}"

    def saved(self) -> dict[str, object]:
        """What to remember for the person."""
        return {
            "sorts": [[sort.column, sort.descending] for sort in self.query.sorts],
            "filters": dict(self.texts),
            "view": self.query.view,
            "text": self.query.text,
        }

    def restore(self, saved: dict[str, object]) -> None:
        """Put back what was remembered; columns that no longer exist are left out."""
        sorts = saved.get("sorts")
        if isinstance(sorts, list):
            kept = tuple(Sort(str(key), bool(down)) for key, down in sorts if key in self.columns)
            self.query = replace(self.query, sorts=kept)
        filters = saved.get("filters")
        if isinstance(filters, dict):
            self._restore_filters({str(key): str(text) for key, text in filters.items()})
        self.query = replace(
            self.query, view=str(saved.get("view", "")), text=str(saved.get("text", ""))
        )
        self.changed.emit()

    def _restore_filters(self, texts: dict[str, str]) -> None:
        for key, text in texts.items():
            if key not in self.columns:
                continue
            try:
                condition = understand(key, self.columns[key].filter, text)
            except DomainError:
                continue  # the format changed since; better no filter than none of the rows
            self.texts[key] = text
            self.query = self.query.with_condition(key, condition)

    def _take(self, query: PageQuery) -> None:
        if query != self.query:
            self.query = query
            self.changed.emit()
