"""A row of either side as it was typed; reading it is another matter (`entry`)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a member's list or of the catalogue, as it stands there.

    Attributes:
        key: How the caller knows the row.
        spec: Strength and pack in one text: 0.25g*24粒/盒.
        licence: 批准文号 or 注册证号; several may stand in one cell.
        nhsa: 医保编码: names one pack.
        national: 本位码: names one product, all packs.
    """

    key: str
    name: str
    spec: str
    maker: str
    trade: str = ""
    form: str = ""
    licence: str = ""
    nhsa: str = ""
    national: str = ""
