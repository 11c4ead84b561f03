"""Who may take which step of a statement: one table for services, window and tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.documents import State


class Verb(StrEnum):
    """What a party does with a statement."""

    SEND = "send"
    CONFIRM = "confirm"
    RECORD = "record"
    """登记书面确认: the member enters what the supplier confirmed on paper."""
    DISPUTE = "dispute"
    CANCEL = "cancel"
    REVERSE = "reverse"
    AUDIT = "audit"
    RECALL = "recall"
    """退审: the audit is taken back."""


class Party(StrEnum):
    """In what role somebody acts on a statement."""

    MEMBER = "member"
    """Settles for the member."""
    SUPPLIER = "supplier"
    """Acts for the supplier that the statement is addressed to."""
    AUDITOR = "auditor"
    """Settles or audits for the member, and neither made the statement nor matched invoices."""


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states to which one, by whom, and whether a reason is asked for."""

    old: frozenset[State]
    new: State
    parties: frozenset[Party]
    reason: bool = False


_S = State
STEPS: Final[Mapping[Verb, Rule]] = {
    Verb.SEND: Rule(frozenset({_S.DRAFT, _S.DISPUTED}), _S.SENT, frozenset({Party.MEMBER})),
    Verb.CONFIRM: Rule(
        frozenset({_S.SENT, _S.DISPUTED}), _S.CONFIRMED, frozenset({Party.SUPPLIER})
    ),
    Verb.RECORD: Rule(
        frozenset({_S.SENT, _S.DISPUTED}), _S.CONFIRMED, frozenset({Party.MEMBER}), reason=True
    ),
    Verb.DISPUTE: Rule(
        frozenset({_S.SENT}), _S.DISPUTED, frozenset({Party.SUPPLIER, Party.MEMBER}), reason=True
    ),
    Verb.CANCEL: Rule(
        frozenset({_S.DRAFT, _S.DISPUTED}), _S.CANCELLED, frozenset({Party.MEMBER}), reason=True
    ),
    Verb.REVERSE: Rule(
        frozenset({_S.CONFIRMED}), _S.REVERSED, frozenset({Party.MEMBER}), reason=True
    ),
    Verb.AUDIT: Rule(frozenset({_S.INVOICED}), _S.AUDITED, frozenset({Party.AUDITOR})),
    Verb.RECALL: Rule(
        frozenset({_S.AUDITED}), _S.INVOICED, frozenset({Party.AUDITOR}), reason=True
    ),
}
"""The steps that a person takes. 已开票 follows from matched invoices, 已付款 from the bank."""


def may(verb: Verb, state: State, party: Party) -> bool:
    """Whether somebody in this role may take the step from the state."""
    rule = STEPS[verb]
    return state in rule.old and party in rule.parties
