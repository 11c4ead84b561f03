"""The log file: one line for what happened once."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from app import paths
from app.logs import start_logging, stop_logging


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
