"""Codes of the world: genuine ones pass, one wrong character does not."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, strategies as st
from stdnum import ean

from app.domain import codes
from app.domain.codes import (
    CodeSystem,
    approval_number,
    atc,
    designated_institution,
    device_certificate,
    gtin,
    health_institution,
    label_code,
    national_drug_code,
    nhsa_consumable,
    nhsa_drug,
    pack_code,
    trace_code,
    udi_ahm,
    udi_di,
    udi_ma,
    uscc,
)
from app.domain.errors import DomainError

DIGITS = "0123456789"


@pytest.mark.parametrize(
    ("system", "text"),
    [
        (CodeSystem.NATIONAL, "86901110000020"),
        (CodeSystem.NATIONAL, "86978377000315"),
        (CodeSystem.NATIONAL, "86910289000045"),
        (CodeSystem.NATIONAL, "86904879000126"),
        (CodeSystem.NHSA, "XA10BAE021A010010201650"),
        (CodeSystem.NHSA, "XJ01CAA040A001010102699"),
        (CodeSystem.NHSA, "ZD02AAF0221030105329"),
        (CodeSystem.NHSA, "C1401010036000020345"),
        (CodeSystem.APPROVAL, "国药准字J20120016"),
        (CodeSystem.APPROVAL, "国药准字Z45021428"),
        (CodeSystem.APPROVAL, "H20030863"),
        (CodeSystem.CERTIFICATE, "国械注准20263100001"),
        (CodeSystem.CERTIFICATE, "沪械备20210001"),
        (CodeSystem.GTIN, "06924561884074"),
        (CodeSystem.TRACE_PREFIX, "8385793"),
        (CodeSystem.UDI_DI, "06924561884074"),
        (CodeSystem.UDI_DI, "MA.156.M0.100204.13351764"),
        (CodeSystem.YPID, "YPID-00012345"),
        (CodeSystem.SHANGHAI, "A0012345601"),
    ],
)
def test_genuine_codes_of_every_system_are_kept_as_they_are(system: CodeSystem, text: str) -> None:
    assert codes.validate(system, text) == text
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    assert codes.validate(system, f" {wide.lower()} ") == text


@pytest.mark.parametrize(
    ("system", "text"),
    [
        (CodeSystem.NATIONAL, "86978377000316"),
        (CodeSystem.NATIONAL, "٨6978377000315"),
        (CodeSystem.NHSA, "XJ01CAA040A0010101026990"),
        (CodeSystem.NHSA, "C140101003600002034"),
        (CodeSystem.APPROVAL, "国药准字H2026601"),
        (CodeSystem.CERTIFICATE, "国械注准20262100001"),
        (CodeSystem.CERTIFICATE, "沪械注进20262100001"),
        (CodeSystem.GTIN, "6924561884075"),
        (CodeSystem.TRACE_PREFIX, "838579"),
        (CodeSystem.UDI_DI, "06924561884075"),
        (CodeSystem.UDI_DI, "MA.156.13351764"),
        (CodeSystem.YPID, "药管/1"),
        (CodeSystem.SHANGHAI, "A_1"),
        (CodeSystem.LOCAL, ""),
        (CodeSystem.LOCAL, "A\x0017"),
    ],
)
def test_wrong_codes_are_refused_with_a_sentence(system: CodeSystem, text: str) -> None:
    with pytest.raises(DomainError) as refused:
        codes.validate(system, text)
    assert "。" in refused.value.text


def test_every_system_has_a_name() -> None:
    assert len({system.label for system in CodeSystem}) == len(CodeSystem)


def test_the_insurance_code_carries_class_and_company() -> None:
    assert nhsa_drug.atc4("XJ01CAA040A001010102699") == "J01CA"
    assert nhsa_drug.company("ZD02AAF0221030105329") == "05329"
    assert national_drug_code.company("86905329000093") == "05329"
    assert nhsa_consumable.is_valid("C1401010036000020345" + "0000001")


def test_social_credit_codes_and_atc() -> None:
    for genuine in ("91110000600037341L", "91310115591693856A", "12310114425000014D"):
        assert uscc.validate(genuine) == genuine
    assert not uscc.is_valid("91110000600037342L")
    assert atc.is_valid("J01CA04")
    assert not atc.is_valid("Z01")
    assert approval_number.is_valid("国药准字HJ20260001")
    assert device_certificate.is_valid("国食药监械（准）字2013第3460001号")


def test_udi_of_the_other_two_issuers_is_split() -> None:
    ma = udi_ma.parse("MA.156.M0.100761.21234561.Sx00008.M220117.L20220117.E220130.C3")
    assert (ma.di, ma.serial, ma.lot) == ("MA.156.M0.100761.21234561", "x00008", "20220117")
    assert (ma.produced, ma.expiry) == (date(2022, 1, 17), date(2022, 1, 30))
    ahm = udi_ahm.parse("MF6901234567892*BAK260318*ED280228")
    assert (ahm.lot, ahm.expiry) == ("K260318", date(2028, 2, 28))
    with pytest.raises(DomainError):
        udi_ma.parse("MA.156.M0.100761.21234561.E260230")


@given(st.text(DIGITS, min_size=13, max_size=13))
def test_gtin_check_digit_agrees_with_the_oracle(digits: str) -> None:
    assert gtin.is_valid(digits) == ean.is_valid(digits)


@given(st.integers(1, 9999), st.dates(date(2020, 1, 1), date(2099, 12, 31)), st.integers(1, 99_999))
def test_own_codes_come_back_and_a_wrong_digit_is_found(org: int, day: date, number: int) -> None:
    label = label_code.build(org, day, number)
    assert label_code.parts(label) == label_code.LabelCodeParts(org, day, number)
    pack = pack_code.build(f"{org:04d}", day, number)
    assert pack_code.validate(pack.lower()) == pack
    place = number % len(label)
    other = DIGITS[(int(label[place]) + 1 + number % 9) % 10]
    if other != label[place]:
        assert not label_code.is_valid(label[:place] + other + label[place + 1 :])
    spot = 3 + number % 16
    other = DIGITS[(int(pack[spot]) + 1 + number % 9) % 10]
    if other != pack[spot]:
        assert not pack_code.is_valid(pack[:spot] + other + pack[spot + 1 :])


def test_trace_codes_have_twenty_digits() -> None:
    assert trace_code.prefix("83857930000879766660") == "8385793"
    assert not trace_code.is_valid("8385793000087976666")


@given(st.sampled_from(list(CodeSystem)), st.text())
def test_no_text_breaks_a_rule(system: CodeSystem, text: str) -> None:
    try:
        kept = codes.validate(system, text)
    except DomainError:
        return
    assert codes.validate(system, kept) == kept


def test_a_licence_number_of_an_institution_proves_its_organisation_code() -> None:
    number = "42500001431011411A1001"
    assert health_institution.validate(f" {number.lower()} ") == number
    assert health_institution.region(number) == "310114"
    for place in range(9):
        for sign in DIGITS:
            wrong = number[:place] + sign + number[place + 1 :]
            assert health_institution.is_valid(wrong) == (wrong == number)
    assert not health_institution.is_valid(number[:-1])


def test_a_designated_institution_is_a_hospital_or_a_pharmacy() -> None:
    assert designated_institution.validate("p31011400123") == "P31011400123"
    assert not designated_institution.is_pharmacy("H31011400123")
    for wrong in ("H3101140012", "K31011400123", "310114001234"):
        assert not designated_institution.is_valid(wrong)


@given(st.integers(0, 10**13 - 1))
def test_a_whole_udi_gives_its_static_part(body: int) -> None:
    code = ean.calc_check_digit(f"{body:013d}")
    di = f"{body:013d}{code}"
    for text in (di, f"(01){di}", f"(01){di}(17)280131(10)A2", f"01{di}17280131"):
        assert codes.validate(CodeSystem.UDI_DI, text) == di
    assert udi_di.issuer(di) == "GS1"


def test_codes_without_a_published_rule_are_doubted_not_refused() -> None:
    usual = "ZD02AAF0221030105329"
    odd = "ZD02AAFX22103010532X"
    assert codes.validate(CodeSystem.NHSA, odd) == odd
    assert codes.is_doubtful(CodeSystem.NHSA, odd)
    assert not codes.is_doubtful(CodeSystem.NHSA, usual)
    assert not codes.is_doubtful(CodeSystem.NHSA, "XJ01CAA040A001010102699")
    assert not codes.is_doubtful(CodeSystem.NATIONAL, "86978377000315")
