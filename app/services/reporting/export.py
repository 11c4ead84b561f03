"""Making a file of records: collected, checked, compared with what was exported before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.adapters.platform_csv import made
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, NotAllowedError, Problem
from app.domain.ids import new_id
from app.domain.reporting.checking import MOST, check_record
from app.domain.reporting.fields import codes_of, written
from app.domain.reporting.kinds import KINDS, MessageKind, kind_of
from app.i18n import _
from app.models.order_depth import PlatformBatch, PlatformRecord
from app.models.party import Organisation
from app.services.audit import record
from app.services.db import Database, local_time, now, today
from app.services.numbering import document_no
from app.services.operations import claim, finish
from app.services.queries.portions import key_portions
from app.services.reporting import bills, goods, orders
from app.services.reporting.asking import Asked, Collector

_COLLECTORS: Final[Mapping[str, Collector]] = {
    "YY101": goods.places,
    "YY102": goods.stock,
    "YY111": orders.purchases,
    "YY112": orders.cancellations,
    "YY113": orders.confirmations,
    "YY114": orders.contracts,
    "YY131": goods.deliveries,
    "YY132": goods.acceptances,
    "YY133": goods.returns,
    "YY151": bills.invoices,
    "YY152": bills.matches,
    "YY153": bills.statements,
    "YY154": bills.payments,
}
_MEMBER_DUTIES: Final = (Duty.BUY, Duty.STORE, Duty.SETTLE, Duty.SIGN)


@dataclass(frozen=True, slots=True)
class ExportWanted:
    """Which records.

    Attributes:
        op_id: Made once per intention; the same again gives the same file.
        org_id: The member, or the supplier.
        kind: YY111 …
        first, last: Days, both included.
        changes_only: Leave out what did not change since it was exported last.
    """

    op_id: UUID
    org_id: int
    kind: str
    first: date
    last: date
    changes_only: bool = False


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A finished file; `problems` are those the checker finds in it."""

    name: str
    data: bytes
    batch: str
    kind: str
    rows: int
    fresh: int
    changed: int
    same: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class BatchRow:
    """An earlier export; time in the members' zone."""

    no: str
    kind: str
    period: str
    made_at: datetime
    rows: int
    fresh: int
    changed: int


@dataclass(frozen=True, slots=True)
class _Line:
    """One written record: its key, digest, and texts by field."""

    key: str
    digest: bytes
    texts: Mapping[str, str]


def kinds_for(db: Database, actor: Actor, org_id: int) -> tuple[MessageKind, ...]:
    """The kinds that an organisation exports."""
    with db.read() as session:
        supplier = _is_supplier(session, org_id)
    _require(actor, org_id, supplier=supplier)
    return tuple(kind for kind in KINDS.values() if kind.supplier or not supplier)


def export(db: Database, actor: Actor, wanted: ExportWanted) -> ExportFile | None:
    """The file of one kind; None when there is no such record in the days.

    Raises:
        NotAllowedError: The person does not work for the organisation, or the kind is not its own.
        DomainError: An unknown kind, or the last day is before the first.
    """
    kind = kind_of(wanted.kind)
    if wanted.last < wanted.first:
        raise DomainError(
            "platform.span",
            _(
                "结束日期 {last} 早于开始日期 {first}。请对调。",
                last=wanted.last,
                first=wanted.first,
            ),
        )
    with db.write() as session:
        supplier = _is_supplier(session, wanted.org_id)
        _require(actor, wanted.org_id, supplier=supplier)
        if supplier and not kind.supplier:
            raise NotAllowedError(
                "platform.not_yours", _("{kind} 由医疗机构上报，供应商不用导出。", kind=kind.code)
            )
        asked = Asked(session, wanted.org_id, supplier, wanted.first, wanted.last)
        lines = [_line(kind, values) for values in _COLLECTORS[kind.code](asked)]
        if not lines:
            return None
        earlier = claim(session, actor, wanted.org_id, wanted.op_id, "platform.export", wanted)
        no = str(earlier["batch"]) if earlier else _number(session, wanted.org_id)
        _remember(session, (wanted.org_id, kind.code, no), lines)
        states = _states(session, (wanted.org_id, kind.code, no), lines)
        result = _file(session, wanted, kind, (no, lines, states))
        if earlier is None:
            _keep(session, actor, wanted, result)
        return result


def batches(db: Database, actor: Actor, org_id: int, limit: int = 100) -> tuple[BatchRow, ...]:
    """Earlier exports of an organisation, newest first."""
    with db.read() as session:
        _require(actor, org_id, supplier=_is_supplier(session, org_id))
        rows = session.scalars(
            select(PlatformBatch)
            .where(PlatformBatch.org_id == org_id)
            .order_by(PlatformBatch.made_at.desc(), PlatformBatch.no.desc())
            .limit(limit)
        )
        return tuple(
            BatchRow(
                row.no, row.kind, row.period, local_time(row.made_at), row.rows, row.fresh,
                row.changed,
            )
            for row in rows
        )  # fmt: skip


