"""拆分品规: which members' rows of an item mean another one, which, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.domain.errors import DomainError
from app.i18n import _
from app.services.mapping.queries import CandidateView
from app.services.mapping.repoint import LinkedRow
from app.ui import theme
from app.ui.context import PageContext
from app.ui.tables.cells import Row, Two, ticked
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field
from app.ui.widgets.item_field import ItemField
from app.ui.widgets.text import Role, Text

_PICK = "pick"


@dataclass(frozen=True, slots=True)
class Split:
    """What was chosen: the rows as (organisation, row), the other item, and why."""

    rows: tuple[tuple[int, int], ...]
    item_id: int
    reason: str


class SplitForm(Form):
    """Rows with check marks (Space), the other item, the reason."""

    def __init__(
        self,
        context: PageContext,
        parent: QWidget,
        item: CandidateView,
        rows: Sequence[LinkedRow],
    ) -> None:
        super().__init__(_("拆分品规"), _("改对另一个品规"), parent, wide=760)
        self._context = context
        words = _(
            "{code} {name} {spec} 继续在用；勾选的行从现在起改对另一个品规，各院 30 天内可撤销。",
            code=item.code,
            name=item.entry.name,
            spec=item.entry.spec,
        )
        self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        self.model = ListModel(_columns(), ticked)
        self.model.set_rows([_row(row) for row in rows])
        self.grid = GridView(self.model)
        self.grid.setMinimumHeight(theme.px(220))
        self.grid.set_empty(_("还没有哪家对到这个品规，没有可拆的行。"))
        self.body.addWidget(self.grid, 1)
        self.target = ItemField(context, _("改对哪个品规"), required=True)
        self.reason = Field(_("理由"), CodeEdit(), required=True)
        self.reason.set_hint(_("如「一个统一编码里混了两个厂家」"))
        self.target.picked.connect(self.reason.editor.setFocus)
        self.body.addWidget(self.target)
        self.body.addWidget(self.reason)
        self.problem = Text("", Role.SECOND, wrap=True)
        self.body.addWidget(self.problem)
        self.grid.focus_rows()

    @property
    def split(self) -> Split:
        """What was chosen; raises `DomainError` with what is missing."""
        chosen = tuple(
            (row.record.org_id, row.record.local_id)
            for row in self.model.checked(_PICK)
            if isinstance(row.record, LinkedRow)
        )
        if not chosen:
            raise DomainError("split.rows", _("还没勾选要拆出的行。选中一行按空格。"))
        item = self.target.checked()
        if not self.reason.text.strip():
            raise DomainError("split.reason", _("还没写理由。请写明为什么要拆。"))
        return Split(chosen, item, self.reason.text.strip())

    @override
    def submit(self) -> None:
        """Check that everything is there."""
        try:
            self.split  # noqa: B018 - raises what is missing
        except DomainError as error:
            self.problem.setText(error.text)
            return
        self.accept()


def _columns() -> tuple[Column, ...]:
    return (
        Column(key=_PICK, title="", kind=Kind.CHECK, width=40, editable=True),
        Column(key="org", title=_("机构"), width=120),
        Column(key="name", title=_("名称 / 规格"), kind=Kind.TWO_LINE, width=240, stretch=True),
        Column(key="maker", title=_("生产企业"), width=180),
        Column(key="code", title=_("本院编码"), width=110),
    )


def _row(row: LinkedRow) -> Row:
    cells = (False, row.org, Two(row.name, row.spec), row.maker, row.code)
    return Row((row.org_id, row.local_id), cells, row)
