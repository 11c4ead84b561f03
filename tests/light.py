"""What makes a run light: files of this run stay in memory, garbage is looked for less often.

Copies of databases were a third of the time on a disk. Nothing in them outlives the run, and what
is proved about power cuts and full disks is proved elsewhere (`tests.faults`).
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the kernel's folder in memory, used when it is there
NEEDED: Final = 6 * 1024**3
_OFTEN: Final = (10_000, 20, 20)


def keep_files_in_memory() -> None:
    """Temporary folders go to memory, where there is enough and nobody has chosen another place."""
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return
    if shutil.disk_usage(MEMORY).free < NEEDED:
        return
    os.environ["TMPDIR"] = str(MEMORY)  # also for the processes that a test starts
    tempfile.tempdir = None


def collect_rarely() -> None:
    """What was imported stays: the collector need not walk it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_OFTEN)
