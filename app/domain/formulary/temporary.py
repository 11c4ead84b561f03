"""临采: one patient, one quantity; what is bought again within a year must enter the catalogue.

The yearly rule is that of the consumables order (国卫医发〔2019〕43号, knowledge of the trade),
used here for drugs too; the limit is a parameter.
"""

from __future__ import annotations

import re
from typing import Final

from app.domain.errors import DomainError
from app.i18n import _

LIMIT: Final = 1
"""Purchases of one item within a year that need no request."""
_PERSONAL: Final = re.compile(
    r"\d{17}[\dXx]|1[3-9]\d{9}|(患者|病人|姓名)[:： ]?[\u4e00-\u9fff]{2,4}"
)
_REASON_LENGTH: Final = 6


def check_repeat(name: str, earlier: int, *, has_request: bool, limit: int = LIMIT) -> None:
    """Raise `DomainError` when an item was bought before within a year and nobody asked for it.

    Args:
        name: The item's name.
        earlier: Temporary purchases of it in the last twelve months.
        has_request: Whether a 药事会 request for it is under way.
        limit: How many are free.
    """
    if earlier >= limit and not has_request:
        raise DomainError(
            "temporary.repeat",
            _("{name} 一年内已临采 {n} 次。再次采购应纳入目录：请先提交药事会申请，再登记临采。",
              name=name, n=earlier),
        )  # fmt: skip


def check_reason(reason: str) -> None:
    """Raise `DomainError` when the reason is too short or holds what names a patient."""
    if len(reason.strip()) < _REASON_LENGTH:
        raise DomainError(
            "temporary.reason", _("请写明理由（至少 {n} 个字），如诊断和为什么目录里没有合适的。",
                                  n=_REASON_LENGTH),
        )  # fmt: skip
    if _PERSONAL.search(reason):
        raise DomainError(
            "temporary.personal",
            _("理由里有患者姓名、证件号或电话。请删掉，只写病情和用药需要。"),
        )
