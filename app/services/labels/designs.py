"""标签模板: designs of an organisation, kept with every version; checked before they are saved."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from app.adapters import label_papers
from app.adapters.label_check import Checked, verify
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, Problem, Severity, refuse_if
from app.domain.ids import new_id
from app.domain.labels.design.checking import faults
from app.domain.labels.design.paper import paper_for
from app.domain.labels.design.parts import Design
from app.domain.labels.design.plain import from_plain, to_plain
from app.domain.labels.design.samples import samples
from app.domain.labels.spec import LabelKind, LabelSpec
from app.domain.labels.template import LabelPaper
from app.i18n import _
from app.models.party import Person
from app.models.store_records import LabelDesign, LabelDesignVersion
from app.services import audit
from app.services.access import require
from app.services.db import Database, local_time, now
from app.services.operations import claim, finish

OWN: Final = "own:"
"""Begins the key of a paper that is a design of the organisation: ``own:<id>`` or with ``@3``."""
_MOST_BYTES: Final = 200_000
_ID: Final = re.compile(r"[0-9]{1,19}")


@dataclass(frozen=True, slots=True)
class SaveDesign:
    """Keep a design as a new version.

    Attributes:
        op_id: Made once per intention.
        org_id: Whose.
        design: What it looks like.
        design_id: The template, 0 for a new one.
        version: The version that was opened, 0 for a new one.
        note: What changed, in words.
        trial: Test data that it was tried with, beside the usual.
    """

    op_id: UUID
    org_id: int
    design: Design
    design_id: int = 0
    version: int = 0
    note: str = ""
    trial: tuple[LabelSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class CloseDesign:
    """Offer a template no longer, or again; old prints can still be printed again."""

    op_id: UUID
    org_id: int
    design_id: int
    version: int
    reopen: bool = False


@dataclass(frozen=True, slots=True)
class DesignRow:
    """A template as listed; standard ones have no id."""

    id: int
    key: str
    name: str
    kind: LabelKind
    width: str
    height: str
    dpi: int
    cells: int
    version: int
    closed: bool
    changed_at: datetime | None
    person: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a template."""

    version: int
    note: str
    saved_at: datetime
    person: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored template."""

    id: int
    version: int
    design: Design


def check(
    design: Design, trial: Sequence[LabelSpec] = (), *, thorough: bool = True
) -> tuple[Problem, ...]:
    """All that is wrong with a design; `column` names the part, `row` counts the test data.

    What does not fit the usual label or the data it was tried with blocks. The longest data that
    exist only warn: such a label is refused when it is to be printed, not printed wrong.
    """
    found = list(faults(design))
    if any(problem.blocks for problem in found):
        return tuple(found)
    known = samples(design.kind)
    specs = [*(trial or (known[0].spec,)), *(one.spec for one in known[1:] if thorough)]
    must = len(trial) or 1
    paper = paper_for(design)
    seen: set[tuple[str, str]] = set()
    for problem in verify(specs, paper, design.dpi).problems:
        if (problem.code, problem.column) in seen:
            continue
        seen.add((problem.code, problem.column))
        found.append(problem if problem.row <= must else _softened(problem, must, design))
    return tuple(found)


def tried(design: Design, spec: LabelSpec) -> Checked:
    """One label by a design, drawn and read back."""
    return verify([spec], paper_for(design), design.dpi)


def paper_of(db: Database, actor: Actor, org_id: int, key: str) -> LabelPaper:
    """A standard paper or a template of the organisation by key (``own:<id>[@version]``) or name.

    Raises:
        DomainError: There is none; names those there are.
    """
    if key in label_papers.TITLES:
        return label_papers.paper(key)
    if key.startswith(OWN):
        number, _at, version = key.removeprefix(OWN).partition("@")
        if _ID.fullmatch(number) and _ID.fullmatch(version or "0"):
            kept = load(db, actor, org_id, int(number), int(version or 0))
            return paper_for(kept.design, f"{OWN}{kept.id}@{kept.version}")
    for row in designs(db, actor, org_id):
        if row.name == key and not row.closed:
            return paper_of(db, actor, org_id, row.key)
    names = [*label_papers.TITLES, *(row.name for row in designs(db, actor, org_id))]
    raise DomainError(
        "label.paper", _("没有标签纸 {key}。可用：{names}。", key=key, names="、".join(names))
    )


def designs(
    db: Database, actor: Actor, org_id: int, *, closed: bool = False
) -> tuple[DesignRow, ...]:
    """The organisation's own templates by name."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        rows = session.execute(
            select(LabelDesign, LabelDesignVersion.content, Person.name)
            .join(
                LabelDesignVersion,
                (LabelDesignVersion.org_id == LabelDesign.org_id)
                & (LabelDesignVersion.design_id == LabelDesign.id)
                & (LabelDesignVersion.version == LabelDesign.version),
            )
            .outerjoin(Person, Person.id == LabelDesign.changed_by)
            .where(LabelDesign.org_id == org_id)
            .order_by(LabelDesign.name)
        ).all()
        return tuple(
            _row(head, from_plain(content), person or "—")
            for head, content, person in rows
            if closed or not head.closed
        )


def papers(db: Database, actor: Actor, org_id: int) -> tuple[tuple[str, LabelPaper], ...]:
    """The organisation's own templates as papers, by a key that stays over versions."""
    return tuple(
        (row.key, paper_of(db, actor, org_id, row.key)) for row in designs(db, actor, org_id)
    )


