"""What a scan on the label page means: a label to print again, or an acceptance."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.i18n import _
from app.services.db import Database
from app.services.labels.again import lots_behind
from app.services.labels.candidates import find_acceptance
from app.services.labels.commands import Source
from app.services.labels.specs import find_pack
from app.services.scan_rules import read
from app.ui.pages.labels.view_model import Reprint


@dataclass(frozen=True, slots=True)
class Scanned:
    """Labels to print again, the acceptance whose labels are wanted, or another paper's number."""

    reprint: Reprint | None = None
    acceptance_id: int = 0
    paper: str = ""


def find_scanned(db: Database, actor: Actor, org_id: int, text: str) -> Scanned:
    """What the scan means; raises `DomainError` that says what can be scanned here."""
    scan = read(db, text)
    own = scan.own_label
    if own:
        pack = find_pack(db, actor, org_id, own)
        title = _("补打标签 {code}", code=own)
        return Scanned(reprint=Reprint(title, (pack,), Source.STOCK, 0))
    number = text.strip()
    with suppress(DomainError):
        return Scanned(acceptance_id=find_acceptance(db, actor, org_id, number))
    try:
        lots_behind(db, actor, org_id, number)
    except DomainError:
        raise DomainError(
            "label.scan",
            _("这里扫不了 {code}。可以扫单号、批号，或要补打的标签。", code=number),
        ) from None
    return Scanned(paper=number)
