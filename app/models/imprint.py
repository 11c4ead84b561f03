"""Imprints: what rows said when the program wrote them last (`app.domain.imprints`)."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from app.models.base import AMoment, Base, Digest, Key, Ref, Text_


class Imprint(Base):
    """What a unit of work left in the covered tables, hash-chained (append-only).

    Attributes:
        org_id: 0, the whole group: prices, catalogue and duties belong to it.
        person_id: Who acted; 0 for the owner of a server, and for an upgrade.
        body: Digests of rows before and after.
    """

    __tablename__ = "imprint"

    org_id: Mapped[Key]
    seq: Mapped[Key]
    at: Mapped[AMoment]
    person_id: Mapped[Ref]
    body: Mapped[Text_]
    prev_hash: Mapped[Digest]
    hash: Mapped[Digest]

    __table_args__ = (Base.__table_args__,)
