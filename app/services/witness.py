"""Each sign-in compares the books with what this computer saw last, and keeps what it sees now."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path

from app.adapters import heads_file
from app.domain.errors import EnvironmentProblem
from app.i18n import _
from app.services import anchors
from app.services.anchors import Head, Rewritten
from app.services.db import Database

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Witness:
    """Where this computer keeps what it saw of a database.

    Attributes:
        file: The file of all databases.
        address: The database's address; only a digest of it is kept.
    """

    file: Path
    address: str

    @property
    def where(self) -> str:
        """The digest."""
        return hashlib.sha256(self.address.encode()).hexdigest()[:16]


def look(db: Database, witness: Witness) -> tuple[Rewritten, ...]:
    """Compare, and keep the present heads unless history was rewritten.

    A head that does not fit stays kept: the finding is told at every sign-in until somebody
    settles it (`forget`).
    """
    seen = tuple(Head(*row) for row in heads_file.read(witness.file, witness.where))
    found = anchors.compare(db, seen)
    if found:
        _log.warning("the books are not those seen before: %s", found)
        return found
    anchors.make(db)
    fresh = {(one.org_id, one.chain): one for one in seen}
    fresh |= {(one.org_id, one.chain): one for one in anchors.heads(db)}
    rows = [(one.org_id, one.chain, one.seq, one.hash) for one in fresh.values()]
    try:
        heads_file.write(witness.file, witness.where, rows)
    except OSError as error:
        raise EnvironmentProblem(
            "witness.full", _("本机磁盘写不进去，链头没有留存。请清出空间。")
        ) from error
    return ()


def forget(witness: Witness) -> None:
    """After somebody settled it (a backup was restored on purpose): begin anew."""
    heads_file.write(witness.file, witness.where, ())


def words(found: tuple[Rewritten, ...]) -> str:
    """What the person is told."""
    if all(one.shorter for one in found):
        return _(
            "这份数据比本机上次看到的少：{n} 条链短了，可能恢复了旧备份，或有记录被删。"
            "请先停止记账，请管理员运行 yilian verify，并与最近的备份和纸质单据核对。"
            "确是有意恢复的，运行 yilian verify --settled，以后不再提示。",
            n=len(found),
        )
    return _(
        "历史记录被改写过：{n} 条链和本机上次看到的不一样。"
        "请先停止记账，请管理员运行 yilian verify，并与最近的备份和纸质单据核对。",
        n=len(found),
    )
