"""Seal the papers of an order with a certificate, after having signed the order.

The signature (`services/orders/signing`) is what moves the order on; the seal puts the same will
into the PDF files, so that they can be proved outside this system. Both papers, order and
contract, are sealed in one step.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from typing_extensions import override

from app.domain.documents import DocKind
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.orders.signing import Decision, Party
from app.domain.sealing import check_holder
from app.i18n import _
from app.models.order import MemberOrder, Signature
from app.models.party import Organisation
from app.models.sealing import SealedPaper
from app.services.audit import record
from app.services.db import Database, local_time, now
from app.services.operations import answered, claim, finish
from app.services.orders.detail import OrderWanted, read_detail
from app.services.orders.papers import PaperKind, newest_sealed, with_places
from app.services.orders.signing import find, was_first

if TYPE_CHECKING:
    from app.adapters.pades.credential import Credential

_KINDS: Final = (PaperKind.ORDER, PaperKind.CONTRACT)


@dataclass(frozen=True, slots=True)
class Seal:
    """Seal both papers of a version of an order.

    Attributes:
        op_id: Made once per intention.
        org_id: The member whose order it is.
        order_id: The order.
        version: The version the person has read and signed.
        certificate: A PKCS#12 file.
        password: Of that file; neither kept nor logged.
    """

    op_id: UUID
    org_id: int
    order_id: int
    version: int
    certificate: bytes
    password: str

    @override
    def __repr__(self) -> str:
        return f"Seal({self.op_id}, {self.org_id}, {self.order_id}, {self.version})"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was sealed, by whom, and when."""

    no: str
    party: Party
    holder: str
    at: datetime
    papers: int


def seal(db: Database, actor: Actor, command: Seal) -> Sealed:
    """Seal as the side that the person signed for.

    Raises:
        DomainError: The certificate does not open, is another's or out of date, or the side has
            not signed this version.
        NotAllowedError: The person may not sign for either side.
        ConflictError: Amended since, sealed already, or the other side sealed at this moment.
    """
    from app.adapters.pades.credential import load

    credential = load(command.certificate, command.password)
    files: tuple[bytes, ...] = ()
    with db.read() as session:
        at = now(session)
        if not answered(session, actor, actor.org_id, command.op_id, "seal"):
            order, party = _order(session, actor, command)
            files = _sealed_files(session, actor, order, party, credential)
    words = f"{credential.holder.person} · {credential.holder.organisation}"
    content = (command.org_id, command.order_id, command.version, credential.holder.serial)
    with db.write() as session:
        earlier = claim(session, actor, actor.org_id, command.op_id, "seal", content)
        if earlier is not None:
            sealed_at = datetime.fromisoformat(earlier["at"])
            party = Party(earlier["party"])
            return Sealed(earlier["no"], party, earlier["holder"], sealed_at, len(_KINDS))
        order, party = _order(session, actor, command)
        _keep(session, actor, order, party, (files, words, credential.holder.serial))
        what = {"no": order.no, "version": order.version, "party": party, "holder": words}
        doc = (DocKind.MEMBER_ORDER, order.id)
        record(session, actor, order.org_id, "order.seal", doc, what)
        finish(session, actor.org_id, command.op_id, what | {"at": at.isoformat()})
        return Sealed(order.no, party, words, at, len(_KINDS))


def _order(session: Session, actor: Actor, command: Seal) -> tuple[MemberOrder, Party]:
    order = find(session, command.org_id, command.order_id)
    if order.version != command.version:
        raise was_first(session, order, command.version)
    for party, org in ((Party.MEMBER, order.org_id), (Party.SUPPLIER, order.supplier_id)):
        if actor.can(Duty.SIGN, org) and not _sealed(session, order, party):
            _check_signed(session, order, party)
            return order, party
    if actor.can(Duty.SIGN, order.org_id) or actor.can(Duty.SIGN, order.supplier_id):
        raise ConflictError("seal.already", _("{no} 这一版已经盖过章，没有重复盖章。", no=order.no))
    raise NotAllowedError(
        "seal.not_signer", _("你的账号不能给 {no} 盖章。可请签署人处理。", no=order.no)
    )


def _sealed(session: Session, order: MemberOrder, party: Party) -> bool:
    found = session.scalar(
        select(SealedPaper.seq).where(
            SealedPaper.org_id == order.org_id,
            SealedPaper.order_id == order.id,
            SealedPaper.version == order.version,
            SealedPaper.kind == PaperKind.ORDER.value,
            SealedPaper.party == party.value,
        )
    )
    return found is not None


def _check_signed(session: Session, order: MemberOrder, party: Party) -> None:
    signed = session.get(
        Signature, (order.org_id, DocKind.MEMBER_ORDER, order.id, order.version, party)
    )
    if signed is None or signed.decision != Decision.SIGNED:
        raise DomainError(
            "seal.sign_first", _("{no} 这一版还没签署。请先签署，再盖电子章。", no=order.no)
        )


def _sealed_files(
    session: Session, actor: Actor, order: MemberOrder, party: Party, credential: Credential
) -> tuple[bytes, ...]:
    from app.adapters.pades.seal import prepare, seal as put_seal

    side = order.org_id if party is Party.MEMBER else order.supplier_id
    organisation = session.get_one(Organisation, side)
    at = now(session)
    check_holder(credential.holder, (organisation.name, organisation.uscc or ""), at)
    shown = local_time(at).strftime("%Y-%m-%d %H:%M")
    files = []
    for kind in _KINDS:
        base = newest_sealed(session, (order.org_id, order.id, order.version), kind)
        if base is None:
            detail = read_detail(session, actor, OrderWanted(order.org_id, order.id))
            base = prepare(*with_places(session, actor, detail, kind))
        files.append(put_seal(base, credential, party, shown))
    return tuple(files)


def _keep(
    session: Session,
    actor: Actor,
    order: MemberOrder,
    party: Party,
    made: tuple[Sequence[bytes], str, str],
) -> None:
    files, holder, serial = made
    for kind, file in zip(_KINDS, files, strict=True):
        before = newest_sealed(session, (order.org_id, order.id, order.version), kind)
        if before is not None and not file.startswith(before):
            raise _crossed(order)
        session.add(
            SealedPaper(
                org_id=order.org_id,
                order_id=order.id,
                version=order.version,
                kind=kind.value,
                seq=1 if before is None else 2,
                supplier_id=order.supplier_id,
                party=party.value,
                content=file,
                sha256=hashlib.sha256(file).digest(),
                holder=holder,
                serial=serial,
                person_id=actor.person_id,
                person_name=actor.name,
                at=now(session),
            )
        )
    try:
        session.flush()
    except IntegrityError as error:
        raise _crossed(order) from error


def _crossed(order: MemberOrder) -> ConflictError:
    return ConflictError(
        "seal.crossed", _("另一方刚给 {no} 盖了章，这次没有盖上。请再盖一次。", no=order.no)
    )
