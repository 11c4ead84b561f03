"""The project's own papers: licences, translations, pins, import contracts, decisions."""

from __future__ import annotations

import re

from app.i18n import LANGUAGES
from scripts import licences
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


def test_the_checks_of_style_types_contracts_and_english_are_part_of_the_tests() -> None:
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "test: " in make
    assert "$(MAKE) --no-print-directory lint" in make.split("\ntest:")[1].split("\n\n")[0]
    lint = make.split("\nlint:")[1].split("\n\n")[0]
    for check in ("ruff check .", "ruff format --check .", "mypy", "lint-imports", "i18n.py check"):
        assert check in lint
    assert set(LANGUAGES) == {"zh_CN", "en"}


def test_licence_is_apache() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_ci_runs_what_make_runs() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
