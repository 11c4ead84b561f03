"""The log file: one line for what happened once."""

from __future__ import annotations

import logging
import resource
from pathlib import Path

import pytest

from app import paths
from app.logs import start_logging, stop_logging
from tests.cli.runner import bare, run
from tests.factories import Site


def test_a_line_stands_once_though_command_and_window_both_begin_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YILIAN_HOME", str(tmp_path))
    command = start_logging()
    try:
        window = start_logging()
        logging.getLogger("trial").info("opened")
        assert window is command
    finally:
        stop_logging(command)
    log = (paths.logs() / "yilian.log").read_text(encoding="utf-8")
    assert log.count("opened") == 1
    again = start_logging()
    assert again is not command
    stop_logging(again)


def test_a_folder_that_cannot_be_made_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("YILIAN_HOME", str(tmp_path / "file" / "home"))
    ran = bare("account", "list")
    assert ran.code == 3
    assert str(tmp_path / "file" / "home") in ran.err
    assert "YILIAN_HOME" in ran.err


def test_a_log_that_cannot_be_written_keeps_nobody_from_reading(
    sqlite_site: Site, own_home: Path
) -> None:
    (own_home / "logs").parent.mkdir(parents=True, exist_ok=True)
    (own_home / "logs").write_bytes(b"not a folder")
    ran = run(sqlite_site, "east_store", "reconcile")
    assert ran.code == 0, ran.err


def test_a_line_that_a_full_disk_does_not_take_prints_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    handler = start_logging()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        logging.getLogger("trial").info("no room for this")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        stop_logging(handler)
    assert capsys.readouterr().err == ""
