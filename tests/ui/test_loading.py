"""A page's code is loaded while the window lives on."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.ui import loading
from app.ui.ahead import without_standing_still

BELL = Event()
_WAITS = """
from tests.ui.test_loading import BELL

answered = BELL.wait(10)
"""


def test_the_window_lives_while_a_page_is_loaded(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "a_page_that_waits_for_the_window"
    (tmp_path / f"{name}.py").write_text(_WAITS, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    QTimer.singleShot(0, BELL.set)  # only a living window rings

    without_standing_still(name)

    assert loading.is_loaded(name)
    assert vars(sys.modules.pop(name))["answered"]
    without_standing_still(name)
    assert name not in sys.modules, "what was loaded once is not loaded again"


def test_what_cannot_be_loaded_is_told_by_whoever_uses_it(qtbot: QtBot) -> None:
    without_standing_still("app.ui.pages.no_such_page")

    assert not loading.is_loaded("app.ui.pages.no_such_page")
    with pytest.raises(ModuleNotFoundError, match="no_such_page"):
        loading.load("app.ui.pages.no_such_page")
