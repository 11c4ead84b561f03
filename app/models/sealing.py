"""Sealed papers: the PDF files of an order and its contract with electronic seals on them."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import app.models.order  # noqa: F401 - foreign keys point there
from app.models.base import AMoment, Base, Digest, Key, Ref, Text_


class SealedPaper(Base):
    """One seal on one paper of one version of an order, with the file as it was then.

    Each row holds the whole file up to its seal (append-only); `seq` counts the seals of a paper,
    so that of two parties who seal at the same moment only one comes first.
    """

    __tablename__ = "sealed_paper"

    org_id: Mapped[Key]  # the member whose order it is
    order_id: Mapped[Key]
    version: Mapped[Key]
    kind: Mapped[Text_] = mapped_column(primary_key=True)  # order | contract
    seq: Mapped[Key]
    supplier_id: Mapped[Ref]
    party: Mapped[Text_]  # member | supplier
    content: Mapped[Digest]
    sha256: Mapped[Digest]
    holder: Mapped[Text_]  # person and organisation named by the certificate
    serial: Mapped[Text_]
    person_id: Mapped[Ref]
    person_name: Mapped[Text_]
    at: Mapped[AMoment]

    __table_args__ = (
        CheckConstraint("party IN ('member','supplier')", name="party"),
        CheckConstraint("kind IN ('order','contract')", name="kind"),
        CheckConstraint("seq IN (1, 2)", name="seq"),
        UniqueConstraint("org_id", "order_id", "version", "kind", "party"),
        ForeignKeyConstraint(["org_id", "order_id"], ["member_order.org_id", "member_order.id"]),
        Index(None, "sha256"),
        Base.__table_args__,
    )
