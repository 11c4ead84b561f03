"""What people call the papers behind ledger rows."""

from __future__ import annotations

from typing import Final

from app.domain.documents import DocKind
from app.i18n import N_, _

DOC_TITLES: Final = {
    DocKind.ACCEPTANCE.value: N_("验收入库"),
    DocKind.CONSUMPTION.value: N_("消耗"),
    DocKind.REVERSAL.value: N_("冲销"),
    DocKind.OPENING.value: N_("期初"),
    DocKind.PUTAWAY.value: N_("移库"),
    DocKind.TITLE.value: N_("货权转移"),
    DocKind.RETURN.value: N_("退货"),
    DocKind.WRITE_OFF.value: N_("报损"),
    DocKind.TRANSFER.value: N_("调拨"),
    DocKind.COUNT.value: N_("盘点"),
    DocKind.PACK.value: N_("定数包"),
}


def doc_title(kind: str) -> str:
    """A kind of document for people."""
    return _(DOC_TITLES.get(kind, N_("其他")))
