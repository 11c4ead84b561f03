"""A new price list, and which list an import goes into."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.pricing import PriceSource
from app.i18n import _
from app.services.prices.change import CreateList
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Field, Select, StatusEdit, check_all
from app.ui.widgets.text import Role, Text

_TYPED: Final = tuple(one for one in PriceSource if one is not PriceSource.GPO)
"""Sources whose prices are typed or imported."""


class ListForm(Form):
    """Asks for number, name and source of a new price list."""

    def __init__(self, parent: QWidget, suggested: str, verb: str = "") -> None:
        super().__init__(_("新建价格表"), verb or _("新建"), parent)
        self.code = Field(_("编号"), StatusEdit(suggested), required=True)
        self.name = Field(_("名称"), QLineEdit(), required=True, hint=_("如 2026 年挂网价"))
        self.source = Select([(one, one.label) for one in _TYPED])
        self.source.choose(PriceSource.ADHOC)
        for field in (self.code, self.name, Field(_("来源"), self.source)):
            self.body.addWidget(field)
        words = _("集团议价的价格由定标和调价申请生成，不在这里登记。")
        self.body.addWidget(Text(words, Role.LABEL, wrap=True))

    def command(self) -> CreateList:
        """The list as typed."""
        source = PriceSource(str(self.source.value))
        return CreateList(new_op(), self.code.text, self.name.text, source)

    @override
    def submit(self) -> None:
        """Number and name are needed."""
        if check_all(
            [(self.code, lambda: _need(self.code)), (self.name, lambda: _need(self.name))]
        ):
            self.accept()


def _need(field: Field) -> str:
    if not field.text:
        raise DomainError("price_list.empty", _("请填写。"))
    return field.text