def load(db: Database, actor: Actor, org_id: int, design_id: int, version: int = 0) -> Kept:
    """A template, newest or of a version.

    Raises:
        DomainError: There is no such template or version.
    """
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        head = session.get(LabelDesign, (org_id, design_id))
        wanted = version or (head.version if head else 0)
        found = session.get(LabelDesignVersion, (org_id, design_id, wanted))
        if head is None or found is None:
            raise DomainError("design.unknown", _("没有这个标签模板。请刷新后重新选择。"))
        return Kept(design_id, wanted, from_plain(found.content))


def versions(db: Database, actor: Actor, org_id: int, design_id: int) -> tuple[VersionRow, ...]:
    """All versions of a template, newest first."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        rows = session.execute(
            select(LabelDesignVersion, Person.name)
            .outerjoin(Person, Person.id == LabelDesignVersion.saved_by)
            .where(LabelDesignVersion.org_id == org_id, LabelDesignVersion.design_id == design_id)
            .order_by(LabelDesignVersion.version.desc())
        ).all()
        return tuple(
            VersionRow(row.version, row.note, local_time(row.saved_at), person or "—")
            for row, person in rows
        )


def save(db: Database, actor: Actor, command: SaveDesign) -> Kept:
    """Check a design and keep it as a new version.

    Raises:
        DomainError: A code cannot be read, a text does not fit, or the name is taken; says where.
        ConflictError: Somebody saved another version meanwhile.
    """
    require(actor, Duty.STORE, command.org_id)
    refuse_if(
        check(command.design, command.trial, thorough=False), "design.check", _("模板还不能保存。")
    )
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "design.save", command)
        if earlier is not None:
            return Kept(int(earlier["id"]), int(earlier["version"]), command.design)
        _refuse_taken_name(session, command)
        design_id = command.design_id or new_id()
        version = command.version + 1
        _advance(session, actor, command, design_id, version)
        session.add(
            LabelDesignVersion(
                org_id=command.org_id, design_id=design_id, version=version,
                content=to_plain(command.design), note=command.note.strip(),
                saved_at=now(session), saved_by=actor.person_id,
            )
        )  # fmt: skip
        audit.record(
            session, actor, command.org_id, "design.save", ("label_design", design_id),
            {"name": command.design.name, "version": version},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"id": design_id, "version": version})
        return Kept(design_id, version, command.design)


def close(db: Database, actor: Actor, command: CloseDesign) -> None:
    """Offer a template no longer, or again."""
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        if (
            claim(session, actor, command.org_id, command.op_id, "design.close", command)
            is not None
        ):
            return
        done = session.execute(
            update(LabelDesign)
            .where(
                LabelDesign.org_id == command.org_id, LabelDesign.id == command.design_id,
                LabelDesign.version == command.version,
            )
            .values(closed=not command.reopen, changed_at=now(session), changed_by=actor.person_id)
        )  # fmt: skip
        _expect_one(done)
        audit.record(
            session, actor, command.org_id, "design.close",
            ("label_design", command.design_id), {"reopen": command.reopen},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {})


def as_file(design: Design) -> bytes:
    """The design as a template file."""
    return json.dumps(to_plain(design), ensure_ascii=False, indent=1).encode()


def from_file(data: bytes) -> Design:
    """The design in a template file; raises `DomainError` that says what is wrong with it."""
    if len(data) > _MOST_BYTES:
        raise DomainError("design.format", _("这不是标签模板文件。请选用本程序导出的模板文件。"))
    try:
        raw = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise DomainError(
            "design.format", _("这不是标签模板文件。请选用本程序导出的模板文件。")
        ) from error
    return from_plain(raw)


def _softened(problem: Problem, must: int, design: Design) -> Problem:
    """A problem with the longest data: told with the data's name, but it blocks nothing."""
    title = samples(design.kind)[problem.row - must].title
    text = _("试样「{title}」：{text}", title=title, text=problem.text)
    return replace(problem, text=text, severity=Severity.WARNING)


def _row(head: LabelDesign, design: Design, person: str) -> DesignRow:
    sheet = design.sheet
    return DesignRow(
        head.id, f"{OWN}{head.id}", head.name, design.kind, f"{design.width:g}",
        f"{design.height:g}", design.dpi, sheet.columns * sheet.rows if sheet else 1,
        head.version, head.closed, local_time(head.changed_at), person,
    )  # fmt: skip


def _refuse_taken_name(session: Session, command: SaveDesign) -> None:
    other = session.scalar(
        select(LabelDesign.id).where(
            LabelDesign.org_id == command.org_id,
            LabelDesign.name == command.design.name,
            LabelDesign.id != command.design_id,
        )
    )
    if other is not None or command.design.name in label_papers.TITLES:
        words = _("已有模板叫「{name}」。请换一个名称。", name=command.design.name)
        raise DomainError("design.name_taken", words)


def _advance(
    session: Session, actor: Actor, command: SaveDesign, design_id: int, version: int
) -> None:
    """The head of the template, made or moved on from the version that was opened."""
    values = {
        "name": command.design.name, "version": version, "closed": False,
        "changed_at": now(session), "changed_by": actor.person_id,
    }  # fmt: skip
    if not command.design_id:
        session.add(LabelDesign(org_id=command.org_id, id=design_id, **values))
        session.flush()
        return
    _expect_one(
        session.execute(
            update(LabelDesign)
            .where(
                LabelDesign.org_id == command.org_id,
                LabelDesign.id == design_id,
                LabelDesign.version == command.version,
            )
            .values(**values)
        )
    )


def _expect_one(done: object) -> None:
    assert isinstance(done, CursorResult)  # noqa: S101 - an UPDATE has a row count
    if done.rowcount != 1:
        raise ConflictError(
            "design.changed", _("这个模板刚被别人存过新版本。请重新打开再改，或另存为新模板。")
        )
