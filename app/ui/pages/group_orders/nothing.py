"""What 统采分签 says when there is nothing to show, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable

from app.i18n import _
from app.ui.widgets.fields import SearchEdit
from app.ui.widgets.states import StatePanel


def explain_nothing(
    panel: StatePanel, search: SearchEdit, start: Callable[[], None] | None
) -> None:
    """Say why no group order is there.

    Args:
        panel: Where it is said.
        search: The field that may have narrowed the list to nothing.
        start: Begins a new group order; None for who cannot.
    """
    text = search.text().strip()
    if text:
        panel.show_empty(
            _("没有名称或单号含「{text}」的统采订单。", text=text), _("清除搜索"), search.clear
        )
    elif start is not None:
        words = _("还没有统采订单。把成员提交的采购申请汇总成一张，再由每家分别签署。")
        panel.show_empty(words, _("新建统采"), start)
    else:
        panel.show_empty(_("还没有要你签署的订单。集团汇总以后就会出现。"))
