"""First run and signing in, with the real files behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app import paths
from app.domain.duties import Duty
from app.domain.errors import EnvironmentProblem
from app.services.platform import backup
from app.services.platform.setup import FirstSteps
from app.settings import Settings
from app.ui import opening
from app.ui.app import Program, tell_at_the_door
from app.ui.context import Session
from app.ui.entrance import Entrance
from app.ui.jobs import JobRunner
from app.ui.opening import Person
from app.ui.pages.first_run.dialogs import NewDataForm, ServerForm
from app.ui.pages.first_run.page import FirstRunPage, Way
from app.ui.pages.login.page import LoginPage
from app.ui.settings_store import SettingsStore
from app.ui.status import Status
from app.ui.widgets.fields import Field

Settle = Callable[[], None]
STEPS = FirstSteps("示例镇卫生院", "0001", "admin", "管信", "rain-on-roof-26")


def fill(field: Field, text: str) -> None:
    editor = field.editor
    assert isinstance(editor, QLineEdit)
    editor.setText(text)


@pytest.fixture
def entrance(jobs: JobRunner, qtbot: QtBot, qapp: QApplication) -> Iterator[Entrance]:
    made = Entrance(SettingsStore(Settings()), jobs, jobs)
    yield made
    if made.door is not None:
        made.door.close()
        made.door.deleteLater()
    made.close()


def test_the_first_start_asks_where_the_data_shall_be(entrance: Entrance) -> None:
    entrance.start("", "", demo=False)
    page = entrance.door.currentWidget() if entrance.door else None
    assert isinstance(page, FirstRunPage)
    assert page.cards[Way.DEMO].isChecked()
    QTest.mouseClick(page.cards[Way.LOCAL], Qt.MouseButton.LeftButton)
    assert page.cards[Way.LOCAL].isChecked()


def test_new_local_data_is_made_and_its_administrator_signs_in(
    entrance: Entrance, settle: Settle, tmp_path: Path
) -> None:
    sessions: list[Session] = []
    entrance.signed_in.connect(sessions.append)
    entrance.first_run()
    assert entrance.door is not None
    page = entrance.door.currentWidget()
    assert isinstance(page, FirstRunPage)
    page.cards[Way.LOCAL].click()
    page.next.click()
    form = entrance.door.findChild(NewDataForm)
    assert isinstance(form, NewDataForm)
    form.verb.click()
    assert form.organisation.problem.text == "还没填单位名称。"
    fill(form.organisation, "示例镇卫生院")
    fill(form.name, "管信")
    fill(form.password, "rain-on-roof-26")
    fill(form.again, "rain-on-roof-62")
    form.verb.click()
    assert form.again.problem.text.startswith("两次密码不一样")
    fill(form.again, "rain-on-roof-26")
    form.verb.click()
    settle()
    login = entrance.door.currentWidget()
    assert isinstance(login, LoginPage)
    assert login.login.text == "admin"  # typed a moment ago
    fill(login.password, "wrong")
    login.go.click()
    settle()
    assert login.problem.text == "账号或密码不对。请核对后重试。"
    fill(login.password, "rain-on-roof-26")
    login.go.click()
    settle()
    assert sessions[0].actor.name == "管信"
    assert sessions[0].actor.has(Duty.ADMIN)
    assert not sessions[0].demo
    assert Path(sessions[0].address).is_file()


def test_a_server_is_tried_before_it_is_used(jobs: JobRunner, settle: Settle, qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QWidget

    from app.domain.errors import EnvironmentProblem

    tried: list[tuple[str, str, str]] = []

    def test(address: str, login: str, password: str) -> str:
        tried.append((address, login, password))
        if len(tried) == 1:
            raise EnvironmentProblem("db.refused", "连不上 db.local。请核对地址，或问管理员。")
        return "已连上。"

    host = QWidget()
    qtbot.addWidget(host)
    host.show()
    form = ServerForm(test, jobs, host)
    ready: list[tuple[str, str, str]] = []
    form.ready.connect(lambda *given: ready.append(given))
    form.open()
    form.try_it.click()
    assert form.host.problem.text.startswith("还没填服务器地址")
    for field, text in ((form.host, "db.local:5433"), (form.login, "lee"), (form.password, "s")):
        fill(field, text)
    form.try_it.click()
    settle()
    assert form.told.text() == "连不上 db.local。请核对地址，或问管理员。"
    form.verb.click()
    settle()
    assert ready == [("postgresql://db.local:5433/yilian", "lee", "s")]
    form.reject()


def test_signing_in_is_told_and_asked_once(qtbot: QtBot) -> None:
    """A server far away may take seconds; who presses Enter again asks nothing twice."""
    page = LoginPage("db.local/yilian", "lee", opening=True)
    qtbot.addWidget(page)
    page.show()
    asked: list[tuple[str, str]] = []
    page.submitted.connect(lambda *given: asked.append(given))
    fill(page.password, "rain-on-roof-26")
    editor = page.password.editor
    for _time in range(2):
        QTest.keyClick(editor, Qt.Key.Key_Return)
    assert page.told.text() == "数据打开后马上登录…"
    page.go_on()
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert asked == [("lee", "rain-on-roof-26")]
    assert page.told.text() == "正在登录…"
    page.show_problem("账号或密码不对。请核对后重试。")
    assert not page.told.text().strip()
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert len(asked) == 2


def test_in_the_demonstration_a_person_is_chosen_with_the_keyboard(qtbot: QtBot) -> None:
    people = [
        Person("lee", "李药", "城东", ("store", "read*")),
        Person("zhou", "周主任", "中心医院", ("sign",)),
    ]
    page = LoginPage("演示集团（虚构）", "", people, demo=True)
    qtbot.addWidget(page)
    page.show()
    page.start()
    assert page.people is not None
    assert page.people.model.index(0, 2).data() == "药房库管、查看（全集团）"
    chosen: list[tuple[str, str]] = []
    page.submitted.connect(lambda *given: chosen.append(given))
    QTest.keyClick(page.people.halves.right, Qt.Key.Key_Down)
    QTest.keyClick(page.people.halves.right, Qt.Key.Key_Return)
    assert chosen == [("zhou", "")]


def test_a_file_that_is_gone_leads_back_to_the_choice(
    entrance: Entrance, settle: Settle, tmp_path: Path
) -> None:
    entrance.open(str(tmp_path / "gone.db"))
    settle()
    page = entrance.door.currentWidget() if entrance.door else None
    assert isinstance(page, FirstRunPage)
    assert page.status.status is Status.BAD
    assert "没有找到数据文件" in page.status.text()


def door_page(entrance: Entrance) -> object:
    return entrance.door.currentWidget() if entrance.door else None


def test_who_looked_at_the_demonstration_comes_back_to_the_own_data(
    entrance: Entrance, settle: Settle
) -> None:
    """New data are not made over those that are there, and these can be opened."""
    address = opening.make_local(STEPS)
    entrance.first_run(Way.LOCAL)
    page = door_page(entrance)
    assert isinstance(page, FirstRunPage)
    page.next.click()
    assert f"已经有数据：{address}" in page.status.text()
    assert page.findChild(NewDataForm) is None
    entrance.open_file(Path(address))
    settle()
    login = door_page(entrance)
    assert isinstance(login, LoginPage)
    assert login.problem.isHidden()
    assert entrance.opened is not None
    assert entrance.opened.address == address


def test_a_backup_chosen_at_the_door_is_restored_and_stays_a_backup(
    entrance: Entrance, settle: Settle, tmp_path: Path
) -> None:
    """A new computer has nothing but the backups; a damaged one is told, and the choice stays."""
    address = opening.make_local(STEPS)
    db = opening.open_address(address).db
    assert db is not None
    kept = Path(backup.back_up(db, tmp_path / "stick").file)
    db.close()
    before = kept.read_bytes()
    entrance.first_run()
    entrance.open_file(kept)
    settle()
    assert isinstance(door_page(entrance), LoginPage)
    assert entrance.opened is not None
    restored = Path(entrance.opened.address)
    assert restored.parent == paths.home()
    assert kept.read_bytes() == before

    damaged = kept.with_name("yilian-20261014-103000-000.db")
    damaged.write_bytes(before[:-4096])
    entrance.first_run()
    entrance.open_file(damaged)
    settle()
    page = door_page(entrance)
    assert isinstance(page, FirstRunPage)
    assert "不完整" in page.status.text()
    assert page.next.isEnabled()
    assert page.known.isEnabled()


def test_the_program_runs_from_the_door_to_the_window_and_another_person(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = opening.make_local(STEPS)
    program = Program(Settings(database=address, login="admin", sound=False))
    try:
        program.start("", "", demo=False)
        qtbot.waitUntil(lambda: program.entrance.door is not None)
        door = program.entrance.door
        assert door is not None
        login = door.currentWidget()
        assert isinstance(login, LoginPage)
        fill(login.password, "rain-on-roof-26")
        login.go.click()
        qtbot.waitUntil(lambda: program.window is not None)
        window = program.window
        assert window is not None
        assert window.stack.current_name == "home"
        program.set_look("theme", "dark")
        program.set_look("language", "")
        assert program.window is not window
        assert program.window is not None
        assert program.window.rail.buttons["home"].text() != "工作台"
        program.switch_person()
        qtbot.waitUntil(lambda: program.entrance.door is not None)
    finally:
        if program.entrance.door is not None:
            program.entrance.door.close()
        program.close()


def test_where_nothing_can_be_kept_it_is_said_at_the_door(qtbot: QtBot) -> None:
    left: list[bool] = []
    form = tell_at_the_door(
        EnvironmentProblem("home.closed", "数据文件夹打不开。"), lambda: left.append(True), 0
    )
    said = [one.text() for one in form.findChildren(QLabel) if one.isVisible()]
    assert "数据文件夹打不开。" in said
    QTest.mouseClick(form.verb, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: left == [True])
