"""Reagents: opened kits, how long they hold, and which kit a test is counted on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from app.domain.errors import DomainError
from app.i18n import N_, _, sentences


class Mode(StrEnum):
    """What is consumption: the opening of a kit, or each test."""

    KIT = "kit"
    TEST = "test"

    @property
    def label(self) -> str:
        """As people say it."""
        return _("开盒即消耗") if self is Mode.KIT else _("按测试数消耗")


class TestKind(StrEnum):
    """What a test was for; only patients' tests earn anything."""

    __test__ = False  # not a test of ours

    PATIENT = "patient"
    CONTROL = "control"
    CALIBRATION = "calibration"
    REPEAT = "repeat"

    @property
    def label(self) -> str:
        """As people say it."""
        return _(_KINDS[self])


_KINDS: Final = {
    TestKind.PATIENT: N_("标本"),
    TestKind.CONTROL: N_("质控"),
    TestKind.CALIBRATION: N_("定标"),
    TestKind.REPEAT: N_("复测"),
}


KIT_STATES: Final = {
    "open": N_("开着"),
    "held": N_("已冻结"),
    "late": N_("开瓶过期"),
    "finished": N_("已用完"),
    "expired": N_("已报过期"),
    "reversed": N_("已冲销"),
}
"""How an opened kit stands, in words."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How a member counts a reagent.

    Attributes:
        tests: In one kit, as the maker states.
        dead_tests: That the dead volume of the analyser takes.
        open_days: That an opened kit holds; 0 until its lot expires.
    """

    mode: Mode
    tests: int
    dead_tests: int = 0
    open_days: int = 0

    @property
    def usable(self) -> int:
        """Tests that a kit really gives."""
        return self.tests - self.dead_tests


@dataclass(frozen=True, slots=True)
class Kit:
    """An opened kit.

    Attributes:
        held_on: The day its lot was frozen or recalled, None while it is free.
    """

    id: int
    left: int
    opened_on: date
    expires_on: date | None
    held_on: date | None = None

    def good(self, day: date) -> bool:
        """Whether a test may be done with it on the day."""
        in_time = self.expires_on is None or day <= self.expires_on
        return self.left > 0 and in_time and self.opened_on <= day and not self.barred(day)

    def barred(self, day: date) -> bool:
        """Whether its lot was frozen before the day; a test of that very day may be earlier."""
        return self.held_on is not None and self.held_on < day


def check_rule(rule: Rule, pack_factor: int, base_unit: str, pack_unit: str) -> None:
    """Refuse a rule that cannot be carried out.

    Raises:
        DomainError: Impossible numbers, or counting tests of an item that is stocked in kits.
    """
    if rule.tests <= 0 or not 0 <= rule.dead_tests < rule.tests or rule.open_days < 0:
        raise DomainError(
            "reagent.numbers",
            _("每盒测试数应大于 0，死体积要比它少，开瓶有效天数不能是负数。请改正。"),
        )
    if rule.mode is Mode.TEST and rule.tests != pack_factor:
        raise DomainError(
            "reagent.unit",
            _(
                "按测试数消耗要以测试为最小单位：目录里 1 {pack} = {n} {base}，"
                "这里填了 {tests} 个测试。请改成一样的，或选开盒即消耗。",
                pack=pack_unit, n=pack_factor, base=base_unit, tests=rule.tests,
            ),
        )  # fmt: skip


def check_run(number: str, day: date, today: date) -> None:
    """Refuse tests that could be counted twice, or that nobody has done yet.

    Raises:
        DomainError: No number, or a day in the future.
    """
    if not number.strip():
        raise DomainError("reagent.number", _("还没填样本号。没有号不能防止重复计数。"))
    if day > today:
        raise DomainError(
            "reagent.future",
            _("检测日期 {day} 还没到。请写做检测的那一天，不晚于 {today}。", day=day, today=today),
        )


def check_one_kit(qty: int, pack_factor: int, pack_unit: str) -> None:
    """Refuse a scan that means several kits: each is opened, and runs out, by itself.

    Raises:
        DomainError: More than one kit; says how many.
    """
    if qty > pack_factor:
        raise DomainError(
            "kit.several",
            _("一次只开一{unit}，扫到的是 {n} {unit}。请去掉数量，扫这一{unit}上的码。",
              n=qty // pack_factor, unit=pack_unit),
        )  # fmt: skip


def check_untouched(used: int) -> None:
    """Refuse to take an opening back after tests were done with the kit.

    Raises:
        DomainError: Tests were done; says how many.
    """
    if used:
        raise DomainError(
            "kit.used", _("这一盒已做了 {n} 个测试，不能冲销开盒。请登记用完或过期。", n=used)
        )


def holds_until(opened: date, open_days: int, lot_expiry: date | None) -> date | None:
    """The last good day of an opened kit: its open stability, never beyond the lot's expiry."""
    if not open_days:
        return lot_expiry
    last = opened + timedelta(days=open_days)
    return last if lot_expiry is None else min(last, lot_expiry)


def take_tests(kits: Iterable[Kit], tests: int, day: date) -> tuple[tuple[int, int], ...]:
    """Which kits the tests are counted on: (kit, tests), the one that expires first is first.

    Raises:
        DomainError: The open kits do not hold so many; says how many they do.
    """
    kits = tuple(kits)
    good = sorted(
        (kit for kit in kits if kit.good(day)),
        key=lambda kit: (kit.expires_on or date.max, kit.opened_on, kit.id),
    )
    there = sum(kit.left for kit in good)
    if there < tests:
        raise _too_few(sum(kit.left > 0 and kit.barred(day) for kit in kits), there, tests, day)
    found: list[tuple[int, int]] = []
    for kit in good:
        part = min(tests, kit.left)
        if part:
            found.append((kit.id, part))
            tests -= part
    return tuple(found)


def _too_few(barred: int, there: int, tests: int, day: date) -> DomainError:
    words = _("{day} 开着的试剂还能做 {there} 个测试，要记 {n} 个。", day=day, there=there, n=tests)
    if barred:
        why = _("另有 {n} 盒的批号已冻结或召回，停用。请另开一盒，或核对检测日期。", n=barred)
        return DomainError("reagent.frozen", sentences(words, why))
    return DomainError("reagent.no_kit", sentences(words, _("请先登记开盒，或核对计数。")))


@dataclass(frozen=True, slots=True)
class Usage:
    """Tests against kits over a period.

    Attributes:
        stated: Tests that the opened kits promise.
        patient: Done for patients.
        other: Controls, calibrations and repeats.
        wasted: Left in kits that are finished or expired, dead volume included.
        open_left: Still to be done with kits that are open.
    """

    stated: int
    patient: int
    other: int
    wasted: int
    open_left: int

    @property
    def per_mille(self) -> int | None:
        """Patients' tests of all that the closed and used parts promised, in ‰; None for none."""
        spent = self.patient + self.other + self.wasted
        return None if not spent else self.patient * 1000 // spent


def usage(parts: Sequence[tuple[int, int, int, bool, int]], patient: int, other: int) -> Usage:
    """Sum kits up: (stated tests, usable, used, closed, dead) each."""
    stated = wasted = open_left = 0
    for tests, usable, used, closed, dead in parts:
        stated += tests
        wasted += (usable - used + dead) if closed else 0
        open_left += 0 if closed else usable - used
    return Usage(stated, patient, other, wasted, open_left)
