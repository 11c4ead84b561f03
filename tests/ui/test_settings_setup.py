"""系统设置: a group is set up from an empty file with nothing but the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit

from app.domain.duties import Duty
from app.services import audit
from app.services.platform import accounts, backup, organisations, schedule
from app.services.platform.checklist import Step, checklist
from app.services.scan_rules import rules
from app.settings import Settings
from app.ui.backups import DailyBackup
from app.ui.context import PageContext
from app.ui.pages.settings.data import DataSection
from app.ui.pages.settings.data_forms import CheckForm
from app.ui.pages.settings.door import DoorSection
from app.ui.pages.settings.organisations import OrganisationsSection
from app.ui.pages.settings.page import SettingsPage
from app.ui.pages.settings.people import PeopleSection
from app.ui.pages.settings.people_forms import DutiesForm, PasswordForm
from app.ui.pages.settings.places import PlacesSection
from app.ui.pages.settings.rules import RulesSection
from app.ui.pages.settings.terms import TermForm, TermsSection
from app.ui.pages.start.page import StartPage
from app.ui.settings_store import SettingsStore
from app.ui.status import Status
from app.ui.widgets.dialogs import Form, TypeToConfirm
from app.ui.widgets.fields import Field
from app.ui.widgets.text import Text
from tests.conftest import FixedClock
from tests.factories import EAST, KANGZE, LEAD, Site
from tests.ui.conftest import Show

Settle = Callable[[], None]
Section = Callable[[str], object]


def fill(field: Field, text: str) -> None:
    assert isinstance(field.editor, QLineEdit)
    field.editor.setText(text)


@pytest.fixture
def page(context_for: Callable[[str], PageContext], show: Show, settle: Settle) -> SettingsPage:
    context = context_for("lead_admin")
    context.store = SettingsStore(Settings(sound=False))
    made = show(SettingsPage(context))
    settle()
    return made


@pytest.fixture
def section(page: SettingsPage, settle: Settle) -> Section:
    def bring(key: str) -> object:
        page.choose(key)
        settle()
        return page.sections[key]

    return bring


def test_a_member_and_a_supplier_are_added(section: Section, settle: Settle) -> None:
    made = section("organisations")
    assert isinstance(made, OrganisationsSection)
    form = made.add("member")
    fill(form.code, "0002")
    fill(form.name, "城北社区卫生服务中心")
    form.verb.click()
    settle()
    assert form.refusal.text.startswith("编码 0002 已经给了")
    fill(form.code, "0009")
    form.verb.click()
    settle()
    codes = [made.model.index(i, 0).data() for i in range(made.model.rowCount())]
    assert "0009" in codes


def test_an_organisation_leaves_with_a_day(
    section: Section, settle: Settle, sqlite_site: Site
) -> None:
    made = section("organisations")
    assert isinstance(made, OrganisationsSection)
    made.table.choose(EAST)
    made.change()
    form = made.findChild(Form)
    assert form is not None
    fill(form.ends, "明年")  # type: ignore[attr-defined]  # of OrganisationForm
    form.verb.click()
    assert "看不懂" in form.refusal.text
    fill(form.ends, "2027-01-01")  # type: ignore[attr-defined]
    form.verb.click()
    settle()
    row = next(one for one in organisations.organisations(sqlite_site.owner) if one.id == EAST)
    assert str(row.valid_to) == "2027-01-01"


def test_a_person_is_added_and_signs_in(
    section: Section, settle: Settle, sqlite_site: Site
) -> None:
    made = section("people")
    assert isinstance(made, PeopleSection)
    form = made.add()
    settle()
    fill(form.name, "钱药")
    fill(form.login, "qianyao")
    form.org.choose("0003")
    form.duties.duty.choose(Duty.STORE.value)
    form.duties.scope.choose("0003")
    form.duties.add()
    fill(form.password, "four quiet words")
    fill(form.again, "four quiet world")
    form.verb.click()
    assert form.refusal.text.startswith("两次密码不一样")
    fill(form.again, "four quiet words")
    form.verb.click()
    settle()
    actor = accounts.sign_in(sqlite_site.owner, "qianyao", "four quiet words")
    assert actor.has(Duty.STORE)


def test_duties_and_password_are_changed_and_the_account_closed(
    page: SettingsPage, section: Section, settle: Settle, sqlite_site: Site
) -> None:
    made = section("people")
    assert isinstance(made, PeopleSection)
    made.table.choose("east_store")
    made.change_duties()
    duties = made.findChild(DutiesForm)
    assert isinstance(duties, DutiesForm)
    settle()
    duties.duties.list.setCurrentRow(0)
    duties.duties.drop()
    duties.duties.duty.choose(Duty.SETTLE.value)
    duties.duties.scope.choose("0002")
    duties.duties.add()
    duties.verb.click()
    settle()
    made.table.choose("east_store")
    made.reset_password()
    secret = made.findChild(PasswordForm)
    assert isinstance(secret, PasswordForm)
    for field in (secret.password, secret.again):
        fill(field, "four quiet words")
    secret.verb.click()
    settle()
    actor = accounts.sign_in(sqlite_site.owner, "east_store", "four quiet words")
    assert (actor.has(Duty.SETTLE), actor.has(Duty.STORE)) == (True, False)
    made.table.choose("east_store")
    made.toggle()
    for form in made.findChildren(Form):
        form.verb.click()
    settle()
    row = next(one for one in accounts.people(sqlite_site.owner) if one.login == "east_store")
    assert not row.active


def test_a_place_is_added(section: Section, settle: Settle) -> None:
    made = section("places")
    assert isinstance(made, PlacesSection)
    assert made.org is not None
    made.org.choose(EAST)
    settle()
    before = made.model.rowCount()
    form = made.add()
    form.verb.click()
    settle()
    assert "编码和名称" in form.refusal.text
    fill(form.code, "C09")
    fill(form.name, "冷藏柜")
    form.storage.choose("cold")
    form.verb.click()
    settle()
    assert made.model.rowCount() == before + 1


def test_terms_are_agreed_by_a_buyer(
    context_for: Callable[[str], PageContext], show: Show, settle: Settle
) -> None:
    page = show(SettingsPage(context_for("lead_buyer")))
    page.choose("terms")
    settle()
    made = page.sections["terms"]
    assert isinstance(made, TermsSection)
    made.table.choose((EAST, KANGZE))
    made.change()
    form = made.findChild(TermForm)
    assert isinstance(form, TermForm)
    for check in form.weekdays:
        check.setChecked(False)
    form.verb.click()
    settle()
    assert "至少选一天" in form.refusal.text
    form.weekdays[3].setChecked(True)
    form.days.set_value(5)
    form.verb.click()
    settle()
    row = next(one for one in made.model.rows if one.key == (EAST, KANGZE))
    assert (row.cells[2], row.cells[3]) == ("5", "星期四")


def test_limits_at_the_door_are_kept(section: Section, settle: Settle) -> None:
    made = section("door")
    assert isinstance(made, DoorSection)
    assert made.org is not None
    made.org.choose(EAST)
    settle()
    made.months.set_value(9)
    made.save.click()
    settle()
    assert made.told.text().startswith("已保存")
    made.refresh()
    settle()
    assert made.months.value == 9


def test_a_suppliers_label_is_tried_before_it_is_kept(
    section: Section, settle: Settle, sqlite_site: Site
) -> None:
    made = section("rules")
    assert isinstance(made, RulesSection)
    form = made.add()
    fill(form.title, "康泽箱码")
    fill(form.prefix, "KZ")
    form.item[0].set_value(3)
    form.item[1].set_value(6)
    form.lot[0].set_value(9)
    form.lot[1].set_value(6)
    fill(form.sample, "KZ001234B26031")
    assert form.seen.text() == "品规码 001234 · 批号 B26031 · 有效期至 —"
    form.verb.click()
    settle()
    assert rules(sqlite_site.owner)[0].lot == (8, 6)
    made.table.choose(0)
    made.remove()
    settle()
    assert rules(sqlite_site.owner) == ()


def test_the_books_are_checked_and_the_result_is_read(section: Section, settle: Settle) -> None:
    made = section("data")
    assert isinstance(made, DataSection)
    made.start_check()
    settle()
    assert isinstance(made.form, CheckForm)
    assert made.form.model.rowCount() >= 5
    made.form.accept()


def work_on(page: SettingsPage) -> None:
    with page.context.db.write() as session:
        audit.record(session, page.context.actor, LEAD, "test", ("test", 1), {})


def test_a_backup_goes_to_the_chosen_folder_and_comes_back_as_a_new_file(
    page: SettingsPage, section: Section, settle: Settle, tmp_path: Path, clock: FixedClock
) -> None:
    made = section("data")
    assert isinstance(made, DataSection)
    work_on(page)
    made.set_folder(str(tmp_path / "other"))
    made.start_backup()
    settle()
    kept = schedule.backups(tmp_path / "other")
    assert len(kept) == 1
    until = backup.last_entry(page.context.db)
    clock.advance(hours=2)
    work_on(page)  # the backup does not know it
    since = backup.last_entry(page.context.db)
    opened: list[str] = []
    page.context.open_data = opened.append
    made.start_restore(kept[0][1])
    settle()
    question = next(one for one in made.findChildren(Form) if one.isVisible())
    said = "\n".join(one.text() for one in question.findChildren(Text))
    assert until is not None
    assert since is not None
    assert f"恢复的数据记到 {until:%Y-%m-%d %H:%M}" in said
    assert f"现在的数据记到 {since:%Y-%m-%d %H:%M}，这之间的记录不在" in said
    question.verb.click()
    assert len(opened) == 1
    assert Path(opened[0]).is_file()


def test_the_demonstration_goes_only_after_the_word(section: Section, page: SettingsPage) -> None:
    made = section("data")
    assert isinstance(made, DataSection)
    gone: list[bool] = []
    page.context.clear_demo = lambda: gone.append(True)
    made.ask_clear()
    form = made.form
    assert isinstance(form, TypeToConfirm)
    form.verb.click()
    assert not gone
    form.edit.setText("清空演示")
    form.verb.click()
    assert gone == [True]


@pytest.mark.usefixtures("noon")
def test_todays_backup_is_made_once(page: SettingsPage, settle: Settle, tmp_path: Path) -> None:
    page.context.keep(backup_folder=str(tmp_path / "daily"))
    daily = DailyBackup(page.context, page)
    for _time in range(2):
        daily.look()
        settle()
    assert len(schedule.backups(tmp_path / "daily")) == 1
    page.context.keep(backup_daily=False, backup_folder=str(tmp_path / "off"))
    daily.look()
    settle()
    assert schedule.backups(tmp_path / "off") == ()


def test_a_supplier_sees_only_what_is_of_this_computer(
    context_for: Callable[[str], PageContext], show: Show
) -> None:
    page = show(SettingsPage(context_for("kangze_sales")))
    assert set(page.sections) == {"data", "scanner", "printer", "look", "about"}


def test_start_leads_from_role_to_the_list_of_what_is_missing(
    context_for: Callable[[str], PageContext],
    show: Show,
    settle: Settle,
    scan: Callable[[object, str], None],
) -> None:
    context = context_for("lead_admin")
    went: list[tuple[str, dict[str, object]]] = []
    context.navigate = lambda name, **given: went.append((name, given))
    page = show(StartPage(context))
    assert [card.work.duty for card in page.role.cards if card.isEnabled()] == [Duty.ADMIN]
    page.next.click()
    scan(page, "010690123456789210YL-TEST\x1d210001")
    assert page.scanner.bar.panel.result is not None
    assert page.scanner.bar.panel.result.status is Status.OK
    page.next.click()
    settle()
    assert page.label.codes.status is Status.OK
    page.next.click()
    settle()
    todo = {one.step: one.done for one in checklist(context.db, context.actor)}
    assert not todo[Step.STOCK]
    line = next(one for one in page.todo.lines if one.status is Status.WARN)
    line.button.click()
    page.next.click()
    assert went[-1][0] == "home"
    assert context.state.get("start")["scanner"] is True
