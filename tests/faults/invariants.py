"""What must hold whatever happened: I1 to I6 of the reliability rules, and the figures of a storm.

I1 balances equal the ledger, and papers what was booked on them · I2 no balance below zero ·
I3 what a person was told is saved is saved exactly once, whole · I4 nothing is there that no
client sent · I5 the chains verify · I6 the database's own examination finds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select, text

from app.models.platform import Operation
from app.models.stock import Balance, Ledger
from app.services.db import Database
from app.services.imprints import proof
from app.services.platform import booked, proofs
from tests.faults import papers

COPIES = ("ledger", "balance", "operation", "audit", "chain_head")


@dataclass(slots=True)
class Journal:
    """What the clients wrote, by operation id.

    Attributes:
        sent: What went out: the organisation and the kind.
        kinds: What it was, with the quantity where there is one.
        acked: The person has the answer.
        refused: The service said no.
        told: What the program found out later, the last word counts.
        copies: Backups that were told of, with their digests.
        others: What was answered otherwise when it was sent again.
        ups: How many times a client came up.
    """

    sent: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    acked: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    told: dict[str, str] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)
    ups: int = 0
    cuts: int = 0

    @classmethod
    def of(cls, files: Iterable[Path]) -> Journal:
        """The journals of all clients together."""
        made = cls()
        for file in files:
            for line in file.read_text(encoding="utf-8").splitlines():
                word, op, rest = [*line.split(" ", 2), "", ""][:3]
                made.take(word, op, rest)
        return made

    def take(self, word: str, op: str, rest: str) -> None:
        """One line."""
        if word == "sent":
            self.sent[op] = rest
        elif word == "kind":
            self.kinds[op] = rest
        elif word == "ack":
            self.acked.add(op)
        elif word == "refused":
            self.refused.add(op)
        elif word == "told":
            self.told[op] = rest
        elif word == "copy":
            self.copies[op] = rest
        elif word == "other":
            self.others[op] = rest
        self.ups += word == "up"
        self.cuts += word == "cut"

    @property
    def saved(self) -> set[str]:
        """What a person believes to be saved."""
        return self.acked | {op for op, end in self.told.items() if end == "saved"}

    @property
    def never(self) -> set[str]:
        """What a person believes not to be saved."""
        said_no = self.refused | {op for op, end in self.told.items() if end == "never"}
        return said_no - self.saved

    @property
    def open(self) -> set[str]:
        """What nobody knows the end of."""
        return set(self.sent) - self.saved - self.never


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong; all empty is the proof.

    Attributes:
        lost: Said to be saved, and not there.
        doubled: Said not to be saved (so it is done again), and there; or there more than once.
        unknown: There, and no client sent it.
        broken: Every other broken invariant, in words.
    """

    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled or self.unknown or self.broken)


def state(db: Database) -> tuple[str, ...]:
    """I1, I2, I5, I6: what the database itself can say, while others work or not."""
    broken = [f"I1 {one}" for one in proofs.reconcile(db)]
    with db.read() as session:
        broken += [f"I1 {one}" for one in papers.broken(session)]
        broken += [f"I1 {one}" for one in booked.differing(session)]
        least = session.scalar(select(func.min(Balance.qty)))
        if least is not None and least < 0:
            broken.append(f"I2 a balance of {least}")
    broken += [f"I5 {one}" for one in proofs.chains(db) if not one.whole]
    broken += [f"I5 {one}" for one in proof.examine(db).strange]
    return (*broken, *(_pages(db) if db.is_sqlite else _copies(db)))


def _pages(db: Database) -> list[str]:
    answer = proofs.pages(db)
    return [] if answer == "ok" else [f"I6 {answer}"]


def _copies(db: Database) -> list[str]:
    """Every table read in its own order and through its key: both must tell the same."""
    found = []
    with db.read() as session:
        for table in COPIES:
            totals = []
            for way in ("enable_indexscan", "enable_seqscan"):
                session.execute(text("SET LOCAL enable_indexscan = on"))
                session.execute(text("SET LOCAL enable_seqscan = on"))
                session.execute(text("SET LOCAL enable_bitmapscan = off"))
                session.execute(text(f"SET LOCAL {way} = off"))
                query = f"SELECT count(*), sum(org_id) FROM app.{table} WHERE org_id >= 0"
                totals.append(tuple(session.execute(text(query)).one()))
            if totals[0] != totals[1]:
                found.append(f"I6 {table}: {totals}")
    return found


def compare(db: Database, journal: Journal, known: set[str]) -> Findings:
    """I3 and I4: the database against what the clients wrote; `known` was there before."""
    with db.read() as session:
        there = {str(op) for op in session.scalars(select(Operation.op_id))} - known
        rows = session.execute(
            select(
                Ledger.op_id,
                func.count().label("rows"),
                func.max(Ledger.line).label("last"),
                func.count(Ledger.doc_id.distinct()).label("documents"),
                func.count(Ledger.org_id.distinct()).label("books"),
                func.sum(Ledger.qty).label("qty"),
            ).group_by(Ledger.op_id)
        ).all()
    broken = [f"I3 {op} sent again: {told}" for op, told in journal.others.items()]
    doubled = [op for op in journal.never if op in there]
    for row in rows:
        op, qty = str(row.op_id), _quantity(journal, str(row.op_id))
        if op in known:
            continue
        if op not in there:
            broken.append(f"I3 {op} is in the ledger without its operation")
        if row.rows != row.last * row.books or row.documents != 1:
            doubled.append(op)
        elif qty is not None and row.qty != qty:
            broken.append(f"I3 {op} booked {row.qty} of {qty}")
    return Findings(
        lost=tuple(sorted(journal.saved - there)),
        doubled=tuple(sorted(doubled)),
        unknown=tuple(sorted(there - set(journal.sent))),
        broken=(*broken, *state(db)),
    )


def _quantity(journal: Journal, op: str) -> int | None:
    """How much the client meant to book, where it said so."""
    kind = journal.kinds.get(op, "")
    if not kind.startswith(("consume:", "move:")):
        return None
    return int(kind.partition(":")[2])
