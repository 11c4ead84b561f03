"""How scans are read here: with the group's own rules for suppliers' labels, kept as a setting.

Every field that takes scans asks `read_scan` (in a unit of work) or `read` (outside of one), so a
rule that was added holds everywhere from the next scan on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain import barcode_rules
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.scan import BarcodeRule, ScanResult, classify
from app.i18n import _
from app.models.platform import Setting
from app.services import audit
from app.services.access import lead_org, require
from app.services.db import Database, today
from app.services.operations import claim, finish


@dataclass(frozen=True, slots=True)
class SaveRules:
    """All rules for suppliers' own labels, in the order in which they are tried."""

    op_id: UUID
    rules: tuple[BarcodeRule, ...]


def read_scan(session: Session, text: str) -> ScanResult:
    """What a scan is, with the group's own rules for suppliers' labels."""
    return read_scans(session, (text,))[0]


def read_scans(session: Session, texts: Sequence[str]) -> tuple[ScanResult, ...]:
    """What scans are, in their order; the rules are looked up once for all of them."""
    known, day = rules_in(session), today(session)
    return tuple(classify(text, rules=known, today=day) for text in texts)


def read(db: Database, text: str) -> ScanResult:
    """`read_scan` in a unit of its own."""
    with db.read() as session:
        return read_scan(session, text)


def rules_in(session: Session) -> tuple[BarcodeRule, ...]:
    """The group's rules, inside a unit of work."""
    row = session.get(Setting, (0, barcode_rules.SETTING))
    return barcode_rules.from_plain(row.value if row else None)


def rules(db: Database) -> tuple[BarcodeRule, ...]:
    """The group's rules."""
    with db.read() as session:
        return rules_in(session)


def save_rules(db: Database, actor: Actor, command: SaveRules) -> None:
    """Keep the rules; every scan uses them from now on.

    Raises:
        NotAllowedError: The actor is no administrator of the lead.
        DomainError: A rule cannot be used.
    """
    for number, rule in enumerate(command.rules, start=1):
        for problem in barcode_rules.check(rule):
            raise DomainError(problem.code, _("第 {n} 条规则：{text}", n=number, text=problem.text))
    with db.write() as session:
        lead = lead_org(session, today(session))
        require(actor, Duty.ADMIN, lead)
        if claim(session, actor, lead, command.op_id, "setting.rules", command) is not None:
            return
        put_setting(session, 0, barcode_rules.SETTING, barcode_rules.to_plain(command.rules))
        titles = [one.title for one in command.rules]
        audit.record(session, actor, lead, "setting.rules", ("setting", 0), {"rules": titles})
        finish(session, lead, command.op_id, {})


def setting_in(session: Session, org_id: int, key: str) -> Any:
    """The organisation's own setting, else the group's; None where neither was ever set."""
    for org in (org_id, 0):
        row = session.get(Setting, (org, key))
        if row is not None:
            return row.value
    return None


def put_setting(session: Session, org_id: int, key: str, value: Any) -> None:
    """Write a setting of an organisation (0: the group), in the caller's unit of work."""
    row = session.get(Setting, (org_id, key))
    if row is None:
        session.add(Setting(org_id=org_id, key=key, value=value))
    else:
        row.value = value
    session.flush()
