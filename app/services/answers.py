"""What a run of the command line said under its number, so that a repeat says the same.

The operations of a run are answered one by one by `app.services.operations`. But a command reads
before it acts and after it: the version of a paper, what is still open, the list that it shows at
its end. A repeat would find all that as it is by then, and refuse or say something else. So what
was said is kept as an answer of its own, beside those of the operations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import select

from app.domain.duties import Actor
from app.domain.errors import DomainError, EnvironmentProblem
from app.models.platform import Operation
from app.services.db import Database
from app.services.operations import digest_of, done_words, plain, used_for_other, write

KIND: Final = "cli.answer"
_NOBODYS: Final = 0
"""A run may touch the books of several organisations; its number is looked for at one place."""
_LONGEST: Final = 200_000
"""Characters; a longer answer is put together again from those of its operations."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a run said.

    Attributes:
        verb: The first thing that it carried out.
        form: How the answer looks.
        text: All of it.
    """

    verb: str
    form: str
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed with a number.

    Attributes:
        typed: Digest of the command and its values.
        files: Name of each file that it reads → digest of what is in it; a file that is not there
            has none.
    """

    typed: bytes
    files: Mapping[str, str]

    @property
    def digest(self) -> bytes:
        """Of everything: what its operations are compared by."""
        return digest_of((self.typed, self.files))

    def differs(self, files: Mapping[str, str]) -> bool:
        """Whether a file is another by now; one that was put away since is taken for the same."""
        return any(files.get(name, now) != now for name, now in self.files.items())


def kept(db: Database, actor: Actor, number: UUID, words: Words, form: str) -> str | None:
    """What was said under this number in this form; None where nothing was kept.

    Args:
        db: The database.
        actor: Who is signed in.
        number: The number of the run.
        words: What it was told.
        form: How the answer is to look, such as JSON; one that was kept in another form is none.

    Raises:
        ConflictError: The number was used for other words.
    """
    with db.read() as session:
        row = session.get(Operation, (_NOBODYS, _place(number)))
        if row is None or row.actor_id != actor.person_id:
            return None
        if row.digest != words.typed or words.differs(row.result["files"]):
            raise used_for_other(row.at, str(row.result["verb"]))
        return str(row.result["text"]) if row.result["form"] == form else None


def carried_out(db: Database, actor: Actor, number: UUID, words: Words) -> str:
    """That the number was carried out, though nothing was kept: a run died in between; or "".

    What it said can be found again as far as the command claims its operations anew. Where it
    refuses before that, or finds nothing left to do, this is the answer.
    """
    with db.read() as session:
        row = session.execute(
            select(Operation.at, Operation.kind).where(
                Operation.org_id.in_({_NOBODYS, *actor.orgs()}),
                Operation.op_id == number,
                Operation.actor_id == actor.person_id,
                Operation.digest == words.digest,
            )
        ).first()
        return "" if row is None else done_words(row.at, row.kind)


def keep(db: Database, actor: Actor, number: UUID, words: Words, answer: Answer) -> bool:
    """Keep what a run said; False where that cannot be done.

    What the run did is saved by then: nothing of this may make it look undone, and nobody is asked
    about it after a cut. Without it a repeat gets the answers of the operations.

    Args:
        db: The database.
        actor: Who is signed in.
        number: The number of the run.
        words: What it was told.
        answer: What it said.
    """
    if len(answer.text) > _LONGEST:
        return False
    result = plain(answer) | {"files": dict(words.files)}
    try:
        with db.write() as session:
            return write(session, actor, (_NOBODYS, _place(number)), KIND, words.typed, result)
    except (DomainError, EnvironmentProblem):
        return False


def _place(number: UUID) -> UUID:
    return uuid5(number, KIND)