def _is_supplier(session: Session, org_id: int) -> bool:
    org = session.get(Organisation, org_id)
    if org is None:
        raise DomainError("org.unknown", _("没有这家机构。请刷新后再选。"))
    return org.kind == "supplier"


def _require(actor: Actor, org_id: int, *, supplier: bool) -> None:
    duties = (Duty.SUPPLY, Duty.SIGN) if supplier else _MEMBER_DUTIES
    if not any(actor.can(duty, org_id) for duty in duties):
        raise NotAllowedError(
            "platform.not_yours",
            _("只能导出自己机构的记录。要这家的，请它自己导出，或请管理员加职责。"),
        )


def _line(kind: MessageKind, values: Mapping[str, Any]) -> _Line:
    texts = {one.code: written(one, values.get(one.code)) for one in kind.fields}
    digest = hashlib.sha256("\x1f".join(texts.values()).encode()).digest()
    return _Line(str(values["JLBH"]), digest, texts)


def _number(session: Session, org_id: int) -> str:
    return document_no(session, org_id, "PT", today(session))


def _remember(session: Session, which: tuple[int, str, str], lines: Sequence[_Line]) -> None:
    """Keep what is new or changed under this batch."""
    org_id, kind, no = which
    known = _known(session, (org_id, kind), lines)
    for line in lines:
        before = known.get(line.key)
        if before is None:
            session.add(
                PlatformRecord(
                    org_id=org_id, kind=kind, record=line.key, digest=line.digest, first_batch=no,
                    batch=no,
                )
            )  # fmt: skip
        elif before.digest != line.digest:
            session.execute(
                update(PlatformRecord)
                .where(
                    PlatformRecord.org_id == org_id,
                    PlatformRecord.kind == kind,
                    PlatformRecord.record == line.key,
                )
                .values(digest=line.digest, batch=no)
                .execution_options(synchronize_session=False)
            )
    session.flush()
    session.expire_all()


def _states(
    session: Session, which: tuple[int, str, str], lines: Sequence[_Line]
) -> dict[str, str]:
    """A for new in this batch, U for changed in it, S for what stands since an earlier one."""
    org_id, kind, no = which
    known = _known(session, (org_id, kind), lines)
    states = {}
    for line in lines:
        one = known[line.key]
        states[line.key] = "A" if one.first_batch == no else "U" if one.batch == no else "S"
    return states


def _known(
    session: Session, which: tuple[int, str], lines: Sequence[_Line]
) -> dict[str, PlatformRecord]:
    """What was exported of these records before."""
    found: dict[str, PlatformRecord] = {}
    for part in key_portions(line.key for line in lines):
        rows = session.scalars(
            select(PlatformRecord).where(
                PlatformRecord.org_id == which[0],
                PlatformRecord.kind == which[1],
                PlatformRecord.record.in_(part),
            )
        )
        found.update((row.record, row) for row in rows)
    return found


def _file(
    session: Session,
    wanted: ExportWanted,
    kind: MessageKind,
    what: tuple[str, Sequence[_Line], Mapping[str, str]],
) -> ExportFile:
    no, lines, states = what
    problems: list[Problem] = []
    rows: list[tuple[str, ...]] = []
    for line in lines:
        if wanted.changes_only and states[line.key] == "S":
            continue
        head = {"XXBM": kind.code, "PCH": no, "ZT": states[line.key], "JLBH": line.key}
        full = head | dict(line.texts)
        if len(problems) < MOST:
            problems += check_record(kind, full, len(rows) + 2)
        rows.append(tuple(full[one.code] for one in kind.all_fields))
    code = session.get_one(Organisation, wanted.org_id).code
    counts = [sum(1 for state in states.values() if state == one) for one in "AUS"]
    days = f"{wanted.first:%Y%m%d}-{wanted.last:%Y%m%d}"
    return ExportFile(
        name=f"{kind.code}_{code}_{days}_{no}.csv",
        data=made(codes_of(kind.all_fields), rows),
        batch=no,
        kind=kind.code,
        rows=len(rows),
        fresh=counts[0],
        changed=counts[1],
        same=counts[2],
        problems=tuple(problems[:MOST]),
    )


def _keep(session: Session, actor: Actor, wanted: ExportWanted, result: ExportFile) -> None:
    batch = PlatformBatch(
        org_id=wanted.org_id,
        id=new_id(),
        no=result.batch,
        kind=result.kind,
        period=f"{wanted.first}/{wanted.last}",
        made_at=now(session),
        made_by=actor.person_id,
        rows=result.rows,
        fresh=result.fresh,
        changed=result.changed,
        digest=hashlib.sha256(result.data).digest(),
    )
    session.add(batch)
    session.flush()
    detail = {"no": batch.no, "kind": batch.kind, "period": batch.period, "rows": batch.rows}
    doc = ("platform_batch", batch.id)
    record(session, actor, wanted.org_id, "platform.export", doc, detail)
    finish(session, wanted.org_id, wanted.op_id, {"batch": batch.no})
