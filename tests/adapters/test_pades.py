"""Electronic seals: made with a certificate from file, checked, and every changed byte found."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from app.adapters.pades import credential, seal, trial_authority
from app.adapters.pades.check import check
from app.adapters.pdf.order_pdf import order_pdf
from app.domain.errors import DomainError
from app.domain.orders.signing import Party
from app.domain.sealing import SealCheck, SealPlace, check_holder
from tests.adapters.paper_samples import order

NOW = datetime.now(UTC)
MEMBER = ("城东社区卫生服务中心", "12310114425000014D")
SUPPLIER = ("康泽医药有限公司", "91310115591693856A")
AUTHORITY = trial_authority.make("测试签发机构", NOW)
BUYER = trial_authority.issue(AUTHORITY, "张主任", MEMBER, "pw-member", NOW)
SELLER = trial_authority.issue(AUTHORITY, "罗业", SUPPLIER, "pw-supplier", NOW)
ROOTS = (AUTHORITY.pem,)


def sealed() -> tuple[bytes, bytes]:
    """The sample order with the member's seal, and with both."""
    places: list[SealPlace] = []
    paper = seal.prepare(order_pdf(order(), places), places)
    one = seal.seal(paper, credential.load(BUYER, "pw-member"), Party.MEMBER, "2026-10-14 09:20")
    both = seal.seal(
        one, credential.load(SELLER, "pw-supplier"), Party.SUPPLIER, "2026-10-14 10:00"
    )
    return one, both


ONE, BOTH = sealed()


def test_both_seals_hold() -> None:
    found = check(BOTH, ROOTS)
    assert [(one.field, one.holder.person, one.good) for one in found] == [
        ("member", "张主任", True),
        ("supplier", "罗业", True),
    ]
    assert found[0].holder.organisation == MEMBER[0]
    assert found[0].holder.code == MEMBER[1]
    assert BOTH.startswith(ONE)  # the first seal's bytes stay as they are


def test_a_stranger_s_authority_is_not_trusted() -> None:
    other = trial_authority.make("别的机构", NOW)
    (found,) = check(ONE, (other.pem,))
    assert (found.intact, found.trusted, found.good) == (True, False, False)


@settings(max_examples=24)
@given(st.integers(0, len(ONE) - 1), st.integers(1, 255))
def test_any_changed_byte_is_found(place: int, change: int) -> None:
    broken = bytearray(ONE)
    broken[place] ^= change
    found: tuple[SealCheck, ...] = ()
    with suppress(DomainError):  # so damaged that it cannot be read is found as well
        found = check(bytes(broken), ROOTS)
    assert not found or not all(one.good for one in found)


def test_bytes_after_the_last_seal_are_found() -> None:
    assert not all(one.good for one in check(BOTH + b"\n% more", ROOTS))


@pytest.mark.parametrize(("data", "password"), [(BUYER, "wrong"), (b"no certificate", "")])
def test_a_credential_that_does_not_open_is_named(data: bytes, password: str) -> None:
    with pytest.raises(DomainError) as refused:
        credential.load(data, password)
    assert refused.value.code == "seal.credential"


def test_nobody_seals_for_another_organisation() -> None:
    holder = credential.load(BUYER, "pw-member").holder
    check_holder(holder, MEMBER, NOW)
    check_holder(holder, ("改过名的中心", MEMBER[1]), NOW)
    with pytest.raises(DomainError, match="不能替「康泽医药有限公司」盖章"):
        check_holder(holder, SUPPLIER, NOW)
    with pytest.raises(DomainError, match="现在不能用"):
        check_holder(holder, MEMBER, NOW + timedelta(days=4000))


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4 nothing", b"hello"])
def test_what_is_no_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(DomainError) as refused:
        check(data, ROOTS)
    assert refused.value.code == "seal.unreadable"


def test_an_unsealed_paper_has_no_seals() -> None:
    assert check(order_pdf(order()), ROOTS) == ()
