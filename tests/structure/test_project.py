"""The project's own papers: licences, translations, pins, import contracts, decisions."""

from __future__ import annotations

import re
import subprocess
import sys

from app.i18n import LANGUAGES
from scripts import i18n, licences
from tests.structure.source import ROOT

EXCEPTIONS: dict[str, str] = {}
"""Shipped GPL parts with the reason why that is right; there are none."""


def test_third_party_list_is_current() -> None:
    assert licences.TARGET.read_text(encoding="utf-8") == licences.document()


def test_nothing_shipped_is_gpl() -> None:
    found = {
        part.name: part.licence
        for part in licences.parts()
        if licences.COPYLEFT.search(part.licence) and part.name not in EXCEPTIONS
    }
    assert found == {}


def test_every_shipped_part_has_a_known_licence() -> None:
    assert [part.name for part in licences.parts() if not part.licence] == []


def test_requirements_are_pinned_with_hashes() -> None:
    for name in ("run", "dev", "build"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
        pins = [block for block in blocks if re.match(r"[A-Za-z0-9._-]+==", block)]
        assert pins
        assert all("--hash=sha256:" in block for block in pins)
        assert "index-url" not in text


def test_run_list_is_part_of_the_dev_list() -> None:
    dev = licences.pinned("dev")
    assert {name: dev.get(name) for name in licences.pinned()} == licences.pinned()


def test_english_is_complete() -> None:
    assert set(LANGUAGES) == {"zh_CN", "en"}
    assert i18n.problems() == []


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "importlinter.cli", "lint", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_licence_is_apache() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_ci_runs_what_make_runs() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
