"""Whether a supplier's papers let it be invited: licence, authorisation, certificates, 廉洁协议.

Each required kind must be there, checked by the group, and valid beyond the day asked about. A
paper of any other kind is optional, but if its validity has run out it blocks too: the supplier
must renew it or take it back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.domain.errors import Problem, Severity
from app.i18n import N_, _

SOON_DAYS: Final = 30
REQUIRED: Final = (
    # what it is called in sentences, words one of which its kind contains
    (N_("经营许可证"), ("许可证", "营业执照", "备案凭证")),
    (N_("授权委托书"), ("授权",)),
    (N_("廉洁协议"), ("廉洁",)),
)
_COLD: Final = ("冷链", "冷藏", "GSP")


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of a supplier."""

    kind: str
    number: str
    valid_to: date | None
    checked: bool


def check_dossier(name: str, papers: Sequence[Paper], day: date) -> Iterator[Problem]:
    """What stands in the way of inviting the supplier on `day`; papers that end soon are warned of.

    A supplier may keep an old paper beside its renewal: of one kind the latest counts.
    """
    latest = _latest(papers)
    for title, words in REQUIRED:
        mine = [paper for paper in latest if any(word in paper.kind for word in words)]
        if not mine:
            yield Problem(
                "dossier.missing",
                _(
                    "{name} 还没有{paper}。请让供应商补交，登记并审核后再邀请。",
                    name=name,
                    paper=_(title),
                ),
            )
    for paper in latest:
        yield from _check_paper(name, paper, day)


def cold_chain(papers: Sequence[Paper], day: date) -> bool:
    """Whether a checked paper in force lets the supplier handle cold goods."""
    return any(
        paper.checked
        and (paper.valid_to is None or paper.valid_to >= day)
        and any(word in paper.kind for word in _COLD)
        for paper in papers
    )


def _latest(papers: Sequence[Paper]) -> list[Paper]:
    found: dict[str, Paper] = {}
    for paper in papers:
        before = found.get(paper.kind)
        if before is None or _end(before) <= _end(paper):
            found[paper.kind] = paper
    return list(found.values())


def _end(paper: Paper) -> date:
    return paper.valid_to or date.max


def _check_paper(name: str, paper: Paper, day: date) -> Iterator[Problem]:
    if paper.valid_to is not None and paper.valid_to < day:
        yield Problem(
            "dossier.expired",
            _(
                "{name} 的{kind} {day} 已到期，不能邀请。请让供应商换新，审核后再邀请。",
                name=name,
                kind=paper.kind,
                day=paper.valid_to,
            ),
        )
    elif not paper.checked:
        yield Problem(
            "dossier.unchecked",
            _("{name} 的{kind}还没审核。请先审核再邀请。", name=name, kind=paper.kind),
        )
    elif paper.valid_to is not None and (paper.valid_to - day).days <= SOON_DAYS:
        yield Problem(
            "dossier.soon",
            _(
                "{name} 的{kind} {day} 到期，请提醒供应商换新。",
                name=name,
                kind=paper.kind,
                day=paper.valid_to,
            ),
            severity=Severity.WARNING,
        )
