"""`make faults`: storms on both databases, and the figures.

    python -m tests.faults --seed 7 --faults 60
    python -m tests.faults --seed 7 --faults 200 --work 1 --power     # power cuts alone
    python -m tests.faults --seed 7 --faults 500 --work 600 --torn    # and torn sectors
    python -m tests.faults --hot 60                                   # one hot balance row (T02)

Where a file system may be mounted (Linux, root), disks are filled up too; the figures say so.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from typing_extensions import override

from app.services.platform import server
from tests.databases import OWNER_PASSWORD, TEMPLATE, Databases
from tests.faults import hot
from tests.faults.deeds import Post
from tests.faults.grounds import DURABLE, file_ground, server_ground, small_disk
from tests.faults.hot import hot_site
from tests.faults.power import power_disk
from tests.faults.power_loss import lose, taped
from tests.faults.server_loss import lose as lose_server, taped as taped_server
from tests.faults.server_tape import possible
from tests.faults.storm import Figures, Ground, Storm
from tests.pgserver import Cluster

FILE_MEGABYTES, SERVER_MEGABYTES = 96, 700


class DurableDatabases(Databases):
    """The templates on a server that keeps what it acknowledged."""

    def __init__(self, folder: Path, disk: Path | None, settings: dict[str, str]) -> None:
        super().__init__(folder)
        self._disk = disk
        self._settings = settings

    @override
    def cluster(self) -> Cluster:
        """The server of this run, on its own small disk where there is one."""
        if self._cluster is None:
            started = Cluster(
                self._settings | {"shared_buffers": "24MB", "max_connections": "400"}, self._disk
            )
            self._cluster = started.__enter__()
            server.init_server(started.login("postgres").url(), TEMPLATE, OWNER_PASSWORD)
        return self._cluster


@contextmanager
def run(
    kind: str, seed: int, *, power: bool = False, unsafe: bool = False, made: type[Storm] = Storm
) -> Iterator[Storm]:
    """A storm on one database, everything made for it and taken away after it.

    Args:
        kind: sqlite or postgresql.
        seed: Decides what is decided.
        power: Cut the power of the disk under it, and nothing else.
        unsafe: What is committed is not made durable: the control, which must lose something.
        made: The kind of storm.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yilian-storm-")))
        folder.chmod(0o755)
        size = FILE_MEGABYTES if kind == "sqlite" else SERVER_MEGABYTES
        cut = stack.enter_context(power_disk(folder / "disk", size)) if power else None
        if power and cut is None:
            raise SystemExit("no disk can be mounted here: power cuts need Linux and root")
        disk = cut.folder if cut else stack.enter_context(small_disk(folder / "disk", size))
        work = folder / "work"
        work.mkdir()
        databases = stack.enter_context(
            DurableDatabases(
                work,
                disk if kind == "postgresql" else None,
                dict.fromkeys(DURABLE, "off") if unsafe else DURABLE,
            )
        )
        ground: AbstractContextManager[tuple[Ground, tuple[Post, ...], str]] = (
            file_ground(databases, work, disk, cut)
            if kind == "sqlite"
            else server_ground(databases, disk, cut)
        )
        storm = made(*stack.enter_context(ground), work / "storm", seed)
        storm.tell(unsafe=unsafe)
        try:
            yield storm
        finally:
            storm.close()


