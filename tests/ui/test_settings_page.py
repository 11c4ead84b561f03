"""系统设置: sections, scanner test, backup, printer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app import paths
from app.i18n import use_language
from app.settings import Settings, load
from app.ui import theme
from app.ui.actions import Act
from app.ui.context import PageContext
from app.ui.pages.settings.data import DataSection
from app.ui.pages.settings.page import SettingsPage
from app.ui.pages.settings.people import PeopleSection
from app.ui.pages.settings.printer import PrinterSection
from app.ui.pages.settings.scanner import ScannerSection
from app.ui.settings_store import SettingsStore
from app.ui.status import Status
from app.ui.widgets.buttons import NavButton
from app.ui.widgets.scan_trial import judge
from tests.ui.conftest import Show

Settle = Callable[[], None]


@pytest.fixture
def page(context: PageContext, show: Show) -> SettingsPage:
    context.store = SettingsStore(Settings())
    return show(SettingsPage(context))


@pytest.mark.parametrize("density", list(theme.Density))
def test_the_names_of_the_sections_are_whole(
    context: PageContext, show: Show, density: theme.Density
) -> None:
    """「Demands at the doo」: English and large text need more than 196 pixels."""
    use_language("en")
    theme.apply(density_now=density)
    context.store = SettingsStore(Settings())
    page = show(SettingsPage(context))
    for button in page.findChildren(NavButton):
        assert button.width() >= button.sizeHint().width(), button.text()


def test_people_are_listed_with_their_duties(page: SettingsPage, settle: Settle) -> None:
    page.choose("people")
    settle()
    section = page.sections["people"]
    assert isinstance(section, PeopleSection)
    words = [section.model.index(i, 2).data() for i in range(section.model.rowCount())]
    assert "采购（全集团）、目录管理（全集团）" in words


def test_a_scan_of_the_test_code_tells_about_the_scanner(
    page: SettingsPage, scan: Callable[[object, str], None]
) -> None:
    page.choose("scanner")
    section = page.sections["scanner"]
    assert isinstance(section, ScannerSection)
    section.bar.sound = False
    scan(page, "010690123456789210YL-TEST\x1d210001")
    assert section.bar.panel.result is not None
    assert section.bar.panel.result.status is Status.OK


@pytest.mark.parametrize(
    ("code", "status", "word"),
    [
        ("010690123456789210YL-TEST210001", Status.WARN, "GS"),
        ("010690123456789210yl-test\x1d210001", Status.WARN, "大写"),
        ("6901234500011", Status.INFO, "测试码"),
    ],
)
def test_each_fault_of_a_scanner_says_what_to_set(code: str, status: Status, word: str) -> None:
    result = judge(code).result
    assert result.status is status
    assert word in result.detail


def test_a_backup_is_made_from_anywhere(page: SettingsPage, settle: Settle, own_home: Path) -> None:
    page.choose("look")
    assert page.perform(Act.BACKUP)
    settle()
    assert page.current == "data"
    assert len(list(paths.backups().glob("yilian-*.db"))) == 1
    assert page.context.notices.kept[0].status is Status.OK
    section = page.sections["data"]
    assert isinstance(section, DataSection)
    assert section.back_up.isEnabled()


def test_a_printer_is_kept_once_its_address_can_be_read(page: SettingsPage) -> None:
    page.choose("printer")
    section = page.sections["printer"]
    assert isinstance(section, PrinterSection)
    section.address.setText("打印机:")
    section._save()
    assert "192.168.1.50" in section.told.text()
    section.address.setText("10.0.0.9:9101")
    section.dpi.choose(300)
    section._save()
    kept = load()
    assert (kept.printer_host, kept.printer_port, kept.printer_dpi) == ("10.0.0.9", 9101, 300)


def test_the_look_section_shows_what_is_in_force(page: SettingsPage, qtbot: QtBot) -> None:
    page.choose("look")
    asked: list[tuple[str, str]] = []
    page.context.set_look = lambda name, value: asked.append((name, value))
    section = page.sections["look"]
    select = section.density  # type: ignore[attr-defined]  # of LookSection
    select.setCurrentIndex(2)
    assert asked == [("density", "large")]


def test_the_section_in_front_is_remembered(page: SettingsPage, context: PageContext) -> None:
    page.choose("about")
    other = SettingsPage(context)
    other.restore_state(page.save_state())
    assert other.current == "about"
    other.deleteLater()
