"""Duties: what a person may do for an organisation.

A duty is given for one organisation, or for the whole group by the lead hospital. On PostgreSQL
every duty is a group role and row-level security decides; on SQLite the services decide by the
same table (`app.services.access`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.i18n import N_, _


class Duty(StrEnum):
    """One kind of work."""

    READ = "read"
    STORE = "store"
    BUY = "buy"
    CATALOGUE = "catalogue"
    SIGN = "sign"
    SETTLE = "settle"
    SUPPLY = "supply"
    AUDIT = "audit"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        """The duty in the person's language."""
        return _(_TITLES[self])


_TITLES: Final = {
    Duty.READ: N_("查看"),
    Duty.STORE: N_("药房库管"),
    Duty.BUY: N_("采购"),
    Duty.CATALOGUE: N_("目录管理"),
    Duty.SIGN: N_("负责人签署"),
    Duty.SETTLE: N_("结算"),
    Duty.SUPPLY: N_("供应商业务"),
    Duty.AUDIT: N_("审计"),
    Duty.ADMIN: N_("系统管理"),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: one signed-in person with the duties in force today.

    Attributes:
        person_id: The person's row.
        login: Account name; on PostgreSQL also the login role.
        name: Name shown and printed.
        org_id: The organisation where the person works.
        grants: Pairs (duty, organisation); any duty for an organisation includes READ of it.
    """

    person_id: int
    login: str
    name: str
    org_id: int
    grants: frozenset[tuple[Duty, int]]

    def can(self, duty: Duty, org_id: int) -> bool:
        """Whether the person has `duty` for the organisation."""
        if duty is Duty.READ:
            return any(org == org_id for _duty, org in self.grants)
        return (duty, org_id) in self.grants

    def orgs(self, duty: Duty = Duty.READ) -> frozenset[int]:
        """The organisations for which the person has `duty`."""
        if duty is Duty.READ:
            return frozenset(org for _duty, org in self.grants)
        return frozenset(org for held, org in self.grants if held is duty)

    def has(self, duty: Duty) -> bool:
        """Whether the person has `duty` for any organisation."""
        return bool(self.orgs(duty))
