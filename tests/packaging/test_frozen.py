"""The frozen build runs without Python around it: command line, demo group, window.

Takes minutes, so it is no part of `make test`; `.ci/run` runs it after that.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import __version__

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("PATH", "LANG", "HOME", "TMPDIR", "LD_LIBRARY_PATH")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built program."""
    folder = tmp_path_factory.mktemp("frozen")
    where = ["--distpath", str(folder / "dist"), "--workpath", str(folder / "build")]
    what = ["--noconfirm", "--log-level", "ERROR", *where, str(ROOT / "pyinstaller.spec")]
    done = subprocess.run(
        [sys.executable, "-m", "PyInstaller", *what],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "dist" / "yilian" / "yilian"


def run(program: Path, home: Path, *arguments: str) -> str:
    """Run the program where nothing of the checkout is on any path; what it printed."""
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment |= {"YILIAN_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [program, *arguments],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stdout


def test_the_frozen_program_does_its_work(program: Path, tmp_path: Path) -> None:
    assert run(program, tmp_path, "--version") == f"yilian {__version__}\n"

    run(program, tmp_path, "demo", "--small", "--out", str(tmp_path / "papers"))
    papers = {path.suffix for path in (tmp_path / "papers").rglob("*") if path.is_file()}
    assert {".pdf", ".xlsx"} <= papers

    database = str(tmp_path / "demo.db")
    checks = json.loads(run(program, tmp_path, "--db", database, "--json", "doctor"))
    assert [check for check in checks if not check["ok"]] == []

    run(program, tmp_path, "gui", "--demo", "--seconds", "1")
