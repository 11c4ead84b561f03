"""What is kept of a server's calls is what it did; its disk tears as a server's may.

Hundreds of cuts under a real server are `make faults` with `--torn`.
"""

from __future__ import annotations

import pickle
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.__main__ import torn_server
from tests.faults.server_tape import HOME, Moments, possible, program
from tests.faults.tape import Event, Tape
from tests.faults.torn import SECTOR, disks, server_tear

DEEDS = """
import os
file = os.open("a", os.O_CREAT | os.O_RDWR)
os.write(file, b"x" * 9000)
os.fsync(file)
os.pwrite(file, b"yy", 5)
os.pwritev(file, [b"k" * 5, b"l" * 6], 100)
if os.fork() == 0:
    log = open("b", "ab", 0)
    log.write(b"hi")
    log.write(b"ho")
    os.fdatasync(log.fileno())
    os._exit(0)
os.wait()
os.posix_fallocate(file, 9000, 200)
os.ftruncate(file, 50)
os.rename("a", "c")
os.write(file, b"z")
os.unlink("b")
os.write(file, b"over")
os.fsync(os.open(".", os.O_RDONLY))
open("postmaster.pid", "w").write("1")
open("../beside", "w").write("1")
"""
KEPT = [
    Event("create", "a"),
    Event("write", "a", 0, b"x" * 9000),
    Event("sync", "a"),
    Event("write", "a", 5, b"yy"),
    Event("write", "a", 100, b"kkkkkllllll"),
    Event("create", "b"),
    Event("write", "b", 0, b"hi"),
    Event("write", "b", 2, b"ho"),
    Event("sync", "b"),
    Event("truncate", "a", 9200),
    Event("truncate", "a", 50),
    Event("rename", "a", 0, b"c"),
    Event("write", "c", 9000, b"z"),
    Event("remove", "b"),
    Event("write", "c", 9001, b"over"),
    Event("folder", ""),
]
OLD, NEW = b"o" * SECTOR, b"n" * SECTOR


def kept(folder: Path, deeds: str) -> Moments:
    root = folder / "root"
    root.mkdir()
    command = [sys.executable, "-c", deeds]
    subprocess.run(program(folder / "tape", root, None, command), cwd=HOME, check=True)
    moments: Moments = pickle.loads((folder / "tape").read_bytes())  # noqa: S301 - written above
    return moments


def test_every_call_of_a_program_and_of_what_it_starts_is_kept_in_order(tmp_path: Path) -> None:
    if not possible():
        with pytest.raises(SystemExit, match="Linux"):
            torn_server(1, None)  # type: ignore[arg-type]
        return
    moments = kept(tmp_path, DEEDS)
    assert [event for _at, event in moments] == KEPT
    assert [at for at, _event in moments] == sorted(at for at, _event in moments)


def left(name: str) -> set[bytes]:
    """What two sectors may hold after they were written and not synced."""
    tape = Tape(Path(), {name: OLD * 2}, [Event("write", name, 0, NEW * 2)])
    dice = random.Random(1)
    return {disk.image(dice)[name] for _cut, disk in disks(tape, [1] * 400, server_tear)}


def test_a_page_tears_anywhere_and_is_never_rubbish() -> None:
    may = left("base/5/16384")
    assert {OLD * 2, NEW + OLD, OLD + NEW, NEW * 2} < may
    assert all(one.strip(b"on") == b"" for one in may)


@pytest.mark.parametrize("name", ["pg_wal/000000010000000000000001", "global/pg_control"])
def test_the_log_and_the_state_tear_between_sectors_alone(name: str) -> None:
    assert left(name) == {OLD * 2, NEW + OLD, OLD + NEW, NEW * 2}
