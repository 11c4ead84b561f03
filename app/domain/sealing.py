"""Electronic seals on papers: who may seal for whom, and what a check of a file says.

A seal is a PAdES signature (ETSI EN 319 142-1, level B-B) made with a person's certificate on
behalf of an organisation; by 电子签名法 art. 13–14 it stands for a hand-written signature or a seal
when the certificate is the signer's own and a later change can be found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import DomainError
from app.domain.orders.signing import Party
from app.i18n import _


@dataclass(frozen=True, slots=True)
class SealPlace:
    """Where a seal is wanted on a paper.

    Attributes:
        party: Whose place it is.
        page: From 0.
        box: Left, bottom, right, top in points from the lower left corner of the page.
    """

    party: Party
    page: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a certificate names.

    Attributes:
        person: Common name.
        organisation: Organisation name, as in the certificate.
        code: 统一社会信用代码, when the certificate carries it.
        serial: Serial number of the certificate, hexadecimal.
        valid_from: First moment of validity.
        valid_to: Last moment of validity.
    """

    person: str
    organisation: str
    code: str
    serial: str
    valid_from: datetime
    valid_to: datetime


@dataclass(frozen=True, slots=True)
class SealCheck:
    """What the check of one seal in a file found.

    Attributes:
        field: Name of the signature field: member or supplier on our papers.
        holder: Whom the certificate names.
        sealed_at: Time stated by the signer's computer; None when missing.
        intact: The signed bytes are the ones that were sealed.
        trusted: The certificate comes from a certificate authority that this group trusts.
        unchanged: Nothing was added after the seal but further seals.
    """

    field: str
    holder: Holder
    sealed_at: datetime | None
    intact: bool
    trusted: bool
    unchanged: bool

    @property
    def good(self) -> bool:
        """Whether the seal can be relied on."""
        return self.intact and self.trusted and self.unchanged

    @property
    def words(self) -> str:
        """The finding as a sentence."""
        if not self.intact:
            return _("内容改过，和盖章时不一致。请向对方要原件。")
        if not self.unchanged:
            return _("盖章以后文件又改过。请向对方要原件。")
        if not self.trusted:
            return _("内容没有改过，但证书的签发机构不在信任名单里。请管理员核对后添加。")
        return _("内容没有改过，证书可信。")


def check_holder(holder: Holder, organisation: tuple[str, str], at: datetime) -> None:
    """Raise `DomainError` unless the certificate may seal for the organisation at that time.

    Args:
        holder: Whom the certificate names.
        organisation: Full name and 统一社会信用代码 of the party.
        at: The time of sealing.
    """
    name, code = organisation
    same_code = bool(code) and holder.code == code
    if not same_code and holder.organisation.strip() != name.strip():
        raise DomainError(
            "seal.foreign",
            _(
                "这张证书是「{other}」的，不能替「{name}」盖章。请换本单位的证书。",
                other=holder.organisation or holder.person,
                name=name,
            ),
        )
    if not holder.valid_from <= at <= holder.valid_to:
        raise DomainError(
            "seal.expired",
            _(
                "这张证书 {start} 至 {end} 有效，现在不能用。请换有效的证书。",
                start=holder.valid_from.date().isoformat(),
                end=holder.valid_to.date().isoformat(),
            ),
        )
