"""Ballots of the 药事会: quorum, who may vote, and when a request has passed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.errors import DomainError
from app.i18n import N_, _


class Choice(StrEnum):
    """How a member votes."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"

    @property
    def label(self) -> str:
        """In the person's language."""
        return _(_CHOICES[self])


_CHOICES: Final = {
    Choice.YES: N_("赞成"),
    Choice.NO: N_("反对"),
    Choice.ABSTAIN: N_("弃权"),
}


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the votes, such as two thirds."""

    num: int = 2
    den: int = 3

    def of(self, count: int) -> int:
        """The least whole number that is at least this share of `count`.

        >>> Share(2, 3).of(15), Share(2, 3).of(11), Share(1, 2).of(11)
        (10, 8, 6)
        """
        return -(-count * self.num // self.den)

    @property
    def label(self) -> str:
        """In the person's language."""
        words = {(2, 3): N_("三分之二"), (1, 2): N_("半数"), (3, 4): N_("四分之三")}
        known = words.get((self.num, self.den))
        return _(known) if known else f"{self.num}/{self.den}"


TWO_THIRDS: Final = Share()
"""What holds where a meeting says nothing else."""


@dataclass(frozen=True, slots=True)
class Count:
    """A ballot as it stands.

    Attributes:
        present: Members who came.
        excluded: Members present who declared an interest: they have no vote on this.
    """

    present: int
    excluded: int
    yes: int
    no: int
    abstain: int
    majority: Share = TWO_THIRDS

    @property
    def entitled(self) -> int:
        """How many may vote."""
        return self.present - self.excluded

    @property
    def cast(self) -> int:
        """How many voted."""
        return self.yes + self.no + self.abstain

    @property
    def needed(self) -> int:
        """Votes in favour that are needed: a share of those entitled, not of those cast."""
        return self.majority.of(self.entitled)

    @property
    def passed(self) -> bool:
        """Whether enough are in favour."""
        return self.entitled > 0 and self.yes >= self.needed

    @property
    def missing(self) -> int:
        """How many more must be in favour."""
        return max(0, self.needed - self.yes)

    @property
    def waiting(self) -> int:
        """How many have not voted."""
        return self.entitled - self.cast


def check_count(count: Count) -> None:
    """Raise `DomainError` when more votes were counted than members may vote."""
    if min(count.yes, count.no, count.abstain) < 0 or count.cast > count.entitled:
        raise DomainError(
            "pt.count",
            _("票数 {cast} 多于有表决权的 {n} 人（实到 {present}，回避 {out}）。请重新点票。",
              cast=count.cast, n=count.entitled, present=count.present, out=count.excluded),
        )  # fmt: skip


def check_quorum(present: int, quorum: int) -> None:
    """Raise `DomainError` when too few came."""
    if present < quorum:
        raise DomainError(
            "pt.quorum",
            _("实到 {present} 人，不够法定人数 {quorum} 人，不能表决。请补签到或改期。",
              present=present, quorum=quorum),
        )  # fmt: skip
