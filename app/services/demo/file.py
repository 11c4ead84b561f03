"""The demo as a SQLite file: made whole or not at all, and copied for a trial."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.services import schema
from app.services.access import actor_for
from app.services.db import Database, sqlite_engine
from app.services.demo.build import DemoGroup, build, no_progress
from app.services.demo.work import Progress
from app.services.directory import is_demo
from app.services.sealing.trial import issue_trial

ADMINISTRATOR: Final = "guanxin"
CERTIFICATES: Final = "certificates"
"""Folder beside the demo file with a trial certificate for everybody who signs."""


def make_file(path: Path, *, small: bool = False, progress: Progress = no_progress) -> DemoGroup:
    """Make the demo in a fresh file, in place of whatever unfinished or old one is there."""
    remove_file(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    db = Database(sqlite_engine(str(path)))
    try:
        schema.upgrade(db)
        made = build(db, small=small, progress=progress)
        issue_trial(db, actor_for(db, ADMINISTRATOR), path.parent / CERTIFICATES)
        return made
    finally:
        db.close()


def is_whole(path: Path) -> bool:
    """Whether the file holds a finished demo of this program's schema."""
    if not path.is_file():
        return False
    db = Database(sqlite_engine(str(path)))
    try:
        if not schema.is_current(db):
            return False
        with db.read() as session:
            return is_demo(session)
    finally:
        db.close()


def remove_file(path: Path) -> None:
    """Remove a demo file with its journals."""
    for left in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        left.unlink(missing_ok=True)


def copy_file(source: Path, target: Path) -> Path:
    """A consistent copy of the demo, for a walk that shall not use up its open work."""
    remove_file(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    engine = sqlite_engine(str(source))
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("VACUUM INTO ?", (str(target),))
    finally:
        raw.close()
        engine.dispose()
    return target
