"""`make fuzz`: every surface for a fixed number of cases.

With atheris (installed by `make fuzz` where its index has it for this Python) the cases are grown
by coverage, a process for each surface; without it hypothesis makes as many.

    python -m tests.hostile.fuzz --runs 20000 [--only csv]
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Run every surface; 0 when each came to values or words."""
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--only", default="")
    parser.add_argument("--grow", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.grow:
        grow(wanted.grow, wanted.runs)
        return 0
    from tests.hostile.surfaces import BYTES  # after `grow`, which instruments what it imports

    names = [wanted.only] if wanted.only else list(BYTES)
    if importlib.util.find_spec("atheris") is None:
        return by_hypothesis(wanted.runs, wanted.only)
    bad = [name for name in names if not one(name, wanted.runs)]
    sys.stdout.write(
        f"{len(names)} surfaces, {wanted.runs} cases each, found: {bad or 'nothing'}\n"
    )
    return 1 if bad else 0


def one(name: str, runs: int) -> bool:
    """One surface in a process of its own: the fuzzer ends it."""
    command = [sys.executable, "-m", "tests.hostile.fuzz", "--grow", name, "--runs", str(runs)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    good = done.returncode == 0
    sys.stdout.write(f"{'ok ' if good else 'BAD'} {name}\n")
    if not good:
        sys.stdout.write(done.stderr[-3000:])
    sys.stdout.flush()
    return good


def grow(name: str, runs: int) -> None:
    """Cases grown by the coverage of our own code; never returns."""
    atheris = importlib.import_module("atheris")  # only where `make fuzz` put it
    with atheris.instrument_imports(include=["app"]):
        survives = importlib.import_module("tests.hostile.surfaces").survives
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)

        def case(content: bytes) -> None:
            assert survives(name, content, place)

        atheris.Setup(
            [sys.argv[0], f"-runs={runs}", "-max_len=4096", f"-artifact_prefix={folder}/"], case
        )
        atheris.Fuzz()


def by_hypothesis(runs: int, only: str) -> int:
    """The tests of `test_fuzz` with so many examples."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:randomly",
        "tests/hostile/test_fuzz.py",
    ]
    if only:
        command += ["-k", f"[{only}]"]
    environment = os.environ | {"YILIAN_FUZZ": str(runs)}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