def say(line: object) -> None:
    """A line for who runs it."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Run storms of growing seeds until there were enough faults; 0 when nothing was found."""
    parser = argparse.ArgumentParser(prog="make faults")
    parser.add_argument("--seed", type=int, default=0, help="0: begin with a new one")
    parser.add_argument("--faults", type=int, default=30, help="in each storm")
    parser.add_argument("--work", type=int, default=8, help="answers of each client after a fault")
    parser.add_argument("--on", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--power", action="store_true", help="cut the disk's power, nothing else")
    parser.add_argument("--torn", action="store_true", help="power cuts with torn sectors")
    parser.add_argument("--unsafe", action="store_true", help="the control: nothing is durable")
    parser.add_argument("--hot", type=float, help="so many seconds at one balance row, no faults")
    parser.add_argument("--keep", type=Path, help="where journals go when something is found")
    wanted = parser.parse_args()
    seed = wanted.seed or int.from_bytes(os.urandom(3))
    kinds = ("sqlite", "postgresql") if wanted.on == "both" else (wanted.on,)
    if wanted.torn:
        bad = [kind for kind in kinds if not TORN[kind](seed, wanted)]
    elif wanted.hot:
        bad = [kind for kind in kinds if not heat(kind, seed, wanted.hot)]
    else:
        bad = [kind for kind in kinds if not one(kind, seed, wanted)]
    return 1 if bad else 0


def heat(kind: str, seed: int, seconds: float) -> bool:
    """Everybody at one lot for so long; prints the figures and whether they are as asked."""
    with tempfile.TemporaryDirectory(prefix="yilian-hot-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        with DurableDatabases(folder, None, DURABLE) as databases, hot_site(databases, kind) as at:
            found = hot.run(at, folder / "hot", seed, seconds=seconds)
    say(found)
    for line in (*found.findings.lost, *found.findings.doubled, *found.findings.broken):
        say(f"  {line}")
    return found.sound


def one(kind: str, seed: int, wanted: argparse.Namespace) -> bool:
    """One storm; prints its figures and whether everything held."""
    with run(kind, seed, power=wanted.power, unsafe=wanted.unsafe) as storm:
        try:
            figures = storm.run(wanted.faults, wanted.work)
        except AssertionError as error:
            say(f"{kind} seed {seed}: {error}")
            _keep(storm, wanted.keep)
            return False
        say(figures)
        tell(figures)
        if not figures.sound:
            _keep(storm, wanted.keep)
        return figures.sound


def torn(seed: int, wanted: argparse.Namespace) -> bool:
    """One tape of work, cut at many places; `--faults` says how many, `--work` how much work."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yilian-torn-")))
        databases = stack.enter_context(Databases(folder))
        careless = "database" if wanted.unsafe else ""
        tape, known = stack.enter_context(
            taped(databases, folder / "work", seed, wanted.work, careless)
        )
        loss = lose(tape, known, wanted.faults, seed, folder / "cuts")
        for line in (loss, *loss.found):
            say(line)
        if loss.found and wanted.keep is not None:
            shutil.copytree(folder / "cuts", wanted.keep, dirs_exist_ok=True)
    return not loss.found


def torn_server(seed: int, wanted: argparse.Namespace) -> bool:
    """As `torn`, under a server; unsafe, once without waiting and once without full pages."""
    if not possible():
        raise SystemExit("the calls of a program cannot be seen here: Linux on x86-64 is needed")
    sound = True
    for settings in UNSAFE_SERVERS if wanted.unsafe else ({},):
        with tempfile.TemporaryDirectory(prefix="yilian-torn-") as made:
            folder = Path(made)
            folder.chmod(0o755)
            with taped_server(folder, seed, wanted.work, settings) as kept:
                loss = lose_server(kept, wanted.faults, seed, folder, wanted.keep)
        for line in (*settings.items(), loss, *loss.found):
            say(line)
        sound = sound and not loss.found
    return sound


TORN = {"sqlite": torn, "postgresql": torn_server}
UNSAFE_SERVERS: tuple[dict[str, str], ...] = ({"fsync": "off"}, {"full_page_writes": "off"})


def tell(figures: Figures) -> None:
    """What was found, line by line."""
    if figures.sound:
        return
    found = figures.findings
    for name in ("lost", "doubled", "unknown", "broken"):
        for line in getattr(found, name):
            say(f"  {name}: {line}")
    for line in figures.unresolved:
        say(f"  unresolved: {line}")
    say(f"  again: make faults SEED={figures.seed}")


def _keep(storm: Storm, folder: Path | None) -> None:
    if folder is not None:
        storm.keep(folder)
        say(f"  journals: {folder}")


if __name__ == "__main__":
    sys.exit(main())
