"""One print up to the outlet: codes taken, every code read back, recorded.

The print is recorded before it is put out: whether paper really came out is known to the person
alone, and labels that got a code must be found again under 补打 when the printer was off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from app.domain.duties import Actor
from app.services.db import Database
from app.services.labels.commands import MakeLabels, RecordPrint, Source, Target
from app.services.labels.make import make_labels, record_print
from app.services.labels.output import Options, Prepared, prepare
from app.services.labels.specs import specs_of


@dataclass(frozen=True, slots=True)
class PrintJob:
    """What to print and how.

    Attributes:
        op_id: Of the record; made once per intention.
        org_id: The member.
        options: Paper, start, nudge, resolution.
        target: Where it goes, for the history.
        source: Where the goods were chosen from.
        source_id: The acceptance, 0 for stock or several.
        make: Labels to be made; empty for a reprint.
        pack_ids: Units to print again; empty for new labels.
    """

    op_id: UUID
    org_id: int
    options: Options
    target: Target
    source: Source
    source_id: int = 0
    make: tuple[MakeLabels, ...] = ()
    pack_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Ready:
    """Labels that have their codes, were checked and recorded, and may be put out.

    Attributes:
        number: Of the print in the history.
        pack_ids: The labelled units.
        prepared: The labels on their pages.
    """

    number: int
    pack_ids: tuple[int, ...]
    prepared: Prepared


def ready_labels(
    db: Database,
    actor: Actor,
    job: PrintJob,
    progress: Callable[[int, int], None] | None = None,
) -> Ready:
    """Make the labels ready; a repeat of the same job takes no more codes, records nothing twice.

    Raises:
        DomainError: A label may not be printed (before anything is recorded).
    """
    made = (make_labels(db, actor, command).pack_ids for command in job.make)
    pack_ids = job.pack_ids or tuple(pack_id for ids in made for pack_id in ids)
    prepared = prepare(specs_of(db, actor, job.org_id, pack_ids), job.options, progress)
    prepared.checked.refuse()
    number = record_print(
        db,
        actor,
        RecordPrint(
            op_id=job.op_id,
            org_id=job.org_id,
            pack_ids=pack_ids,
            template=prepared.paper.key,
            target=job.target,
            source=job.source,
            source_id=job.source_id,
        ),
    )
    return Ready(number, pack_ids, prepared)
