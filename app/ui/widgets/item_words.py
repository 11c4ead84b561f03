"""Words for the facts of an item, in the form and in its history."""

from __future__ import annotations

from typing import Any

from app.domain.catalogue import CONTROLLED, FLAGS, ItemStatus, Storage
from app.i18n import _


def field_words() -> dict[str, str]:
    """Fact → its title."""
    return {
        "name": _("品名"),
        "trade_name": _("商品名"),
        "form": _("剂型"),
        "strength": _("规格"),
        "spec": _("包装规格"),
        "maker": _("生产企业"),
        "approval_no": _("批准文号"),
        "approval_valid_to": _("文号有效期"),
        "base_unit": _("最小单位"),
        "pack_unit": _("包装单位"),
        "pack_factor": _("每包装数量"),
        "middle_factor": _("一中包数量"),
        "case_factor": _("一件数量"),
        "storage": _("储存"),
        "storage_text": _("储存说明"),
        "shelf_life_days": _("有效期天数"),
        "status": _("状态"),
        "insurance": _("医保"),
        "controlled": _("特殊管理"),
        "antibiotic": _("抗菌药分级"),
        "codes": _("编码"),
        "atc": _("ATC 编码"),
        **{name: _(word) for name, word in FLAGS.items()},
    }


def changed_words(what: dict[str, tuple[Any, Any]]) -> str:
    """A change in one line: 状态 在用 → 暂停采购；商品名 改为 优泌林."""
    if "" in what:
        return _("新增")
    titles = field_words()
    parts = []
    for key, (old, new) in what.items():
        title = titles.get(key, key)
        if key == "codes":
            parts.append(title)
        else:
            parts.append(f"{title} {_value(key, old)} → {_value(key, new)}")
    return "；".join(parts)


def _value(key: str, value: Any) -> str:
    if value in (None, ""):
        return _("空")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if key == "status":
        return ItemStatus(value).label
    if key == "storage":
        return Storage(value).label
    if key == "controlled":
        return _(CONTROLLED.get(value, value))
    return str(value)
