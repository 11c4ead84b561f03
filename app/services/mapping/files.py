"""Matching one file to another, without a database: for trying a list before it is loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.adapters.sheets_out import Cell, Sheet, write
from app.domain.matching.engine import Match, Matcher
from app.domain.matching.entry import read
from app.domain.matching.reasons import findings, summary
from app.domain.matching.row import Entry
from app.domain.matching.verdict import Decision
from app.i18n import _
from app.services.importing.plan import Report, quiet
from app.services.mapping.rows import read_entries


@dataclass(frozen=True, slots=True)
class FileMatch:
    """Which list is matched to which catalogue, and where the result goes."""

    local: Path
    catalogue: Path
    out: Path


@dataclass(frozen=True, slots=True)
class FileMatched:
    """What became of the rows of a list."""

    rows: int
    auto: int
    review: int
    none: int


def match_files(command: FileMatch, report: Report = quiet) -> FileMatched:
    """Write each row's candidates, best first, with score, decision and reason.

    A row without any candidate gets one line with an empty item and the decision ``none``.
    """
    matcher = Matcher(read_entries(command.catalogue))
    rows = list(read_entries(command.local))
    counts = Counter[Decision]()
    sheet = Sheet(
        _("对照结果"),
        ("lid", "rank", "uid", "score", "decision", "reason"),
        _lines(matcher, rows, _counted(matcher.match_all(rows, report), counts)),
    )
    write(command.out, sheet)  # row by row: all matches of a long list are gigabytes
    return FileMatched(
        len(rows), counts[Decision.AUTO], counts[Decision.REVIEW], counts[Decision.NONE]
    )


def _counted(matches: Iterable[Match], counts: Counter[Decision]) -> Iterator[Match]:
    for match in matches:
        counts[match.decision] += 1
        yield match


def _lines(
    matcher: Matcher, rows: list[Entry], matches: Iterable[Match]
) -> Iterator[tuple[Cell, ...]]:
    for row, match in zip(rows, matches, strict=True):
        facts = read(row)
        if not match.candidates:
            yield row.key, 1, "", 0, match.decision.value, match.decision.label
        for rank, found in enumerate(match.candidates, 1):
            said = findings(facts, matcher.facts(found.key), found.comparison)
            decision = match.decision if rank == 1 else Decision.REVIEW
            yield row.key, rank, found.key, found.score, decision.value, summary(said)
