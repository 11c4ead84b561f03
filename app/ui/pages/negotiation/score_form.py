"""The scoring sheet: weights, this person's points, and what follows from them."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from PySide6.QtWidgets import QGridLayout, QWidget
from typing_extensions import override

from app.domain.bidding.scoring import EXPERT, Criterion, price_points, score
from app.domain.errors import DomainError
from app.i18n import _
from app.services.negotiation.comparison import Comparison
from app.services.negotiation.scores import Scoring
from app.ui.status import Status
from app.ui.widgets.dialogs import Form
from app.ui.widgets.numbers import WholeEdit
from app.ui.widgets.text import Role, Text

_TENTH: Final = Decimal("0.1")


class ScoreForm(Form):
    """Weights, this person's points, and the sheet that follows at once."""

    def __init__(self, found: Comparison, scored: Scoring, parent: QWidget) -> None:
        super().__init__(_("评分权重"), _("保存"), parent, wide=680)
        self.found, self.scored = found, scored
        self.price = [int(one) for one in price_points(found.grid)]
        self.body.addWidget(
            Text(
                _("价格分按报价自动算；其余各项取专家平均，已有 {n} 位专家评分。",
                  n=scored.experts),
                Role.SECOND, wrap=True,
            )
        )  # fmt: skip
        table = QGridLayout()
        table.setHorizontalSpacing(10)
        self.weights: dict[Criterion, WholeEdit] = {}
        self.points: dict[tuple[int, Criterion], WholeEdit] = {}
        self.sums: list[Text] = []
        table.addWidget(Text(_("权重 %"), Role.LABEL), 1, 0)
        for column, criterion in enumerate(Criterion, 1):
            table.addWidget(Text(criterion.label, Role.LABEL), 0, column)
            edit = _percent(scored.weights.get(criterion, 0), criterion.label)
            edit.textChanged.connect(self._recount)
            self.weights[criterion] = edit
            table.addWidget(edit, 1, column)
        table.addWidget(Text(_("综合得分"), Role.LABEL), 0, 5)
        self.total = Text("", Role.LABEL)
        table.addWidget(self.total, 1, 5)
        for row, one in enumerate(found.suppliers, 2):
            self._add_supplier(table, row, one.supplier_id, one.name)
        self.body.addLayout(table)
        self.problem = Text("", Role.LABEL, tone=Status.BAD)
        self.body.addWidget(self.problem)
        self._recount()

    def _add_supplier(self, table: QGridLayout, row: int, supplier: int, name: str) -> None:
        table.addWidget(Text(name, Role.BODY), row, 0)
        table.addWidget(Text(f"{self.price[row - 2] * _TENTH}", Role.BODY), row, 1)
        for column, criterion in enumerate(EXPERT, 2):
            own = self.scored.own.get((supplier, criterion))
            edit = _percent(own if own is not None else 80, f"{name} {criterion.label}")
            edit.textChanged.connect(self._recount)
            self.points[supplier, criterion] = edit
            table.addWidget(edit, row, column)
        words = Text("", Role.STRONG)
        self.sums.append(words)
        table.addWidget(words, row, 5)

    def _recount(self) -> None:
        """Figures follow every key; a field that is half typed leaves a dash."""
        for edit in (*self.weights.values(), *self.points.values()):
            edit.show_status(None if _typed(edit) is not None else Status.BAD)
        weights = {key: _typed(edit) or 0 for key, edit in self.weights.items()}
        self.total.setText(_("合计 {n}", n=sum(weights.values())))
        for place, one in enumerate(self.found.suppliers[: len(self.sums)]):
            given = {key: _typed(self.points[one.supplier_id, key]) for key in EXPERT}
            points = {key: value * 10 for key, value in given.items() if value is not None}
            whole = len(points) == len(given)
            points[Criterion.PRICE] = self.price[place]
            self.sums[place].setText(f"{score(points, weights) * _TENTH}" if whole else "—")

    @property
    def chosen_weights(self) -> tuple[tuple[Criterion, int], ...]:
        """The weights as they stand."""
        return tuple((key, edit.number()) for key, edit in self.weights.items())

    @property
    def chosen_points(self) -> tuple[tuple[int, Criterion, int], ...]:
        """This person's points."""
        return tuple((one, key, edit.number()) for (one, key), edit in self.points.items())

    @override
    def submit(self) -> None:
        """Accept once every field is a number and the weights make the whole."""
        for edit in (*self.weights.values(), *self.points.values()):
            try:
                edit.number()
            except DomainError as wrong:
                self.problem.setText(wrong.text)
                edit.setFocus()
                return
        n = sum(edit.number() for edit in self.weights.values())
        if n != 100:  # noqa: PLR2004 - per cent
            self.problem.setText(_("权重合计是 {n}，应为 100。请调整各项权重。", n=n))
            return
        self.accept()


def _percent(value: int, name: str) -> WholeEdit:
    edit = WholeEdit(value, 0, 100)
    edit.setAccessibleName(name)
    return edit


def _typed(edit: WholeEdit) -> int | None:
    try:
        return edit.number()
    except DomainError:
        return None
